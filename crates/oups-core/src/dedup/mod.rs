//! Duplicates: rows that are equal in the ordered column and in the columns that the user names.
//!
//! A stage between merging and cutting. Rows with the same key have the same ordered value, so only runs of equal ordered
//! values are looked at; rows without an equal neighbour pass through untouched.
//!
//! ```text
//! Merged rows ─ blocks (no run is split) ─ identity of the rows in runs ─ what the rule keeps ─ rows
//! ```

mod blocks;
mod combine;
mod identity;
mod keep;
mod rejected;
mod resolved;
mod selected;
mod stage;

pub use combine::Combine;
pub use keep::{DuplicateRun, Keep, Resolver};

pub(crate) use stage::{Dedup, Deduped};
