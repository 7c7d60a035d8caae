//! A range resolved to the values of one ordered column.

use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};

use super::{OrdValue, OrderedType};

/// A cut between the values of a column, at which a range can start or end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before every value.
    Bottom,
    /// Just before the value.
    Before(OrdValue),
    /// Just after the value.
    After(OrdValue),
    /// After every value.
    Top,
}

impl Cut {
    /// Whether the value is above the cut.
    pub fn is_below(&self, value: &OrdValue) -> bool {
        match self {
            Self::Bottom => true,
            Self::Before(at) => at <= value,
            Self::After(at) => at < value,
            Self::Top => false,
        }
    }

    /// Cuts sort by this: bottom before values before top, then the value, then the side of it.
    fn rank(&self) -> (u8, Option<&OrdValue>, bool) {
        match self {
            Self::Bottom => (0, None, false),
            Self::Before(at) => (1, Some(at), false),
            Self::After(at) => (1, Some(at), true),
            Self::Top => (2, None, false),
        }
    }
}

impl Ord for Cut {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Cut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A range of the ordered column's values. Each end is open, inclusive or exclusive.
///
/// - It starts before it ends: an empty range has no span.
/// - Its bounds are values of one ordered column's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    start: Cut,
    end: Cut,
}

impl Span {
    /// The span between two cuts; `None` if no value can lie between them.
    pub fn new(start: Cut, end: Cut) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The lower bound.
    pub fn start(&self) -> Bound<&OrdValue> {
        match &self.start {
            Cut::Before(at) => Bound::Included(at),
            Cut::After(at) => Bound::Excluded(at),
            Cut::Bottom | Cut::Top => Bound::Unbounded,
        }
    }

    /// The upper bound.
    pub fn end(&self) -> Bound<&OrdValue> {
        match &self.end {
            Cut::Before(at) => Bound::Excluded(at),
            Cut::After(at) => Bound::Included(at),
            Cut::Bottom | Cut::Top => Bound::Unbounded,
        }
    }

    /// The intersection of two spans; `None` if no value can be in both.
    pub fn and(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.clone().max(other.start.clone()), self.end.clone().min(other.end.clone()))
    }

    /// Whether the value is in the span.
    pub fn contains(&self, value: &OrdValue) -> bool {
        self.start.is_below(value) && !self.end.is_below(value)
    }

    /// Whether rows whose values span `min..=max` may have a value in it. `false` is certain, `true` is not.
    pub(crate) fn might_hold(&self, min: &OrdValue, max: &OrdValue) -> bool {
        self.start.is_below(max) && !self.end.is_below(min)
    }

    /// The lower bound as a cut.
    pub fn start_cut(&self) -> &Cut {
        &self.start
    }

    /// The upper bound as a cut.
    pub fn end_cut(&self) -> &Cut {
        &self.end
    }

    /// The span as Rust writes ranges, with values as people read them: `2013-02-08T00:00:00Z..`.
    ///
    /// Rust cannot write an excluded start; it is shown as `5<..`.
    pub fn format(&self, ordered: &OrderedType) -> String {
        let start = match self.start() {
            Bound::Unbounded => String::new(),
            Bound::Included(at) => ordered.format(at),
            Bound::Excluded(at) => format!("{}<", ordered.format(at)),
        };
        let end = match self.end() {
            Bound::Unbounded => String::new(),
            Bound::Included(at) => format!("={}", ordered.format(at)),
            Bound::Excluded(at) => ordered.format(at),
        };
        format!("{start}..{end}")
    }
}

impl RangeBounds<OrdValue> for Span {
    fn start_bound(&self) -> Bound<&OrdValue> {
        self.start()
    }

    fn end_bound(&self) -> Bound<&OrdValue> {
        self.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(value: i64) -> OrdValue {
        OrdValue::I64(value)
    }

    #[test]
    fn cuts_are_ordered_around_their_values() {
        let ascending =
            [Cut::Bottom, Cut::Before(v(1)), Cut::After(v(1)), Cut::Before(v(2)), Cut::After(v(2)), Cut::Top];
        assert!(ascending.is_sorted());
        assert!(ascending.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn nothing_is_between_equal_or_inverted_cuts() {
        assert_eq!(Span::new(Cut::Before(v(1)), Cut::Before(v(1))), None);
        assert_eq!(Span::new(Cut::After(v(1)), Cut::Before(v(1))), None);
        assert_eq!(Span::new(Cut::Top, Cut::Top), None);
        assert!(Span::new(Cut::Before(v(1)), Cut::After(v(1))).is_some_and(|span| span.contains(&v(1))));
    }

    #[test]
    fn spans_read_like_ranges() {
        let int = OrderedType::new(&arrow::datatypes::DataType::Int64).unwrap();
        let text = |start, end| Span::new(start, end).unwrap().format(&int);
        assert_eq!(text(Cut::Bottom, Cut::Top), "..");
        assert_eq!(text(Cut::Before(v(-3)), Cut::Before(v(4))), "-3..4");
        assert_eq!(text(Cut::After(v(-3)), Cut::After(v(4))), "-3<..=4");
    }
}
