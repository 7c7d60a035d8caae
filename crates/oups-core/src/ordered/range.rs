//! Ranges of the ordered column, in every form that Rust has.

use std::ops::{self, Bound};

use super::BoundValue;

/// A range of the ordered column as the caller writes it. [`IntoRange`] makes it; a verb checks it against the column.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderedRange {
    /// The lower bound.
    pub start: Bound<BoundValue>,
    /// The upper bound.
    pub end: Bound<BoundValue>,
}

impl Default for OrderedRange {
    /// Everything.
    fn default() -> Self {
        Self { start: Bound::Unbounded, end: Bound::Unbounded }
    }
}

/// Every form of range: `a..b`, `a..`, `..b`, `a..=b`, `..=b`, `..`, and a pair of [`Bound`]s for all others. The
/// bounds are anything that turns into a [`BoundValue`]. No other type can implement it.
///
/// As everywhere in Rust, `a..b` does not hold `b`. A range that ends before it starts is allowed and holds nothing.
///
/// ```
/// use std::ops::Bound;
/// use oups_core::ordered::{IntoRange, OrderedRange};
///
/// let day = ("2013-02-08".."2013-02-09").into_range();
/// assert!(matches!(day.end, Bound::Excluded(_)));
/// assert_eq!((..).into_range(), OrderedRange::default());
/// assert_eq!((Bound::Included(0), Bound::<i32>::Unbounded).into_range(), (0..).into_range());
/// ```
pub trait IntoRange: sealed::Ranges {
    /// The range.
    fn into_range(self) -> OrderedRange;
}

mod sealed {
    /// The forms of a range: nothing that a program makes itself.
    pub trait Ranges {}
}

impl sealed::Ranges for OrderedRange {}
impl sealed::Ranges for ops::RangeFull {}
impl<T> sealed::Ranges for (Bound<T>, Bound<T>) {}
impl<T> sealed::Ranges for ops::Range<T> {}
impl<T> sealed::Ranges for ops::RangeFrom<T> {}
impl<T> sealed::Ranges for ops::RangeTo<T> {}
impl<T> sealed::Ranges for ops::RangeInclusive<T> {}
impl<T> sealed::Ranges for ops::RangeToInclusive<T> {}

impl IntoRange for OrderedRange {
    fn into_range(self) -> Self {
        self
    }
}

impl IntoRange for ops::RangeFull {
    fn into_range(self) -> OrderedRange {
        OrderedRange::default()
    }
}

impl<T: Into<BoundValue>> IntoRange for (Bound<T>, Bound<T>) {
    fn into_range(self) -> OrderedRange {
        OrderedRange { start: self.0.map(Into::into), end: self.1.map(Into::into) }
    }
}

impl<T: Into<BoundValue>> IntoRange for ops::Range<T> {
    fn into_range(self) -> OrderedRange {
        (Bound::Included(self.start), Bound::Excluded(self.end)).into_range()
    }
}

impl<T: Into<BoundValue>> IntoRange for ops::RangeFrom<T> {
    fn into_range(self) -> OrderedRange {
        (Bound::Included(self.start), Bound::Unbounded).into_range()
    }
}

impl<T: Into<BoundValue>> IntoRange for ops::RangeTo<T> {
    fn into_range(self) -> OrderedRange {
        (Bound::Unbounded, Bound::Excluded(self.end)).into_range()
    }
}

impl<T: Into<BoundValue>> IntoRange for ops::RangeInclusive<T> {
    fn into_range(self) -> OrderedRange {
        let (start, end) = self.into_inner();
        (Bound::Included(start), Bound::Included(end)).into_range()
    }
}

impl<T: Into<BoundValue>> IntoRange for ops::RangeToInclusive<T> {
    fn into_range(self) -> OrderedRange {
        (Bound::Unbounded, Bound::Included(self.end)).into_range()
    }
}
