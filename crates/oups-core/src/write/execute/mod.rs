//! Carries out a plan: streams stored and new rows through the merge into new row group files.

mod output;
mod peek;
mod pipeline;
mod same;
mod trim;

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::Result;
use crate::dedup::{Dedup, Deduped, Keep};
use crate::format::manifest::{Manifest, RowGroup};
use crate::input::Input;
use crate::merge::Merge;
use crate::ordered::Span;
use crate::plan::{MergePlan, Step};
use crate::row_group::ReadOptions;
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::sizing::Sizing;
use crate::storage::files::LiveFiles;
use crate::storage::turn::Turn;
use output::Output;
use pipeline::ahead;
use same::Same;

use super::progress::Steps;

/// A plan, and all that carrying it out needs.
#[derive(Debug)]
pub(crate) struct MergeJob<'a> {
    pub(crate) schema: &'a Arc<DatasetSchema>,
    pub(crate) rules: &'a Rules<'a>,
    pub(crate) plan: &'a MergePlan,
    pub(crate) input: &'a Input,
    /// The span that a deletion deletes.
    pub(crate) deleted: Option<&'a Span>,
    /// Counts and reports the rows that are merged.
    pub(crate) steps: &'a Steps,
}

/// How rows become row groups in this write: the dataset's settings, or the write's own.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) sizing: Sizing,
    pub(crate) keep: &'a Keep,
}

/// The row groups of the next version, and what making them did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) entries: Vec<RowGroup>,
    /// Names of the files that only the version before has.
    pub(crate) replaced: Vec<String>,
    pub(crate) rows_written: u64,
    /// Rows that the deletion removed.
    pub(crate) rows_deleted: u64,
    /// Rows, stored or new, that were merged and do not stay because they are duplicates.
    pub(crate) duplicates_dropped: u64,
}

/// Makes the row group files of the next version. Nothing is visible to readers yet.
///
/// # Errors
///
/// If a stored file is damaged, a file operation fails, or the disk is full. The turn then removes the files that were
/// made.
pub(crate) fn execute(turn: &mut Turn, job: &MergeJob<'_>) -> Result<Outcome> {
    // A listener that is to stop the change before it has made a file must know that it begins.
    job.steps.add(0)?;
    let base = turn.base_arc();
    let stored = base.as_deref().map(|base| base.entries.as_slice()).unwrap_or_default();
    let live = turn.live();
    // A write's own options hold for that write only. Files record the dataset's settings.
    let settings = base.as_deref().map_or(job.rules.settings, |base| &base.settings);
    let mut output = Output::new(turn, job.schema, settings);
    let (mut replaced, mut rows_deleted, mut duplicates_dropped) = (Vec::new(), 0, 0);
    for step in &job.plan.steps {
        match step {
            Step::Keep { groups } => output.keep(entries(stored, groups)),
            Step::Merge { groups, rows, .. } => {
                let region = RegionMerge { live: &live, job, old: entries(stored, groups), rows: rows.clone() };
                let Wrote { changed, dropped } = region.write(&mut output)?;
                duplicates_dropped += dropped;
                if changed {
                    replaced.extend(region.old_names());
                } else {
                    output.keep(region.old);
                }
            }
            Step::Drop { groups } => {
                let gone = entries(stored, groups);
                rows_deleted += gone.iter().map(|entry| entry.rows).sum::<u64>();
                let names: Vec<String> = gone.iter().map(|entry| entry.file.to_string()).collect();
                replaced.extend_from_slice(&names);
                output.drop_files(names);
            }
            Step::Trim { group } => {
                let ends = entries(stored, &(*group..group + 1));
                let Some(range) = job.deleted else {
                    output.keep(ends);
                    continue;
                };
                for entry in ends {
                    let gone = trim::trim(&mut output, (&live, job.schema), entry, range)?;
                    job.steps.add(entry.rows)?;
                    rows_deleted += gone;
                    replaced.extend((gone > 0).then(|| entry.file.to_string()));
                }
            }
        }
    }
    let (entries, rows_written) = output.finish()?;
    Ok(Outcome { entries, replaced, rows_written, rows_deleted, duplicates_dropped })
}

/// The number of rows that carrying out a plan merges or trims.
pub(crate) fn rows_of(plan: &MergePlan, base: Option<&Manifest>) -> u64 {
    let stored = base.map(|base| base.entries.as_slice()).unwrap_or_default();
    let rows = |groups: &Range<usize>| entries(stored, groups).iter().map(|entry| entry.rows).sum::<u64>();
    let of_step = |step: &Step| match step {
        Step::Merge { groups, rows: new, .. } => rows(groups) + (new.end - new.start),
        Step::Trim { group } => rows(&(*group..group + 1)),
        Step::Keep { .. } | Step::Drop { .. } => 0,
    };
    plan.steps.iter().map(of_step).sum()
}

