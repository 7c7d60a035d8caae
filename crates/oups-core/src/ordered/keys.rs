//! One batch's ordered column in comparable form.

use std::cmp::Ordering;

use arrow::array::{Array, BinaryViewArray};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::i256;

use super::{Cut, OrdValue};

/// The ordered column of one batch, mapped so that its values compare as the column's do.
///
/// [`OrderedType::keys`](super::OrderedType::keys) makes it. It shares the column's memory for signed types of 64 bits.
/// A null or NaN of the column has an arbitrary value here: check the input before ordering by it.
#[derive(Clone, Debug)]
pub enum OrdKeys {
    /// Types of up to 64 bits.
    I64(ScalarBuffer<i64>),
    /// 128-bit decimals.
    I128(ScalarBuffer<i128>),
    /// 256-bit decimals.
    I256(ScalarBuffer<i256>),
    /// Text and binary.
    Bytes(BinaryViewArray),
}

impl OrdKeys {
    /// The number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::I64(values) => values.len(),
            Self::I128(values) => values.len(),
            Self::I256(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    /// Whether the batch has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a position; `None` past the end.
    pub fn get(&self, at: usize) -> Option<OrdValue> {
        match self {
            Self::I64(values) => values.get(at).map(|v| OrdValue::I64(*v)),
            Self::I128(values) => values.get(at).map(|v| OrdValue::I128(*v)),
            Self::I256(values) => values.get(at).map(|v| OrdValue::I256(*v)),
            Self::Bytes(values) => (at < values.len()).then(|| OrdValue::Bytes(values.value(at).into())),
        }
    }

    /// The value at a position below [`len`](Self::len).
    ///
    /// # Panics
    ///
    /// If the position is past the end, as indexing a slice does.
    pub fn value(&self, at: usize) -> OrdValue {
        match self {
            Self::I64(values) => OrdValue::I64(values[at]),
            Self::I128(values) => OrdValue::I128(values[at]),
            Self::I256(values) => OrdValue::I256(values[at]),
            Self::Bytes(values) => OrdValue::Bytes(values.value(at).into()),
        }
    }

    /// The first value.
    pub fn first(&self) -> Option<OrdValue> {
        self.get(0)
    }

    /// The last value.
    pub fn last(&self) -> Option<OrdValue> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The values from `offset` on, `len` of them; shares memory.
    ///
    /// # Panics
    ///
    /// If `offset + len` is more than [`len`](Self::len).
    pub fn slice(&self, offset: usize, len: usize) -> Self {
        match self {
            Self::I64(values) => Self::I64(values.slice(offset, len)),
            Self::I128(values) => Self::I128(values.slice(offset, len)),
            Self::I256(values) => Self::I256(values.slice(offset, len)),
            Self::Bytes(values) => Self::Bytes(values.slice(offset, len)),
        }
    }

    /// The number of values below the bound, if the keys are sorted. A bound of another form counts as above all.
    pub fn lower_bound(&self, bound: &OrdValue) -> usize {
        self.partition(bound, |found| found == Ordering::Less)
    }

    /// The number of values up to and including the bound, if the keys are sorted.
    pub fn upper_bound(&self, bound: &OrdValue) -> usize {
        self.partition(bound, |found| found != Ordering::Greater)
    }

    /// The number of values below the cut, if the keys are sorted.
    pub(crate) fn below(&self, cut: &Cut) -> usize {
        match cut {
            Cut::Bottom => 0,
            Cut::Before(value) => self.lower_bound(value),
            Cut::After(value) => self.upper_bound(value),
            Cut::Top => self.len(),
        }
    }

    /// How many values from `at` on are below the bound (not above it if `inclusive`), if the keys are sorted. Takes
    /// few comparisons if the result is small.
    pub fn run_length(&self, at: usize, bound: &OrdValue, inclusive: bool) -> usize {
        let below = |found: Ordering| found == Ordering::Less || inclusive && found == Ordering::Equal;
        let left = self.len().saturating_sub(at);
        match (self, bound) {
            (Self::I64(values), OrdValue::I64(b)) => gallop(left, |step| below(values[at + step].cmp(b))),
            (Self::I128(values), OrdValue::I128(b)) => gallop(left, |step| below(values[at + step].cmp(b))),
            (Self::I256(values), OrdValue::I256(b)) => gallop(left, |step| below(values[at + step].cmp(b))),
            (Self::Bytes(values), OrdValue::Bytes(b)) => gallop(left, |step| below(values.value(at + step).cmp(b))),
            _ => left,
        }
    }

    /// How many values before `end`, going backwards, are above the bound (not below it if `inclusive`), if the keys
    /// are sorted. Takes few comparisons if the result is small.
    pub fn run_length_back(&self, end: usize, bound: &OrdValue, inclusive: bool) -> usize {
        let above = |found: Ordering| found == Ordering::Greater || inclusive && found == Ordering::Equal;
        let end = end.min(self.len());
        match (self, bound) {
            (Self::I64(values), OrdValue::I64(b)) => gallop(end, |step| above(values[end - 1 - step].cmp(b))),
            (Self::I128(values), OrdValue::I128(b)) => gallop(end, |step| above(values[end - 1 - step].cmp(b))),
            (Self::I256(values), OrdValue::I256(b)) => gallop(end, |step| above(values[end - 1 - step].cmp(b))),
            (Self::Bytes(values), OrdValue::Bytes(b)) => gallop(end, |step| above(values.value(end - 1 - step).cmp(b))),
            _ => end,
        }
    }

    fn partition(&self, bound: &OrdValue, below: impl Fn(Ordering) -> bool) -> usize {
        match (self, bound) {
            (Self::I64(values), OrdValue::I64(b)) => values.partition_point(|v| below(v.cmp(b))),
            (Self::I128(values), OrdValue::I128(b)) => values.partition_point(|v| below(v.cmp(b))),
            (Self::I256(values), OrdValue::I256(b)) => values.partition_point(|v| below(v.cmp(b))),
            (Self::Bytes(values), OrdValue::Bytes(b)) => {
                partition_point(values.len(), |at| below(values.value(at).cmp(b)))
            }
            _ => self.len(),
        }
    }

    /// The first position whose value is smaller than the one before it; `None` if the keys are sorted.
    pub fn first_descent(&self) -> Option<usize> {
        match self {
            Self::I64(values) => first_descent(values),
            Self::I128(values) => first_descent(values),
            Self::I256(values) => first_descent(values),
            Self::Bytes(values) => (1..values.len()).find(|&at| values.value(at) < values.value(at - 1)),
        }
    }

    /// Compares the value at `at` with the other's value at `other_at`.
    ///
    /// # Panics
    ///
    /// If a position is past the end.
    pub fn cmp_at(&self, at: usize, other: &Self, other_at: usize) -> Ordering {
        match (self, other) {
            (Self::I64(a), Self::I64(b)) => a[at].cmp(&b[other_at]),
            (Self::I128(a), Self::I128(b)) => a[at].cmp(&b[other_at]),
            (Self::I256(a), Self::I256(b)) => a[at].cmp(&b[other_at]),
            (Self::Bytes(a), Self::Bytes(b)) => a.value(at).cmp(b.value(other_at)),
            _ => self.value(at).cmp(&other.value(other_at)),
        }
    }

    /// Whether the value at `at` equals the other's value at `other_at`.
    ///
    /// # Panics
    ///
    /// If a position is past the end.
    pub fn equal_at(&self, at: usize, other: &Self, other_at: usize) -> bool {
        self.cmp_at(at, other, other_at) == Ordering::Equal
    }
}

/// The first position whose value is smaller than the one before it. Whole blocks are tested without a branch per
/// value, which the compiler can vectorise; only the first block that descends is searched.
fn first_descent<T: PartialOrd + Copy>(values: &[T]) -> Option<usize> {
    const BLOCK: usize = 1024;
    let mut start = 0;
    while start + 1 < values.len() {
        let end = values.len().min(start + BLOCK + 1);
        let block = &values[start..end];
        let descends = block.iter().zip(&block[1..]).fold(false, |any, (a, b)| any | (b < a));
        if descends {
            return block.windows(2).position(|pair| pair[1] < pair[0]).map(|at| start + at + 1);
        }
        start = end - 1;
    }
    None
}

/// The first position in `0..len` where `below` no longer holds.
fn partition_point(len: usize, below: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if below(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The first position in `0..len` where `before` no longer holds, found with doubling steps and then by halving. So a
/// near position takes few comparisons, however large `len` is.
pub(crate) fn gallop(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let mut reach = 1;
    while reach <= len && before(reach - 1) {
        reach *= 2;
    }
    let low = reach / 2;
    low + partition_point(len.min(reach) - low, |at| before(low + at))
}
