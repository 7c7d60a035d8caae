//! Counts whether the keys of a dictionary column can number all values of a row group.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};

use crate::ordered::OrdValue;
use crate::schema::DatasetSchema;
use crate::{Error, Result};

/// Counts the distinct values of a column whose dictionary keys have 8 or 16 bits. Wider keys are not counted: they
/// number more values than a row group has.
pub(super) struct DistinctLimit {
    column: usize,
    limit: usize,
    converter: RowConverter,
    seen: HashSet<Box<[u8]>>,
}

impl DistinctLimit {
    /// Counters for the columns of the schema that have a limit. Nested dictionaries have wide keys, so they have none.
    pub(super) fn of(schema: &DatasetSchema) -> Result<Vec<Self>> {
        let fields = schema.stored().fields().iter().enumerate();
        let limited = fields.filter_map(|(column, field)| Some((column, limit(field.data_type())?)));
        let counters = limited.map(|(column, limit)| {
            let values = schema.plain().field(column).data_type().clone();
            let converter = RowConverter::new(vec![SortField::new(values)])?;
            Ok(Self { column, limit, converter, seen: HashSet::new() })
        });
        counters.collect::<Result<_, ArrowError>>().map_err(|error| schema.arrow_error(error))
    }

    /// Counts a batch's values; `min` is the first ordered value of the row group.
    ///
    /// # Errors
    ///
    /// [`Error::DictionaryFull`] if the row group has more values than the keys can number.
    pub(super) fn count(&mut self, schema: &DatasetSchema, columns: &[ArrayRef], min: Option<&OrdValue>) -> Result<()> {
        let Some(array) = columns.get(self.column) else {
            return Ok(());
        };
        let rows = self.converter.convert_columns(std::slice::from_ref(array));
        let rows = rows.map_err(|error| schema.arrow_error(error))?;
        for (at, row) in rows.iter().enumerate() {
            if array.is_valid(at) && !self.seen.contains(row.as_ref()) {
                self.seen.insert(row.as_ref().into());
            }
        }
        if self.seen.len() <= self.limit {
            return Ok(());
        }
        let field = schema.stored().field(self.column);
        Err(Error::DictionaryFull {
            dataset: schema.dataset().into(),
            column: field.name().clone(),
            found: field.data_type().to_string(),
            limit: self.limit,
            row_group: min.map(|min| schema.ordered_type().format(min)).unwrap_or_default(),
        })
    }
}

/// How many values the keys of a dictionary can number; `None` for keys that are wide enough.
fn limit(data_type: &DataType) -> Option<usize> {
    let DataType::Dictionary(keys, _) = data_type else {
        return None;
    };
    match keys.as_ref() {
        DataType::Int8 => Some(1 << 7),
        DataType::UInt8 => Some(1 << 8),
        DataType::Int16 => Some(1 << 15),
        DataType::UInt16 => Some(1 << 16),
        _ => None,
    }
}
