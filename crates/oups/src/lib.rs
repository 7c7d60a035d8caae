//! The front door of oups.

pub use oups_core::key;
pub use oups_core::key::{AnyKey, KeyError, KeyField, KeyFilter, KeySchema, Separator, StoreKey, SubLevel, TopLevel};
pub use oups_derive::{KeyField, SubLevel, TopLevel};
