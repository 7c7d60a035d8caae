//! What a row group is known to hold in a column, for query engines.

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::file::RowGroupFile;
use crate::Result;
use crate::guard::{DecodeError, guard};
use crate::ordered::OrderedType;
use crate::schema::{convert, plain_type};

/// What is known of a number or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Known<T> {
    /// It is this.
    Exact(T),
    /// It is this or within: a minimum is not below it, a maximum not above it.
    Bound(T),
    /// Nothing.
    Unknown,
}

/// What the values of a column in one row group are known to be, without a page being read.
///
/// Values are arrays of one row, in the type of the dataset's column without its dictionary, whatever the type in the file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnStatistics {
    /// The smallest value. Of floats it is a bound of those that are numbers: NaN are not looked at, and there may be some. So
    /// it is for the largest; and of zeros the bound is the one that is below or above the other.
    pub min: Known<ArrayRef>,
    /// The largest value.
    pub max: Known<ArrayRef>,
    /// The number of nulls.
    pub nulls: Known<u64>,
}

impl ColumnStatistics {
    pub(crate) fn unknown() -> Self {
        Self { min: Known::Unknown, max: Known::Unknown, nulls: Known::Unknown }
    }
}

/// Which end of the values.
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
            // The column is younger than the file.
            return Ok(ColumnStatistics { nulls: Known::Exact(self.rows()), ..unknown });
        };
        let nulls = match (field.is_nullable(), field.data_type()) {
            (_, DataType::Null) => Known::Exact(self.rows()),
            (false, _) => Known::Exact(0),
            (true, _) => Known::Unknown,
        };
        // What is counted below a list or a struct are its parts.
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

/// The type to read statistics in: the parquet crate does not know those of durations, which are stored as whole numbers.
fn read_as(plain: &DataType) -> DataType {
    match plain {
        DataType::Duration(_) => DataType::Int64,
        other => other.clone(),
    }
}

/// One end of the values, in the type that is wanted.
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
    // A time may have no place in the finer unit that the column has since: then its rows cannot be read either.
    let Ok(value) = convert(&values, wanted) else { return Ok(Known::Unknown) };
    if wanted.is_floating() {
        return float_bound(end, &value);
    }
    Ok(match exact.iter().next().flatten() {
        Some(true) => Known::Exact(value),
        _ => Known::Bound(value),
    })
}

/// Statistics of floats leave NaN out, and a zero in them may stand for the other one.
fn float_bound(end: End, value: &ArrayRef) -> Result<Known<ArrayRef>, DecodeError> {
    let Some(ordered) = OrderedType::new(value.data_type()) else { return Ok(Known::Unknown) };
    // Writers other than oups may have taken NaN for a value.
    if ordered.first_unorderable(value).is_some() {
        return Ok(Known::Unknown);
    }
    let Some(value) = ordered.keys(value)?.get(0) else { return Ok(Known::Unknown) };
    let (least, greatest) = ordered.same_number(&value);
    Ok(Known::Bound(ordered.to_array(&[if end == End::Min { least } else { greatest }])?))
}
