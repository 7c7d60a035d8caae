//! The first duplicate that a write brings, for `Keep::Reject`.

use std::collections::HashMap;
use std::ops::Range;

use arrow::row::{Row, Rows};

use super::blocks::Block;

/// Two rows of a block with the same identity. The second one is new.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) first: usize,
    pub(super) second: usize,
}

/// The first pair of duplicates with a new row. Two stored rows are not a pair: an earlier write was allowed to bring
/// them.
pub(super) fn first_pair(block: &Block, runs: &[Range<usize>], identities: Option<&Rows>) -> Option<Pair> {
    let origin = &block.rows.origin;
    let mut from = 0;
    for run in runs {
        let mut seen: HashMap<Option<Row<'_>>, usize> = HashMap::new();
        for (at, row) in run.clone().enumerate() {
            let identity = identities.map(|identities| identities.row(from + at));
            // Stored rows come first in a run, so the pair's second row is new if either is.
            match seen.get(&identity) {
                Some(&first) if origin.is_new(row) => return Some(Pair { first, second: row }),
                Some(_) => {}
                None => {
                    seen.insert(identity, row);
                }
            }
        }
        from += run.len();
    }
    None
}
