//! Aggregates that are one of the period's values: first, last, least, greatest.

use std::cmp::Ordering;
use std::ops::Range;

use arrow::array::{Array, ArrayRef, DynComparator, make_comparator, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::{SortOptions, cast, interleave};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::accumulator::Accumulator;

/// Which value is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    First,
    Last,
    Min,
    Max,
}

/// Where the best value is: there is no value yet, it is carried over from an earlier batch, or it is in this batch.
const NOWHERE: usize = 0;
const CARRIED: usize = 1;
const HERE: usize = 2;

/// Remembers where the best value of the period so far is.
pub(super) struct Pick {
    choice: Wanted,
    data_type: DataType,
    /// A null, the value that is carried over, and the batch's values.
    arrays: [ArrayRef; 3],
    nulls: Option<NullBuffer>,
    /// Compares two of the batch's values.
    here: Option<DynComparator>,
    /// Compares the value that is carried over with one of the batch's.
    carried: Option<DynComparator>,
    best: Option<(usize, usize)>,
    closed: Vec<(usize, usize)>,
}

impl Pick {
    pub(super) fn new(choice: Wanted, data_type: &DataType) -> Self {
        let null = new_null_array(data_type, 1);
        let arrays = [null.clone(), null.clone(), null];
        let data_type = data_type.clone();
        Self { choice, data_type, arrays, nulls: None, here: None, carried: None, best: None, closed: Vec::new() }
    }

    /// For the least or greatest value: whether the row's value is better than the best so far. Of equal values the
    /// first stays.
    fn is_better(&self, row: usize) -> bool {
        let Some((place, best)) = self.best else { return true };
        let compare = if place == HERE { &self.here } else { &self.carried };
        let order = compare.as_ref().map_or(Ordering::Equal, |compare| compare(best, row));
        order == if self.choice == Wanted::Min { Ordering::Greater } else { Ordering::Less }
    }
}

impl Accumulator for Pick {
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        let column = cast(column, &self.data_type)?;
        if matches!(self.choice, Wanted::Min | Wanted::Max) {
            self.here = Some(make_comparator(&column, &column, SortOptions::default())?);
            self.carried = Some(make_comparator(&self.arrays[CARRIED], &column, SortOptions::default())?);
        }
        self.nulls = column.logical_nulls();
        self.arrays[HERE] = column;
        Ok(())
    }

    fn add(&mut self, rows: Range<usize>) -> Result<(), ArrowError> {
        let nulls = self.nulls.clone();
        let mut values = rows.filter(|row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row)));
        match self.choice {
            Wanted::First if self.best.is_some() => {}
            Wanted::First => self.best = values.next().map(|row| (HERE, row)),
            Wanted::Last => self.best = values.next_back().map(|row| (HERE, row)).or(self.best),
            Wanted::Min | Wanted::Max => {
                for row in values {
                    if self.is_better(row) {
                        self.best = Some((HERE, row));
                    }
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        self.closed.push(self.best.take().unwrap_or((NOWHERE, 0)));
    }

    fn end(&mut self) -> Result<ArrayRef, ArrowError> {
        let [null, carried, here] = &self.arrays;
        let arrays: [&dyn Array; 3] = [null, carried, here];
        let closed = interleave(&arrays, &std::mem::take(&mut self.closed))?;
        // A copy, so that the batch can be freed.
        if let Some(best) = self.best {
            let carried = interleave(&arrays, &[best])?;
            self.arrays[CARRIED] = carried;
            self.best = Some((CARRIED, 0));
        }
        self.arrays[HERE] = self.arrays[NOWHERE].clone();
        (self.here, self.carried, self.nulls) = (None, None, None);
        Ok(closed)
    }
}
