//! Statistics of a column of a row group, for query engines.

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::file::RowGroupFile;
use crate::Result;
use crate::guard::{DecodeError, guard};
use crate::ordered::OrderedType;
use crate::schema::{convert, plain_type};

/// A number or a value, and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Known<T> {
    /// This is the value.
    Exact(T),
    /// The value is this or within it: a minimum is not below it, a maximum not above it.
    Bound(T),
    /// Nothing is known of it.
    Unknown,
}

/// Statistics of a column's values in one row group. No page is read for them.
///
/// Values are arrays of one row. Their type is that of the dataset's column without a dictionary, whatever the type in
/// the file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnStatistics {
    /// The smallest value. For floats it is a bound of the values that are numbers; the column may also hold NaN. A
    /// zero is `-0.0`.
    pub min: Known<ArrayRef>,
    /// The largest value. For floats it is a bound in the same way, and a zero is `0.0`.
    pub max: Known<ArrayRef>,
    /// The number of nulls.
    pub nulls: Known<u64>,
}

impl ColumnStatistics {
    pub(crate) fn unknown() -> Self {
        Self { min: Known::Unknown, max: Known::Unknown, nulls: Known::Unknown }
    }
}

/// The smallest or the largest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Min,
    Max,
}

impl RowGroupFile {
    /// Statistics of a column by its position in the dataset's schema.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the statistics cannot be decoded.
    pub fn column_statistics(&self, position: usize) -> Result<ColumnStatistics> {
        let unknown = ColumnStatistics::unknown();
        let (Some(wanted), Some(place)) =
            (self.schema.plain().fields().get(position), self.adapter.places.get(position))
        else {
            return Ok(unknown);
        };
        let found = place.and_then(|place| Some((place, self.adapter.decoded.fields().get(place)?)));
        let Some((place, field)) = found else {
            // The column was added after the file was written.
            return Ok(ColumnStatistics { nulls: Known::Exact(self.rows()), ..unknown });
        };
        let nulls = match (field.is_nullable(), field.data_type()) {
            (_, DataType::Null) => Known::Exact(self.rows()),
            (false, _) => Known::Exact(0),
            (true, _) => Known::Unknown,
        };
        // Parquet has statistics of the parts of a list or a struct, not of itself.
        if field.data_type().is_nested() || field.data_type() == &DataType::Null {
            return Ok(ColumnStatistics { nulls, ..unknown });
        }
        let plain = plain_type(field.data_type());
        let field = Field::new(field.name(), read_as(&plain), field.is_nullable());
        guard(&self.path, || {
            let parquet = self.metadata.parquet_schema();
            let leaf = (0..parquet.num_columns()).find(|leaf| parquet.get_column_root_idx(*leaf) == place);
            let Some(leaf) = leaf else { return Ok(ColumnStatistics { nulls, ..unknown }) };
            let converter =
                StatisticsConverter::from_column_index(leaf, &field, parquet)?.with_missing_null_counts_as_zero(false);
            let groups = || self.metadata.metadata().row_groups().iter();
            let counts = converter.row_group_null_counts(groups())?;
            let nulls = match counts.iter().next().flatten() {
                Some(count) if nulls == Known::Unknown && count <= self.rows() => Known::Exact(count),
                _ => nulls,
            };
            let (min, min_exact) =
                (converter.row_group_mins(groups())?, converter.row_group_is_min_value_exact(groups())?);
            let (max, max_exact) =
                (converter.row_group_maxes(groups())?, converter.row_group_is_max_value_exact(groups())?);
            let types = (&plain, wanted.data_type());
            let (min, max) = (known(End::Min, &min, &min_exact, types)?, known(End::Max, &max, &max_exact, types)?);
            Ok::<_, DecodeError>(ColumnStatistics { min, max, nulls })
        })
    }
}

/// The type to read statistics in. The parquet crate does not read statistics of durations, which are stored as
/// integers.
fn read_as(plain: &DataType) -> DataType {
    match plain {
        DataType::Duration(_) => DataType::Int64,
        other => other.clone(),
    }
}

/// The smallest or largest value, converted to the wanted type.
fn known(
    end: End,
    values: &ArrayRef,
    exact: &BooleanArray,
    (stored, wanted): (&DataType, &DataType),
) -> Result<Known<ArrayRef>, DecodeError> {
    if values.len() != 1 || values.is_null(0) {
        return Ok(Known::Unknown);
    }
    let values = if values.data_type() == stored { values.clone() } else { cast(values, stored)? };
    // A time may overflow the finer unit that the column has by now; then its rows cannot be read either.
    let Ok(value) = convert(&values, wanted) else { return Ok(Known::Unknown) };
    if wanted.is_floating() {
        return float_bound(end, &value);
    }
    Ok(match exact.iter().next().flatten() {
        Some(true) => Known::Exact(value),
        _ => Known::Bound(value),
    })
}

/// The bound of floats. Parquet's statistics leave NaN out, and a zero in them may stand for the other zero, so the
/// lesser is taken for a minimum and the greater for a maximum.
fn float_bound(end: End, value: &ArrayRef) -> Result<Known<ArrayRef>, DecodeError> {
    let Some(ordered) = OrderedType::new(value.data_type()) else { return Ok(Known::Unknown) };
    // Other writers may have put a NaN into the statistics.
    if ordered.first_unorderable(value).is_some() {
        return Ok(Known::Unknown);
    }
    let Some(value) = ordered.keys(value)?.get(0) else { return Ok(Known::Unknown) };
    let (least, greatest) = ordered.same_number(&value);
    Ok(Known::Bound(ordered.to_array(&[if end == End::Min { least } else { greatest }])?))
}
