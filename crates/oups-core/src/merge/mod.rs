//! Merges stored rows and new rows into one ordered stream.
//!
//! ```text
//! stored batches ─┐
//!                 ├─ Merge ── Merged batches ── (duplicates) ── cutter ── encoder
//! new batches ────┘
//! ```
//!
//! Every stage is an iterator over [`Merged`] batches, which record for each row whether it is stored or new. So a
//! stage that drops duplicates fits between merging and cutting. Whole batches, and long runs of rows from one side,
//! pass through all stages without a copy.

mod origin;
mod runs;
mod two_way;

#[cfg(test)]
mod tests;

pub(crate) use origin::{Merged, Origin};
pub(crate) use two_way::Merge;
