//! The inner loops and the planner, each alone: for the benchmarks in `benches/`, and for tests of other crates. Not part of
//! the interface: anything here may change.

use std::num::NonZeroU64;
use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::Result;
use crate::dedup::{Dedup, Keep};
use crate::format::manifest::RowGroup;
use crate::fs::ReadFile;
use crate::merge::Merge;
use crate::ordered::{OrdValue, OrderedType, Span};
use crate::plan::change_plan::ChangePlan;
use crate::plan::{PlanOptions, StoredGroup, plan, plan_delete};
use crate::row_group::writer::RowGroupWriter;
use crate::row_group::{RowGroupFile, View};
use crate::schema::DatasetSchema;
use crate::settings::DuplicatesOn;
use crate::sizing::Sizing;

pub use crate::plan::Cutter;

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

/// Opens such a file: that of [`encode`].
///
/// # Errors
///
/// If it is not one.
pub fn open(file: Arc<dyn ReadFile>, schema: &Arc<DatasetSchema>) -> Result<RowGroupFile> {
    RowGroupFile::open_unchecked(file, "memory", schema, View::Stored)
}

/// A row group as a manifest would list it. No file has its name.
pub fn row_group(min: OrdValue, max: OrdValue, rows: u64) -> RowGroup {
    RowGroup { file: "none.parquet".into(), rows, bytes: rows, min, max, checksum: 0, synced: true }
}

/// What a write of rows with these ordered values would do: `dedup` says whether duplicates are looked for,
/// `max_off_target` how many off-target row groups are tolerated in a row.
///
/// # Errors
///
/// None: the values are in memory.
pub fn plan_write(
    (stored, ordered): (&[RowGroup], &OrderedType),
    mut new: &[OrdValue],
    (sizing, dedup, max_off_target): (Sizing, bool, Option<NonZeroU64>),
) -> Result<ChangePlan> {
    let groups = StoredGroup::all_of(stored);
    let plan = plan(&groups, &mut new, &PlanOptions { sizing, dedup, max_off_target })?;
    Ok(ChangePlan::new(plan, groups, ordered.clone()))
}

/// What the deletion of a span would do.
pub fn plan_deletion((stored, ordered): (&[RowGroup], &OrderedType), span: &Span) -> ChangePlan {
    let groups = StoredGroup::all_of(stored);
    ChangePlan::new(plan_delete(&groups, span), groups, ordered.clone())
}
