//! Rows in the formats that the program writes. Nothing here knows an option.

pub(crate) mod csv;
pub(crate) mod file;
pub(crate) mod grid;
pub(crate) mod ipc;
pub(crate) mod json;
pub(crate) mod parquet;
mod plain;
pub(crate) mod table;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

/// Rows on their way out: batches of one schema.
pub(crate) struct Rows<'a> {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: &'a mut dyn Iterator<Item = anyhow::Result<RecordBatch>>,
}

/// A number with the name of what is counted: `1 row`, `2 rows`.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
