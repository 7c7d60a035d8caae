//! The inner loops, each alone, for the benchmarks in `benches/`, and values that tests of other crates cannot make
//! through the interface. Not part of the interface: anything here may change.

use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::Result;
use crate::dedup::{Dedup, Keep};
use crate::format::manifest::RowGroup;
use crate::merge::Merge;
use crate::ordered::OrdValue;
use crate::row_group::writer::RowGroupWriter;
use crate::schema::DatasetSchema;
use crate::settings::DuplicatesOn;

/// Merges stored and new rows, both ordered and in the plain schema; returns how many rows come out.
///
/// # Errors
///
/// If a column cannot be merged.
pub fn merge(schema: &Arc<DatasetSchema>, stored: &[RecordBatch], new: &[RecordBatch]) -> Result<usize> {
    let merged = Merge::new(schema, stored.iter().cloned().map(Ok), new.iter().cloned().map(Ok));
    merged.map(|rows| Ok(rows?.num_rows())).sum()
}

/// As [`merge`], and drops duplicates; of equal rows the last stays.
///
/// # Errors
///
/// As [`merge`].
pub fn dedup(
    schema: &Arc<DatasetSchema>,
    on: &DuplicatesOn,
    stored: &[RecordBatch],
    new: &[RecordBatch],
) -> Result<usize> {
    let merged = Merge::new(schema, stored.iter().cloned().map(Ok), new.iter().cloned().map(Ok));
    Dedup::new(schema, on, &Keep::Last, merged, 0)?.map(|kept| Ok(kept?.rows.num_rows())).sum()
}

/// The bytes of a row group file of these rows.
///
/// # Errors
///
/// If `rows` is empty.
pub fn encode(schema: &Arc<DatasetSchema>, rows: &[RecordBatch]) -> Result<Vec<u8>> {
    let mut writer = RowGroupWriter::new(Vec::new(), "memory", schema)?;
    rows.iter().try_for_each(|batch| writer.write(batch))?;
    Ok(writer.finish(Vec::new())?.1)
}

/// A row group that claims one row, for tests of decisions by bounds alone. No file has its name.
pub fn row_group(min: OrdValue, max: OrdValue) -> RowGroup {
    RowGroup { file: "none.parquet".into(), rows: 1, bytes: 1, min, max, checksum: 0, synced: true }
}
