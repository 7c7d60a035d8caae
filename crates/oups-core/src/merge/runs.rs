//! The order of a merge of two sorted columns, as runs of rows of one side.

use arrow::array::Array;

use crate::ordered::{OrdKeys, gallop};

/// Consecutive rows of one side that stay together in the merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) is_new: bool,
    pub(super) start: usize,
    pub(super) len: usize,
}

/// The runs of merging two sorted columns. At equal values stored rows come first.
pub(super) fn runs(stored: &OrdKeys, new: &OrdKeys) -> Vec<Run> {
    match (stored, new) {
        (OrdKeys::I64(a), OrdKeys::I64(b)) => merge_runs(a.len(), b.len(), |at| a[at], |at| b[at]),
        (OrdKeys::I128(a), OrdKeys::I128(b)) => merge_runs(a.len(), b.len(), |at| a[at], |at| b[at]),
        (OrdKeys::I256(a), OrdKeys::I256(b)) => merge_runs(a.len(), b.len(), |at| a[at], |at| b[at]),
        (OrdKeys::Bytes(a), OrdKeys::Bytes(b)) => merge_runs(a.len(), b.len(), |at| a.value(at), |at| b.value(at)),
        _ => merge_runs(stored.len(), new.len(), |at| stored.value(at), |at| new.value(at)),
    }
}

/// Finds each run by exponential search (Bentley and Yao, 1976), from the first row of one side to the first that is
/// not before the next row of the other. So a run of *n* rows takes about 2 log₂ *n* comparisons: few for an append or
/// a long stretch of one side, and no more than a plain merge when the sides alternate.
fn merge_runs<T: Ord>(
    stored_len: usize,
    new_len: usize,
    stored: impl Fn(usize) -> T,
    new: impl Fn(usize) -> T,
) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut push = |is_new, start, len| {
        if len > 0 {
            runs.push(Run { is_new, start, len });
        }
    };
    let (mut at, mut new_at) = (0, 0);
    while at < stored_len && new_at < new_len {
        let next_new = new(new_at);
        let len = gallop(stored_len - at, |step| stored(at + step) <= next_new);
        push(false, at, len);
        at += len;
        if at == stored_len {
            break;
        }
        let next_stored = stored(at);
        let len = gallop(new_len - new_at, |step| new(new_at + step) < next_stored);
        push(true, new_at, len);
        new_at += len;
    }
    push(false, at, stored_len - at);
    push(true, new_at, new_len - new_at);
    runs
}
