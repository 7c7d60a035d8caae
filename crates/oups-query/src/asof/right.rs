//! One right dataset of a join: finds the matches of ascending left rows.

use std::ops::{Bound, Range};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::FieldRef;
use arrow::row::Rows;
use oups_core::Snapshot;
use oups_core::ordered::{IntoRange, OrdKeys, OrdValue};

use super::feed::Feed;
use super::groups::Groups;
use super::memory::{Memory, Seen};
use super::names::Side;
use super::pool::{Pool, RowRef, plain};
use super::tolerance::shifted;
use super::{Direction, MatchRule};
use crate::Result;
use crate::request::Request;

/// A right dataset, and how far it has been read.
#[derive(Debug)]
pub(super) struct Right {
    snapshot: Snapshot,
    side: Side,
    pub(super) fields: Vec<FieldRef>,
    terms: Arc<MatchRule>,
    /// The tolerance in units of the ordered column.
    tolerance: Option<i128>,
    /// The options of a read that do not depend on the dataset.
    request: Request,
    /// The number of right datasets of the join.
    rights: usize,
    groups: Option<Groups>,
    /// The rows to read; `None` if no row can be a match.
    rows: Option<Feed>,
    block: Option<Block>,
    pool: Pool,
    memory: Memory,
}

/// What all right datasets of a join share.
#[derive(Clone, Debug)]
pub(super) struct OfAll {
    pub(super) terms: Arc<MatchRule>,
    pub(super) tolerance: Option<i128>,
    /// The options of a read that do not depend on the dataset.
    pub(super) request: Request,
    /// The number of right datasets.
    pub(super) rights: usize,
    /// A lower and an upper bound of the left rows' ordered values; `None` without left rows.
    pub(super) left: Option<(OrdValue, OrdValue)>,
}

/// The rows in memory, and how far they have been passed.
#[derive(Debug)]
struct Block {
    keys: OrdKeys,
    groups: Option<Rows>,
    slot: usize,
    at: usize,
}

/// Rows of the left dataset.
#[derive(Debug)]
pub(super) struct Left<'a> {
    pub(super) batch: &'a RecordBatch,
    /// The ordered values compared as numbers, so that both zeros of floats are equal.
    pub(super) keys: &'a OrdKeys,
    /// The indices of the `by` columns.
    pub(super) by: &'a [usize],
}

impl Right {
    /// Begins to read the rows that can be matches of the left rows, whose ordered values are within `of_all.left`.
    ///
    /// # Errors
    ///
    /// The errors of a scan.
    pub(super) fn new(snapshot: Snapshot, side: Side, fields: Vec<FieldRef>, of_all: &OfAll) -> Result<Self> {
        let OfAll { terms, tolerance, request, rights, left } = of_all.clone();
        let schema = snapshot.dataset_schema().plain().clone();
        let types = terms.by.iter().filter_map(|column| schema.column_with_name(column));
        let groups = Groups::new(types.map(|(_, field)| field.data_type().clone()).collect())?;
        let (pool, memory) = (Pool::new(&fields, rights), Memory::new(terms.direction, groups.is_some()));
        let mut right = Self {
            snapshot,
            side,
            fields,
            terms,
            tolerance,
            request,
            rights,
            groups,
            rows: None,
            block: None,
            pool,
            memory,
        };
        if let Some((first, last)) = left {
            right.read(right.start_for(&first), right.end_for(&last))?;
        }
        Ok(right)
    }

    fn read(&mut self, start: Bound<OrdValue>, end: Bound<OrdValue>) -> Result<()> {
        self.rows = Feed::new(&self.snapshot, &self.side, (start, end).into_range(), &self.request, self.rights)?;
        Ok(())
    }

    /// The first value at which a row can be the match of the first left row or of a later one.
    fn start_for(&self, first: &OrdValue) -> Bound<OrdValue> {
        match (self.terms.direction, self.tolerance) {
            (Direction::Forward, _) => Bound::Included(first.clone()),
            (Direction::Backward, Some(tolerance)) => Bound::Included(shifted(first, -tolerance)),
            // The last row of a group may lie anywhere before.
            (Direction::Backward, None) if self.groups.is_some() => Bound::Unbounded,
            (Direction::Backward, None) => {
                let before = self.last_group_before(first).and_then(|at| self.min_of(at));
                before.map_or(Bound::Unbounded, Bound::Included)
            }
        }
    }

    /// The last value at which a row can be the match of the last left row or of an earlier one.
    fn end_for(&self, last: &OrdValue) -> Bound<OrdValue> {
        match (self.terms.direction, self.tolerance) {
            (Direction::Backward, _) => Bound::Included(last.clone()),
            (Direction::Forward, Some(tolerance)) => Bound::Included(shifted(last, tolerance)),
            (Direction::Forward, None) => Bound::Unbounded,
        }
    }

