//! The front door of oups.

pub use oups_core::key;
pub use oups_core::{
    AnyKey, Dataset, Discovery, Durability, Error, KeyError, KeyField, KeyFilter, KeySchema, Result, Separator, Settings, Snapshot, Store,
    StoreKey, SubLevel, TopLevel, Write, Written,
};
pub use oups_derive::{KeyField, SubLevel, TopLevel};
