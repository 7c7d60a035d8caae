//! Does what a plan says: streams stored and new rows through the merge into new row group files.

mod output;

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::Result;
use crate::commit::{Durability, NewFiles, Turn};
use crate::decode::ReadOptions;
use crate::manifest::Entry;
use crate::merge::merge;
use crate::plan::{MergePlan, Step};
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::snapshot::open_live;
use crate::spool::Input;
use crate::target::Sizing;

use output::Output;

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) schema: &'a Arc<DatasetSchema>,
    pub(crate) settings: &'a Settings,
    pub(crate) sizing: Sizing,
    pub(crate) plan: &'a MergePlan,
    pub(crate) input: &'a Input,
    pub(crate) durability: Durability,
}

/// What was done: the row groups of the next version.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) entries: Vec<Entry>,
    /// Names of files that are in the version before and not in the next.
    pub(crate) replaced: Vec<String>,
    pub(crate) rows_written: u64,
}

/// Makes the row group files of the next version. Nothing is visible yet.
///
/// # Errors
///
/// A damaged stored file, a failed file operation, a full disk; `files` then removes what was made.
pub(crate) fn execute(turn: &mut Turn, files: &mut NewFiles, job: &Job<'_>) -> Result<Outcome> {
    let base = turn.base_arc();
    let stored = base.as_deref().map(|base| base.entries.as_slice()).unwrap_or_default();
    let (fs, paths) = (turn.fs.clone(), turn.paths.clone());
    let mut output = Output::new(turn, files, job.schema, job.settings, job.durability);
    let mut replaced = Vec::new();
    for step in &job.plan.steps {
        match step {
            Step::Keep { groups } => output.keep(entries(stored, groups)),
            Step::Merge { groups, rows, .. } => {
                let old = entries(stored, groups);
                let names: Vec<String> = old.iter().map(|entry| entry.file.clone()).collect();
                replaced.extend_from_slice(&names);
                let mut region = output.begin_region(names, job.sizing);
                let existing = old.iter().map(|entry| {
                    let file = open_live(&fs, &paths, entry, job.schema)?;
                    file.batches(ReadOptions::default())
                });
                let merged = merge(job.schema, flatten(existing), job.input.batches(rows.clone()));
                for batch in merged {
                    region.write(&batch?)?;
                }
            }
            Step::Drop { groups } => replaced.extend(entries(stored, groups).iter().map(|entry| entry.file.clone())),
            Step::Trim { .. } => {}
        }
    }
    let (entries, rows_written) = output.finish()?;
    Ok(Outcome { entries, replaced, rows_written })
}

fn entries<'e>(stored: &'e [Entry], groups: &Range<usize>) -> &'e [Entry] {
    stored.get(groups.clone()).unwrap_or_default()
}

/// The batches of files that are opened one after another, the next only when the one before is read.
fn flatten<I>(files: impl Iterator<Item = Result<I>>) -> impl Iterator<Item = Result<RecordBatch>>
where
    I: Iterator<Item = Result<RecordBatch>>,
{
    files.flat_map(|file| {
        let (batches, error) = match file {
            Ok(batches) => (Some(batches), None),
            Err(error) => (None, Some(Err(error))),
        };
        batches.into_iter().flatten().chain(error)
    })
}
