//! Faults, deaths and power losses at every moment: afterwards the dataset is at the old version or at the new one, the
//! next write succeeds, and no leftover survives it.

mod acts;
mod faults;
mod power;
mod processes;
mod state;
mod takeover;

pub(crate) use acts::{KINDS, dataset as dataset_of, first, insert, rows};
pub(crate) use state::{Seen, create, is_exhaustive, look, next_write, next_write_succeeds, open, seen_in, try_create};
