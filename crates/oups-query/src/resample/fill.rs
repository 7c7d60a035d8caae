//! Makes rows for the periods without rows.

use arrow::array::{Array, ArrayRef, Int64Array, new_null_array};
use arrow::compute::{cast, interleave};
use arrow::datatypes::{DataType, FieldRef};
use arrow::error::ArrowError;

use super::Aggregate;
use super::buckets::Buckets;

/// How to fill a period without rows that lies between two periods with rows, of one dataset and in the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fill {
    /// The results are null; counts are 0.
    Null,
    /// Nothing has changed in the period. First, last, least and greatest value and mean are the column's last value
    /// before it; sums and counts are 0. So a bar without trades is flat at the previous close and has no volume.
    Previous,
}

/// Adds rows for the periods between results. They are made when they are asked for, because the rows of a gap may not
/// fit into memory.
pub(super) struct Gaps {
    buckets: Buckets,
    columns: Vec<Column>,
    pending: Option<Pending>,
    /// The first value of the next period.
    next: Option<i64>,
}

/// How one column of the results is filled.
struct Column {
    data_type: DataType,
    /// One row: null or zero.
    constant: ArrayRef,
    /// The index, among the results, of the column's last values in each period, if gaps are filled with them.
    lasts: Option<usize>,
    /// One row: the last value of all periods that have been handed out; null without one.
    carried: ArrayRef,
}

/// Results that have not been handed out.
struct Pending {
    key: usize,
    starts: Vec<i64>,
    results: Vec<ArrayRef>,
    /// For each column, the values to fill gaps with after each period.
    lasts: Vec<Option<Lasts>>,
    at: usize,
}

/// The last value of each period, and for each period the index of the newest of them that is not null.
struct Lasts {
    values: ArrayRef,
    places: Vec<Option<usize>>,
}

/// Results of consecutive periods of one key.
pub(super) struct Filled {
    pub(super) key: usize,
    pub(super) starts: Vec<i64>,
    pub(super) results: Vec<ArrayRef>,
}

#[derive(Clone, Copy)]
enum Slot {
    /// The pending results with this index.
    Own(usize),
    /// A period without rows, after the pending results with this index; `None` if it comes before all of them.
    Gap(Option<usize>),
}

impl Gaps {
    /// Fills results of these fields and aggregates. If gaps are filled with last values, these come behind the other
    /// results, and `lasts` has their index for each field.
    pub(super) fn new(
        fill: Fill,
        buckets: Buckets,
        fields: &[FieldRef],
        aggregates: &[Aggregate],
        lasts: &[Option<usize>],
    ) -> Result<Self, ArrowError> {
        let column = |((field, aggregate), lasts): ((&FieldRef, &Aggregate), &Option<usize>)| {
            let is_total = matches!(aggregate, Aggregate::Sum | Aggregate::Count);
            let is_zero = *aggregate == Aggregate::Count || is_total && fill == Fill::Previous;
            let null = new_null_array(field.data_type(), 1);
            Ok(Column {
                data_type: field.data_type().clone(),
                constant: if is_zero { cast(&Int64Array::from(vec![0]), field.data_type())? } else { null.clone() },
                lasts: lasts.filter(|_| !is_total),
                carried: null,
            })
        };
        let columns = fields.iter().zip(aggregates).zip(lasts).map(column).collect::<Result<_, ArrowError>>()?;
        Ok(Self { buckets, columns, pending: None, next: None })
    }

    /// Begins another dataset.
    pub(super) fn begin(&mut self) {
        self.next = None;
        for column in &mut self.columns {
            column.carried = new_null_array(&column.data_type, 1);
        }
    }

    /// Takes results of ascending periods. All earlier results must have been handed out.
    pub(super) fn take(&mut self, key: usize, starts: Vec<i64>, results: Vec<ArrayRef>) -> Result<(), ArrowError> {
        let lasts = |column: &Column| {
            let Some(values) = column.lasts.and_then(|at| results.get(at)) else { return Ok(None) };
            let values = cast(values, &column.data_type)?;
            let nulls = values.logical_nulls();
            let is_valid = |at: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*at));
            let places = (0..values.len()).scan(None, |last, at| {
                *last = Some(at).filter(is_valid).or(*last);
                Some(*last)
            });
            Ok(Some(Lasts { places: places.collect(), values }))
        };
        let lasts = self.columns.iter().map(lasts).collect::<Result<_, ArrowError>>()?;
        self.pending = Some(Pending { key, starts, results, lasts, at: 0 });
        Ok(())
    }

    /// The next rows, at most `rows`; `None` if no results are pending.
    pub(super) fn next(&mut self, rows: usize) -> Result<Option<Filled>, ArrowError> {
        let Some(mut pending) = self.pending.take() else { return Ok(None) };
        let (starts, slots) = self.slots(&mut pending, rows);
        let columns = self.columns.iter().zip(&pending.results).zip(&pending.lasts);
        let results = columns.map(|((column, own), lasts)| column.gather(own, lasts.as_ref(), &slots));
        let filled = Filled { key: pending.key, starts, results: results.collect::<Result<_, _>>()? };
        if pending.at < pending.starts.len() {
            self.pending = Some(pending);
        } else {
            self.columns.iter_mut().zip(&pending.lasts).try_for_each(|(column, lasts)| column.carry(lasts.as_ref()))?;
        }
        Ok(Some(filled))
    }

    /// The first values of the next periods, and for each where its row comes from.
    fn slots(&mut self, pending: &mut Pending, rows: usize) -> (Vec<i64>, Vec<Slot>) {
        let (mut starts, mut slots) = (Vec::new(), Vec::new());
        while let Some(own) = pending.starts.get(pending.at).copied()
            && slots.len() < rows.max(1)
        {
            let start = self.next.filter(|next| *next < own).unwrap_or(own);
            if start == own {
                slots.push(Slot::Own(pending.at));
                pending.at += 1;
            } else {
                slots.push(Slot::Gap(pending.at.checked_sub(1)));
            }
            starts.push(start);
            self.next = self.buckets.of(start).1;
        }
        (starts, slots)
    }
}

impl Column {
    /// The rows of the slots: results of their own, or for gaps the constant or the newest last value. That one is
    /// `carried` if no pending period before the gap has a value.
    fn gather(&self, own: &ArrayRef, lasts: Option<&Lasts>, slots: &[Slot]) -> Result<ArrayRef, ArrowError> {
        const CONSTANT: usize = 0;
        const CARRIED: usize = 1;
        const OWN: usize = 2;
        const LAST: usize = 3;
        let place = |slot: &Slot| match (slot, lasts) {
            (Slot::Own(at), _) => (OWN, *at),
            (Slot::Gap(_), None) => (CONSTANT, 0),
            (Slot::Gap(after), Some(lasts)) => {
                let last = after.and_then(|at| lasts.places.get(at).copied().flatten());
                last.map_or((CARRIED, 0), |at| (LAST, at))
            }
        };
        let places: Vec<_> = slots.iter().map(place).collect();
        let last = lasts.map_or(&self.constant, |lasts| &lasts.values);
        interleave(&[self.constant.as_ref(), self.carried.as_ref(), own.as_ref(), last.as_ref()], &places)
    }

    /// Remembers a copy of the last value, so that the other values can be freed.
    fn carry(&mut self, lasts: Option<&Lasts>) -> Result<(), ArrowError> {
        if let Some(lasts) = lasts
            && let Some(Some(last)) = lasts.places.last()
        {
            self.carried = interleave(&[lasts.values.as_ref()], &[(0, *last)])?;
        }
        Ok(())
    }
}
