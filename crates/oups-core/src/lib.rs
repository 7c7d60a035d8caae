//! The engine of oups: keys and their folders, the store, the manifest, locks, and the merge that keeps a dataset
//! ordered. See the crate `oups` for the front door.

#[cfg(not(unix))]
compile_error!(
    "oups works on Unix only (Linux, macOS, the BSDs): its locks are `flock`, which die with their process, and its commits are renames over a file and fsyncs of folders"
);

mod change_settings;
mod checksum;
mod commit;
mod dataset;
pub mod decode;
mod dedup;
mod delete;
mod discover;
mod encode;
mod error;
mod evolution;
mod execute;
mod export;
mod footer;
pub mod fs;
mod ingest;
#[doc(hidden)]
pub mod inner;
mod kept;
pub mod key;
mod layout;
mod lock;
mod manifest;
mod merge;
mod moment;
pub mod ordered;
mod outcome;
mod picture;
pub mod plan;
mod planned;
mod random;
mod recent;
mod repair;
mod rows;
pub mod schema;
mod settings;
mod snapshot;
mod sort;
pub mod spool;
mod store;
mod store_file;
pub mod target;
mod terms;
#[doc(hidden)]
pub mod threads;
mod together;
mod unwaited;
mod verify;
mod version;
#[doc(hidden)]
pub mod words;
mod write;

pub use change_settings::ChangeSettings;
pub use commit::Durability;
pub use dataset::Dataset;
pub use dedup::{Combine, DuplicateRun, Keep, Resolver};
pub use delete::Delete;
pub use discover::{Discovery, Stranger};
pub use error::{Error, Result};
pub use export::{ExportProgress, Exported};
pub use ingest::{Ingest, Ingested};
pub use key::{AnyKey, KeyError, KeyField, KeyFilter, KeySchema, Separator, StoreKey, SubLevel, TopLevel};
pub use manifest::{Entry, Manifest};
pub use moment::{Moment, Together};
pub use ordered::{BoundValue, IntoRange, OrderedRange};
pub use outcome::Outcome;
pub use planned::Plan;
pub use repair::{Lost, ManifestState, RepairReport, SetAside};
pub use rows::{IntoRows, Rows};
pub use settings::{DuplicatesOn, KeepRule, Settings};
pub use snapshot::Snapshot;
pub use sort::{Sorted, sort_by};
pub use store::{Store, VerifyProgress};
pub use together::Snapshots;
pub use verify::{Finding, FindingKind};
pub use version::{Expected, NotAVersion, Version};
pub use write::{Write, Written};
