//! The order in which datasets take turns in a merged stream.

use std::cmp::Ordering;

use oups_core::ordered::OrdValue;

/// A key that waits for its turn in the stream. `bound` is a value that none of its rows comes before. The foremost key
/// is the greatest, because [`BinaryHeap`](std::collections::BinaryHeap) gives out the greatest first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) bound: OrdValue,
    pub(super) key: usize,
    pub(super) reverse: bool,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.bound.cmp(&other.bound).then(self.key.cmp(&other.key));
        if self.reverse { order } else { order.reverse() }
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
