//! The engine of oups: keys and their folders, the store, the manifest, locks, and the merge that keeps a dataset
//! ordered. See the crate `oups` for the front door.

pub mod decode;
pub mod encode;
mod error;
pub mod fs;
pub mod key;
pub mod merge;
pub mod ordered;
pub mod plan;
pub mod schema;
pub mod spool;

pub use error::{Error, Result};
