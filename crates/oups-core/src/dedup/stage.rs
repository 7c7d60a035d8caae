//! The stage: merged rows in, rows without duplicates out.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::row::Rows;

use super::blocks::{Block, Blocks};
use super::identity::{Identity, positions};
use super::keep::Keep;
use super::rejected::first_pair;
use super::resolved::resolve;
use super::selected::{End, select};
use crate::merge::{Merged, Origin};
use crate::schema::DatasetSchema;
use crate::settings::DuplicatesOn;
use crate::{Error, Result};

/// Rows that stay, in order.
#[derive(Debug)]
pub(crate) struct Deduped {
    /// In the dataset's plain schema; possibly empty.
    pub(crate) rows: RecordBatch,
    /// Whether these rows, or any before them, differ from the stored ones.
    pub(crate) changed: bool,
    /// How many duplicates, stored or new, do not stay. Each run counts by itself: rows that a rule adds to one run do
    /// not offset rows that it drops from another.
    pub(crate) dropped: u64,
}

/// Drops duplicates from merged rows.
pub(crate) struct Dedup<I> {
    schema: Arc<DatasetSchema>,
    blocks: Blocks<I>,
    identity: Option<Identity>,
    /// Compares whole rows, to see whether a row is replaced by an equal one.
    whole: Option<Identity>,
    keep: Keep,
    changed: bool,
    /// How many rows of the input are before this block, so that errors name a row of the input.
    new_rows: u64,
    failed: bool,
}

impl<I: Iterator<Item = Result<Merged>>> Dedup<I> {
    /// `first_new_row` is the index of the stream's first new row in the whole input.
    pub(crate) fn new(
        schema: &Arc<DatasetSchema>,
        on: &DuplicatesOn,
        keep: &Keep,
        stream: I,
        first_new_row: u64,
    ) -> Result<Self> {
        Ok(Self {
            schema: schema.clone(),
            blocks: Blocks::new(schema, stream),
            identity: Identity::of(schema, on)?,
            whole: Identity::of(schema, &DuplicatesOn::All)?,
            keep: keep.clone(),
            changed: false,
            new_rows: first_new_row,
            failed: false,
        })
    }

    /// Deduplicates the next block. Identities are computed only for rows in runs.
    fn advance(&mut self) -> Result<Option<Deduped>> {
        let Some(block) = self.blocks.next_block()? else { return Ok(None) };
        let runs = block.runs();
        let (rows, dropped) = if runs.is_empty() {
            self.changed |= has_new(&block.rows);
            (block.rows.batch.clone(), 0)
        } else {
            let in_runs = positions(runs.iter().cloned().flatten());
            let identities = self.identity.as_ref().map(|identity| identity.rows(&block.rows.batch, &in_runs));
            let identities = identities.transpose().map_err(|error| self.schema.arrow_error(error))?;
            self.apply(&block, &runs, identities.as_ref())?
        };
        self.new_rows += count_new(&block.rows);
        Ok(Some(Deduped { rows, changed: self.changed, dropped }))
    }

    /// Applies the rule: the rows that stay, and how many do not.
    fn apply(
        &mut self,
        block: &Block,
        runs: &[std::ops::Range<usize>],
        identities: Option<&Rows>,
    ) -> Result<(RecordBatch, u64)> {
        let end = match &self.keep {
            Keep::Last => End::Last,
            Keep::First => End::First,
            Keep::Reject => {
                self.changed |= has_new(&block.rows);
                return match first_pair(block, runs, identities) {
                    None => Ok((block.rows.batch.clone(), 0)),
                    Some(pair) => Err(self.duplicate(block, pair.first, pair.second)),
                };
            }
            Keep::Resolve(resolver) => {
                self.changed |= has_new(&block.rows);
                return resolve(&self.schema, block, runs, identities, resolver);
            }
        };
        let mut keep = vec![true; block.rows.num_rows()];
        select(runs, identities, end, &mut keep);
        self.changed = self.changed || self.differs(block, &keep)?;
        let dropped = keep.iter().filter(|keep| !**keep).count() as u64;
        let mask = BooleanArray::from(keep);
        let rows = filter_record_batch(&block.rows.batch, &mask).map_err(|error| self.schema.arrow_error(error))?;
        Ok((rows, dropped))
    }

    /// Whether the kept rows differ from the stored ones. All rows of a value are in one block, so it is enough to
    /// compare the stored rows of the block, in order, with the kept ones.
    fn differs(&self, block: &Block, keep: &[bool]) -> Result<bool> {
        let origin = &block.rows.origin;
        let kept: Vec<usize> = (0..keep.len()).filter(|&row| keep.get(row) == Some(&true)).collect();
        let stored: Vec<usize> = (0..keep.len()).filter(|&row| !origin.is_new(row)).collect();
        if kept.len() != stored.len() {
            return Ok(true);
        }
        // A row that is kept in its own position need not be compared.
        let moved: Vec<(usize, usize)> = kept.into_iter().zip(stored).filter(|(kept, stored)| kept != stored).collect();
        if moved.iter().any(|&(kept, stored)| !block.keys.equal_at(kept, &block.keys, stored)) {
            return Ok(true);
        }
        let Some(whole) = self.whole.as_ref().filter(|_| !moved.is_empty()) else { return Ok(false) };
        let rows = |side: fn(&(usize, usize)) -> usize| {
            whole
                .rows(&block.rows.batch, &positions(moved.iter().map(side)))
                .map_err(|error| self.schema.arrow_error(error))
        };
        let (kept, stored) = (rows(|pair| pair.0)?, rows(|pair| pair.1)?);
        Ok(kept.iter().ne(stored.iter()))
    }

    fn duplicate(&self, block: &Block, first: usize, second: usize) -> Error {
        let origin = &block.rows.origin;
        let input_row = |row: usize| self.new_rows + (0..row).filter(|&before| origin.is_new(before)).count() as u64;
        Error::Duplicate {
            dataset: self.schema.dataset().to_owned(),
            column: self.schema.ordered_on().to_owned(),
            value: self.schema.ordered_type().format(&block.keys.value(second)),
            row: input_row(second),
            of: origin.is_new(first).then(|| input_row(first)),
        }
    }
}

fn has_new(rows: &Merged) -> bool {
    count_new(rows) > 0
}

fn count_new(rows: &Merged) -> u64 {
    match &rows.origin {
        Origin::Stored => 0,
        Origin::New => rows.num_rows() as u64,
        Origin::Mixed(new) => new.count_set_bits() as u64,
    }
}

impl<I: Iterator<Item = Result<Merged>>> Iterator for Dedup<I> {
    type Item = Result<Deduped>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}