/// A merge region: stored row groups, and the new rows that are merged with them.
struct RegionMerge<'a> {
    live: &'a LiveFiles,
    job: &'a MergeJob<'a>,
    old: &'a [RowGroup],
    rows: Range<u64>,
}

/// The result of writing a region.
struct Wrote {
    /// `false` if the merged rows equal the stored ones. Then nothing was written.
    changed: bool,
    /// The number of merged rows that do not stay.
    dropped: u64,
}

impl<'a> RegionMerge<'a> {
    fn old_names(&self) -> Vec<String> {
        self.old.iter().map(|entry| entry.file.to_string()).collect()
    }

    /// The stored rows, in order.
    fn stored(&self) -> impl Iterator<Item = Result<RecordBatch>> + use<'a> {
        let (live, schema) = (self.live, self.job.schema);
        flatten(self.old.iter().map(move |entry| live.open(entry, schema)?.batches(ReadOptions::default())))
    }

    /// Writes the merged rows. Without new rows, all stored rows stay: a rule for duplicates decides about new rows,
    /// and does not make stored ones invalid.
    fn write(&self, output: &mut Output<'_>) -> Result<Wrote> {
        let MergeJob { schema, rules, input, .. } = *self.job;
        let merged = Merge::new(schema, self.stored(), input.batches(self.rows.clone()));
        if self.rows.is_empty() || !rules.settings.drops_duplicates() {
            let mut files = output.begin_region(self.old_names(), rules.sizing);
            return self.ahead(merged, |merged| {
                for rows in merged {
                    let rows = rows?.batch;
                    files.write(&rows)?;
                    self.job.steps.add(rows.num_rows() as u64)?;
                }
                Ok(Wrote { changed: true, dropped: 0 })
            });
        }
        // If the new rows change nothing, the files stay.
        let may_stay = matches!(rules.keep, Keep::Last | Keep::First) && !self.old.is_empty();
        let may_stay = may_stay && !self.surely_changes()?;
        let on = &rules.settings.duplicates_on;
        let kept = Dedup::new(schema, on, rules.keep, merged, self.rows.start)?;
        self.ahead(kept, |kept| self.write_if_changed(kept, may_stay, output))
    }

    /// Decodes and merges in one thread while rows are encoded in another. If there are only new rows, in memory, the
    /// first thread would have nothing to do.
    fn ahead<T: Send, R>(
        &self,
        items: impl Iterator<Item = Result<T>> + Send,
        consume: impl FnOnce(&mut dyn Iterator<Item = Result<T>>) -> Result<R>,
    ) -> Result<R> {
        let mut items = items;
        if self.old.is_empty() && !self.job.input.is_spilled() { consume(&mut items) } else { ahead(items, consume) }
    }

    /// Writes the rows. If the files may stay, compares first, and writes only once a difference is found.
    fn write_if_changed(
        &self,
        kept: &mut dyn Iterator<Item = Result<Deduped>>,
        may_stay: bool,
        output: &mut Output<'_>,
    ) -> Result<Wrote> {
        let mut dropped = 0;
        let mut kept = kept.map(|kept| {
            let kept = kept?;
            dropped += kept.dropped;
            self.job.steps.add(kept.rows.num_rows() as u64 + kept.dropped)?;
            Ok::<_, crate::Error>(kept)
        });
        let mut same = Same::new();
        let first = loop {
            match kept.next().transpose()? {
                Some(rows) if may_stay && !rows.changed => same.add(rows.rows),
                other => break other,
            }
        };
        if first.is_none() && may_stay {
            drop(kept);
            return Ok(Wrote { changed: false, dropped });
        }
        let mut files = output.begin_region(self.old_names(), self.job.rules.sizing);
        for rows in same.rows(|| self.stored()) {
            files.write(&rows?)?;
        }
        for rows in first.into_iter().map(Ok).chain(kept) {
            files.write(&rows?.rows)?;
        }
        Ok(Wrote { changed: true, dropped })
    }
}

fn entries<'e>(stored: &'e [RowGroup], groups: &Range<usize>) -> &'e [RowGroup] {
    stored.get(groups.clone()).unwrap_or_default()
}

/// The batches of several files. Each file is opened only when the one before is read to its end.
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
