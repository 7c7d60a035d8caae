//! Stored rows and new rows to one ordered stream.
//!
//! ```text
//! stored batches ─┐
//!                 ├─ Merge ── Merged batches ── (duplicates) ── cutter ── encoder
//! new batches ────┘
//! ```
//!
//! Every stage is an iterator over [`Merged`] batches, which know for each row whether it was stored or is new: so
//! a stage that drops duplicates fits between merging and cutting. Batches that come from one side whole, or in long
//! runs, pass through all stages without a copy.

mod origin;
mod runs;
mod two_way;

#[cfg(test)]
mod tests;

pub(crate) use origin::{Merged, Origin};
pub(crate) use two_way::Merge;
