//! Reading from oups: ranges of one dataset, and several datasets side by side. See the crate `oups` for the front door.

mod align;
mod bound;
mod error;
mod prune;
mod range;
mod resolve;
mod span;
#[cfg(test)]
mod test_entries;

pub use bound::BoundValue;
pub use error::{Error, Result};
pub use range::{IntoRange, OrderedRange};
pub use span::Span;
