//! Bounds of the values of any column, from a file's statistics. No page is read for them.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, UInt64Array};
use arrow::datatypes::Schema;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::file::RowGroupFile;
use super::pages::{locations, page_rows};
use crate::Result;
use crate::guard::{DecodeError, guard};
use crate::ordered::{OrdValue, OrderedType};

/// Bounds of a column's values in some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueBounds {
    /// The rows.
    pub rows: Range<u64>,
    /// Lower and upper bound of the values, NaN apart; `None` if they are not known.
    pub values: Option<(OrdValue, OrdValue)>,
    /// The number of nulls; `None` if it is not known.
    pub nulls: Option<u64>,
}

impl ValueBounds {
    /// The number of rows.
    pub fn len(&self) -> u64 {
        self.rows.end - self.rows.start
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl RowGroupFile {
    /// Bounds of the values of a column, by its position in the dataset's schema: for each page if the file has them,
    /// else for all rows together. They ascend and cover all rows.
    ///
    /// If the file has the column in another type than the dataset, the bounds are unknown.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the statistics cannot be decoded.
    pub fn value_bounds(&self, position: usize) -> Result<Vec<ValueBounds>> {
        let unknown = vec![ValueBounds { rows: 0..self.rows(), values: None, nulls: None }];
        let field = self.schema.plain().fields().get(position);
        let ordered = field.and_then(|field| OrderedType::new(field.data_type()));
        let (Some(field), Some(ordered)) = (field, ordered) else { return Ok(unknown) };
        let found = guard(&self.path, || {
            let Some(leaf) = self.leaf_of_type(&Schema::new(vec![field.clone()]))? else { return Ok(None) };
            let converter = StatisticsConverter::from_column_index(leaf, field, self.metadata.parquet_schema())?
                .with_missing_null_counts_as_zero(false);
            let of_pages = self.page_bounds(leaf, &converter, &ordered)?;
            Ok::<_, DecodeError>(Some(match of_pages {
                Some(pages) => pages,
                None => self.chunk_bounds(&converter, &ordered)?,
            }))
        })?;
        Ok(found.unwrap_or(unknown))
    }

    /// The leaf of the single column of this schema, if the file has it in exactly this type.
    fn leaf_of_type(&self, wanted: &Schema) -> Result<Option<usize>, DecodeError> {
        let wanted = ArrowSchemaConverter::new().convert(wanted)?;
        let Some(wanted) = wanted.columns().first() else { return Ok(None) };
        let is_it = |column: &parquet::schema::types::ColumnDescPtr| {
            column.path() == wanted.path()
                && column.physical_type() == wanted.physical_type()
                && column.logical_type_ref() == wanted.logical_type_ref()
                && column.converted_type() == wanted.converted_type()
                && column.type_length() == wanted.type_length()
        };
        Ok(self.metadata.parquet_schema().columns().iter().position(is_it))
    }

    /// Bounds for each page; `None` if the page index of the column is missing or incomplete.
    fn page_bounds(
        &self,
        leaf: usize,
        converter: &StatisticsConverter<'_>,
        ordered: &OrderedType,
    ) -> Result<Option<Vec<ValueBounds>>, DecodeError> {
        let metadata = self.metadata.metadata();
        let (Some(pages), Some(columns), Some(offsets)) =
            (locations(self, leaf), metadata.column_index(), metadata.offset_index())
        else {
            return Ok(None);
        };
        let mins = converter.data_page_mins(columns, offsets, [&0])?;
        let maxes = converter.data_page_maxes(columns, offsets, [&0])?;
        let nulls = converter.data_page_null_counts(columns, offsets, [&0])?;
        let rows: Vec<_> = page_rows(pages, self.rows()).collect();
        let covers = rows.first().is_some_and(|first| first.start == 0);
        // For a column without an index the converter may return a null for each page, or nothing.
        if !covers || mins.len() != rows.len() || maxes.len() != rows.len() || mins.null_count() == mins.len() {
            return Ok(None);
        }
        bounds(rows, &mins, &maxes, &nulls, ordered).map(Some)
    }

    fn chunk_bounds(
        &self,
        converter: &StatisticsConverter<'_>,
        ordered: &OrderedType,
    ) -> Result<Vec<ValueBounds>, DecodeError> {
        let groups = || self.metadata.metadata().row_groups().iter();
        let (mins, maxes) = (converter.row_group_mins(groups())?, converter.row_group_maxes(groups())?);
        let nulls = converter.row_group_null_counts(groups())?;
        bounds(std::iter::once(0..self.rows()).collect(), &mins, &maxes, &nulls, ordered)
    }
}

fn bounds(
    rows: Vec<Range<u64>>,
    mins: &ArrayRef,
    maxes: &ArrayRef,
    nulls: &UInt64Array,
    ordered: &OrderedType,
) -> Result<Vec<ValueBounds>, DecodeError> {
    let (min_keys, max_keys) = (ordered.keys(mins)?, ordered.keys(maxes)?);
    let at = |at: usize, rows: Range<u64>| {
        let known = at < mins.len() && at < maxes.len() && mins.is_valid(at) && maxes.is_valid(at);
        let values = known.then(|| min_keys.get(at).zip(max_keys.get(at))).flatten();
        let nulls = (at < nulls.len() && nulls.is_valid(at)).then(|| nulls.value(at));
        ValueBounds { rows, values, nulls }
    };
    Ok(rows.into_iter().enumerate().map(|(index, rows)| at(index, rows)).collect())
}
