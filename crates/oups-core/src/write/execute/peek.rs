//! Looks at the first new rows of a merge before all of it is read.

use super::{MergeJob, RegionMerge, flatten};
use crate::Result;
use crate::dedup::Dedup;
use crate::merge::Merge;
use crate::ordered::{Cut, Span};
use crate::row_group::ReadOptions;

/// About how many new rows are looked at.
const NEW_ROWS: u64 = 1024;

/// With fewer stored rows, merging all of them takes about as long as the look.
const STORED_ROWS: u64 = 64 << 10;

impl RegionMerge<'_> {
    /// Whether the first new rows certainly make a difference. Only they are merged, with the stored rows of their
    /// span. They do in most merges, which then need not hold rows until the first difference is found. `false` is not
    /// certain.
    pub(super) fn surely_changes(&self) -> Result<bool> {
        let MergeJob { schema, rules, input, .. } = *self.job;
        if self.old.iter().map(|entry| entry.rows).sum::<u64>() < STORED_ROWS || self.rows.is_empty() {
            return Ok(false);
        }
        let behind = (self.rows.start + NEW_ROWS).min(self.rows.end - 1);
        let (Some(first), Some(end)) = (input.value_at(self.rows.start)?, input.value_at(behind)?) else {
            return Ok(false);
        };
        // All rows of a value must be compared together, so the span ends before a value, not within one.
        let new = self.rows.start..input.rank(&end)?;
        if new.is_empty() {
            return Ok(false);
        }
        let Some(span) = Span::new(Cut::Before(first), Cut::Before(end)) else { return Ok(false) };
        let met = self.old.iter().filter(|entry| span.might_hold(&entry.min, &entry.max));
        let stored = flatten(met.map(|entry| {
            let file = self.live.open(entry, schema)?;
            file.batches(ReadOptions::new().rows([file.rows_in(&span)?]))
        }));
        let merged = Merge::new(schema, stored, input.batches(new.clone()));
        let kept = Dedup::new(schema, &rules.settings.duplicates_on, rules.keep, merged, new.start)?;
        for rows in kept {
            if rows?.changed {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
