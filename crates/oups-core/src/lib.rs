//! The engine of oups: keys and their folders, the store, the manifest, locks, and the merge that keeps a dataset
//! ordered. See the crate `oups` for the front door.

mod checksum;
mod commit;
mod decode;
mod error;
pub mod fs;
pub mod key;
mod layout;
mod lock;
mod manifest;
pub mod ordered;
pub mod plan;
mod random;
mod settings;
pub mod target;

pub use commit::Durability;
pub use error::{Error, Result};
pub use manifest::{Entry, Manifest};
pub use settings::{DuplicatesOn, KeepRule, Settings};
pub use key::{AnyKey, KeyError, KeyField, KeyFilter, KeySchema, Separator, StoreKey, SubLevel, TopLevel};
