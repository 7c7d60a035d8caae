//! Columns of a `write` that are named like fields of the keys.
//!
//! The key already says which dataset a row belongs to. A stored column of the same name may contradict it, and when
//! several datasets are read together, two columns would have one name.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchReader};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use oups::{AnyKey, KeySchema, StoreKey};

use crate::args::KeyColumnsOption;
use crate::explain::hint;
use crate::input::{BatchReader, Places};

/// The rows to store, without or with these columns as the option says.
///
/// # Errors
///
/// If a column has the name of a field, is not a column of the dataset, and no option says what to do with it.
pub(super) fn settle(
    rows: BatchReader,
    key: &AnyKey,
    stored: Option<&SchemaRef>,
    option: Option<KeyColumnsOption>,
    places: &Places,
) -> anyhow::Result<BatchReader> {
    let is_stored = |name: &str| stored.is_some_and(|schema| schema.column_with_name(name).is_some());
    let fields = named_as_fields(&rows.schema(), key.schema(), is_stored);
    match option {
        _ if fields.is_empty() => Ok(rows),
        Some(KeyColumnsOption::Keep) => Ok(rows),
        Some(KeyColumnsOption::Drop) => Ok(Box::new(Dropped::new(rows, key, fields, places.clone())?)),
        None => Err(refused(key, &fields)),
    }
}

/// The columns that are named like fields of the keys and are not stored columns.
fn named_as_fields(rows: &SchemaRef, keys: &KeySchema, is_stored: impl Fn(&str) -> bool) -> Vec<String> {
    let fields = keys.field_names().filter(|field| rows.column_with_name(field).is_some() && !is_stored(field));
    fields.map(str::to_owned).collect()
}

fn refused(key: &AnyKey, fields: &[String]) -> anyhow::Error {
    let names = fields.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (columns, fields) = match fields {
        [_] => ("a column", "a field"),
        _ => ("columns", "fields"),
    };
    let text = format!("{key}: the input has {columns} {names}, named as {fields} of the store's keys");
    let hint = "--key-columns drop leaves out what only repeats the key, and refuses other values; --key-columns keep \
                stores it; `oups ingest` sends each row to the dataset that it names";
    hint::with(text, hint.to_owned())
}

/// Drops columns whose value in every row is that of the key.
struct Dropped {
    rows: BatchReader,
    key: String,
    /// The indices of the dropped columns, with their names and the key's values.
    dropped: Vec<(usize, String, String)>,
    kept: Vec<usize>,
    schema: SchemaRef,
    places: Places,
    rows_before: u64,
}

impl Dropped {
    fn new(rows: BatchReader, key: &AnyKey, fields: Vec<String>, places: Places) -> Result<Self, ArrowError> {
        let schema = rows.schema();
        let values = key.named_values(key.schema());
        let value =
            |field: &str| values.iter().find(|(name, _)| name == field).map(|(_, value)| value.to_text().into_owned());
        let dropped: Vec<_> = fields
            .into_iter()
            .filter_map(|field| Some((schema.index_of(&field).ok()?, value(&field)?, field)))
            .map(|(at, value, field)| (at, field, value))
            .collect();
        let kept: Vec<usize> =
            (0..schema.fields().len()).filter(|at| dropped.iter().all(|(dropped, ..)| dropped != at)).collect();
        let schema = Arc::new(schema.project(&kept)?);
        Ok(Self { rows, key: key.to_string(), dropped, kept, schema, places, rows_before: 0 })
    }

    fn without(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        for (at, field, value) in &self.dropped {
            if let Some((row, found)) = first_other(batch.column(*at), value)? {
                return Err(ArrowError::ExternalError(
                    self.other(self.rows_before + row as u64, field, value, &found).into(),
                ));
            }
        }
        self.rows_before += batch.num_rows() as u64;
        batch.project(&self.kept)
    }

    fn other(&self, row: u64, field: &str, value: &str, found: &str) -> String {
        let at = self.places.find(row).map_or_else(|| format!("row {}", row + 1), |place| place.to_string());
        format!(
            "{at}, column `{field}`: expected {value}, as in the key {}, found {found}: --key-columns drop leaves out only \
             what repeats the key",
            self.key
        )
    }
}

/// The first row that has another value, and that value.
fn first_other(column: &ArrayRef, value: &str) -> Result<Option<(usize, String)>, ArrowError> {
    let texts = cast(column, &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    let other = texts.iter().position(|text| text != Some(value));
    Ok(other.map(|row| (row, if texts.is_null(row) { "no value".to_owned() } else { texts.value(row).to_owned() })))
}

impl Iterator for Dropped {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.rows.next()?;
        Some(batch.and_then(|batch| self.without(&batch)))
    }
}

impl RecordBatchReader for Dropped {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
