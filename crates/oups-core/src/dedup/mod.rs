//! Duplicates: rows that are equal in the ordered column and in the columns that the user names.
//!
//! A stage between merging and cutting. Duplicates have the same ordered value, so only runs of equal ordered values
//! are looked at. Rows whose neighbours have other values pass through untouched.
//!
//! ```text
//! Merged rows ─ blocks (no run is split) ─ identity of the rows in runs ─ rule ─ rows that stay
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
