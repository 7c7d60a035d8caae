//! The engine of oups: keys and their folders, the store, the manifest, locks, and the merge that keeps a dataset
//! ordered. Programs use the crate `oups`, which re-exports it.

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
mod guard;
mod input;
pub mod key;
mod maintenance;
mod merge;
pub mod ordered;
#[doc(hidden)]
pub mod parallel;
mod paths;
mod plan;
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
pub use format::manifest::RowGroup;
pub use input::rows::{IntoRows, Rows};
pub use input::sort::{Sorted, sort_by};
pub use key::{AnyKey, KeyError, KeyField, KeyFilter, KeySchema, Separator, StoreKey, SubLevel, TopLevel};
pub use maintenance::export::{Export, ExportReport};
pub use maintenance::repair::{Lost, ManifestState, Repair, RepairReport, SetAside};
pub use maintenance::task::Task;
pub use maintenance::verify::{DatasetVerification, Finding, FindingKind, Verification, VerifyReport};
pub use ordered::{BoundValue, IntoRange, OrderedRange};
pub use plan::change_plan::ChangePlan;
pub use plan::{Reason, Step};
pub use settings::{DuplicatesOn, KeepRule, Settings};
pub use snapshot::Snapshot;
pub use storage::commit_options::Durability;
pub use storage::discover::{Discovery, Stranger};
pub use storage::moment::{Moment, Together};
pub use store::Store;
pub use store::dataset::Dataset;
pub use store::info::DatasetInfo;
pub use store::options::StoreOptions;
pub use store::together::Snapshots;
pub use version::{Expected, NotAVersion, Version};
pub use write::change::{BringsRows, Change, OfOneDataset, Resizes, SetsMetadata, TakesDurability};
pub use write::compact::Compaction;
pub use write::delete::Deletion;
pub use write::ingest::{Ingest, IngestReport};
pub use write::insert::Insert;
pub use write::metadata::NewMetadata;
pub use write::progress::{Phase, Progress};
pub use write::remove::Removal;
pub use write::report::CommitReport;
pub use write::settings::NewSettings;
pub use write::sync::Syncing;