    /// The last row group that certainly has a row before the value.
    fn last_group_before(&self, value: &OrdValue) -> Option<usize> {
        let (value, _) = self.snapshot.dataset_schema().ordered_type().same_number(value);
        self.snapshot.row_groups().partition_point(|entry| *entry.min() < value).checked_sub(1)
    }

    fn min_of(&self, at: usize) -> Option<OrdValue> {
        self.snapshot.row_groups().get(at).map(|entry| entry.min().clone())
    }

    /// The columns of the left rows' matches. The left rows of later calls must not come before these.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(super) fn matches(&mut self, left: &Left<'_>, last: &OrdValue) -> Result<Vec<ArrayRef>> {
        let groups = self.groups.as_ref().map(|groups| groups.of(left.batch, left.by)).transpose()?;
        let mut found = Vec::with_capacity(left.keys.len());
        for row in 0..left.keys.len() {
            let value = left.keys.value(row);
            let next = self.advance(&value, last, &mut found)?;
            let group = groups.as_ref().map(|groups| groups.row(row));
            let seen = self.memory.find(group.as_ref().map(AsRef::as_ref), next);
            found.push(seen.filter(|seen| self.is_near(*seen, &value)).map_or(RowRef::NULL, |seen| seen.row));
        }
        Ok(self.pool.gather(&found)?)
    }

    fn is_near(&self, seen: Seen, value: &OrdValue) -> bool {
        match (self.tolerance, value) {
            (Some(tolerance), OrdValue::I64(value)) => (i128::from(*value) - i128::from(seen.at)).abs() <= tolerance,
            _ => true,
        }
    }

    /// Reads until the match for the value is known. Returns the first row that is not passed, which is the match
    /// forward.
    fn advance(&mut self, value: &OrdValue, last: &OrdValue, found: &mut [RowRef]) -> Result<Option<Seen>> {
        let strict = self.terms.strict;
        self.memory.forget_before(value, strict);
        loop {
            if self.block.is_none() {
                self.next_block(value, last, found)?;
            }
            let Some(block) = &mut self.block else { return Ok(None) };
            let rest = block.at;
            // `look` rows are done with; the first `pass` of them cannot match a left row to come and are not
            // remembered.
            let (look, pass) = match self.terms.direction {
                Direction::Backward => (block.keys.run_length(rest, value, !strict), 0),
                Direction::Forward => {
                    let pass = block.keys.run_length(rest, value, strict);
                    match (&self.groups, self.tolerance) {
                        (Some(_), Some(tolerance)) => {
                            let reach = block.keys.run_length(rest + pass, &shifted(value, tolerance), true);
                            (pass + reach, pass)
                        }
                        _ => (pass, pass),
                    }
                }
            };
            self.memory.remember(block.rows(rest + pass..rest + look));
            block.at += look;
            if block.at < block.keys.len() {
                return Ok(block.rows(block.at..block.at + 1).next().map(|(_, seen)| seen));
            }
            self.block = None;
        }
    }

    /// Reads the next block. Backward without groups, it leaves out whole row groups whose rows come before the last
    /// row that is not after the value: no left row to come can match them.
    fn next_block(&mut self, value: &OrdValue, last: &OrdValue, found: &mut [RowRef]) -> Result<()> {
        if self.memory.is_last_only()
            && let Some(at) = self.last_group_before(value)
            && let (Some(seen), Some(skipped), Some(min)) =
                (self.memory.last_value(), at.checked_sub(1).and_then(|at| self.min_of(at)), self.min_of(at))
            && *seen < skipped
        {
            self.read(Bound::Included(min), self.end_for(last))?;
        }
        let Some(rows) = &mut self.rows else { return Ok(()) };
        let Some(batch) = rows.next()? else { return Ok(()) };
        if self.pool.is_loose(found.len() + self.memory.len()) {
            self.pool.tighten(found.iter_mut().chain(self.memory.rows()))?;
        }
        let groups = self.groups.as_ref().map(|groups| groups.of(&batch, &self.side.by)).transpose()?;
        let ordered = self.snapshot.dataset_schema().ordered_type();
        let keys = ordered.as_numbers(ordered.keys(batch.column(self.side.ordered))?);
        let slot = self.pool.add(plain(&batch, &self.fields)?, batch.num_rows());
        if let (true, Some(last)) = (self.memory.is_last_only(), keys.last()) {
            self.memory.set_last_value(last);
        }
        self.block = Some(Block { keys, groups, slot, at: 0 });
        Ok(())
    }
}

impl Block {
    /// The rows, each with the bytes of its group.
    fn rows(&self, rows: Range<usize>) -> impl DoubleEndedIterator<Item = (Option<&[u8]>, Seen)> {
        rows.map(|row| {
            let at = match &self.keys {
                OrdKeys::I64(values) => values.get(row).copied().unwrap_or_default(),
                // Tolerances suit only columns whose values have the form above.
                _ => 0,
            };
            let group = self.groups.as_ref().map(|groups| groups.row(row).data());
            (group, Seen { row: RowRef { slot: self.slot, row }, at })
        })
    }
}
