//! The engine of oups: keys and their folders, the store, the manifest, locks, and the merge that keeps a dataset
//! ordered. See the crate `oups` for the front door.

#[cfg(not(unix))]
compile_error!(
    "oups works on Unix only (Linux, macOS, the BSDs): its locks are `flock`, which die with their process, and its commits are renames over a file and fsyncs of folders"
);

#[doc(hidden)]
pub mod bench;
mod cache;
mod dedup;
mod error;
mod format;
pub mod fs;
#[doc(hidden)]
pub mod guard;
pub mod input;
pub mod key;
mod maintenance;
mod merge;
pub mod ordered;
#[doc(hidden)]
pub mod parallel;
mod paths;
pub mod plan;
pub mod row_group;
pub mod schema;
mod settings;
pub mod sizing;
mod snapshot;
mod storage;
mod store;
mod version;
#[doc(hidden)]
pub mod words;
mod write;

pub use dedup::{Combine, DuplicateRun, Keep, Resolver};
pub use error::kind::ErrorKind;
pub use error::outcome::Outcome;
pub use error::query::{ColumnOf, OrderedOn, QueryError};
pub use error::{Error, Result};
pub use format::manifest::{Manifest, RowGroup};
pub use input::rows::{IntoRows, Rows};
pub use input::sort::{Sorted, sort_by};
pub use key::{AnyKey, KeyError, KeyField, KeyFilter, KeySchema, Separator, StoreKey, SubLevel, TopLevel};
pub use maintenance::export::{ExportProgress, ExportReport};
pub use maintenance::repair::{Lost, ManifestState, RepairReport, SetAside};
pub use maintenance::verify::{Finding, FindingKind, VerifyProgress};
pub use ordered::{BoundValue, IntoRange, OrderedRange};
pub use plan::change_plan::ChangePlan;
pub use settings::{DuplicatesOn, KeepRule, Settings};
pub use snapshot::Snapshot;
pub use snapshot::moment::{Moment, Together};
pub use storage::commit_options::Durability;
pub use store::Store;
pub use store::dataset::Dataset;
pub use store::discover::{Discovery, Stranger};
pub use store::together::Snapshots;
pub use version::{Expected, NotAVersion, Version};
pub use write::delete::Delete;
pub use write::ingest::{Ingest, IngestReport};
pub use write::insert::Write;
pub use write::report::CommitReport;
pub use write::settings::ChangeSettings;
