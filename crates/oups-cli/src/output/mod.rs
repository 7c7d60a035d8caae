//! Writes rows in the formats of the program. This room knows no option.

pub(crate) mod csv;
pub mod file;
pub(crate) mod grid;
pub(crate) mod ipc;
pub(crate) mod json;
mod json_value;
pub(crate) mod parquet;
pub mod stream;
pub(crate) mod table;
pub mod target;
pub(crate) mod value;

use std::fmt;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, SchemaRef};

use crate::terminal::program::program;
use crate::text::shown::Unshown;

/// The rows to write, as batches of one schema.
pub struct Rows<'a> {
    /// Of all batches.
    pub schema: SchemaRef,
    /// In order, or the error that ends them.
    pub batches: &'a mut dyn Iterator<Item = anyhow::Result<RecordBatch>>,
}

/// The error of a value that a format has no text for.
#[derive(Debug)]
pub(crate) struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unwritable {}

/// The error of a value in a batch that follows `count` rows.
fn unwritable(field: &Field, count: u64, format: &str, wrong: Unshown) -> Unwritable {
    let (name, found, row) = (field.name(), field.data_type(), count + 1);
    let Unshown { value, why } = wrong;
    let how = program().leaves_out;
    Unwritable(format!(
        "row {row} of the output, column `{name}`: {value} ({found}) cannot be written as {format}: {why}: leave the column \
         out {how}, or use --format parquet"
    ))
}
