//! **oups**: many ordered datasets as plain Parquet files, always sorted, duplicates dropped by your rule, crash-safe, without
//! a server.
//!
//! A dataset is the rows of one *key*, a value of a struct of yours, ordered by one column. Write to it in any order of time:
//! rows are merged where they belong, and only the files that they touch are rewritten. Read ranges of one dataset, or walk
//! several side by side.
//!
//! ```
//! use std::sync::Arc;
//! use arrow::array::{Float64Array, Int64Array, RecordBatch};
//! use oups::prelude::*;
//!
//! #[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
//! struct Measure {
//!     quantity: String,
//!     city: String,
//!     #[oups(sublevel)]
//!     sampling: Sampling,
//! }
//!
//! #[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
//! struct Sampling {
//!     frequency: String,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("data");
//! let store = Store::<Measure>::open_or_create(path)?;
//! let berlin = Measure {
//!     quantity: "temperature".into(),
//!     city: "berlin".into(),
//!     sampling: Sampling { frequency: "1h".into() },
//! };
//! let rows = |hours: Vec<i64>, temps: Vec<f64>| {
//!     RecordBatch::try_from_iter([
//!         ("hour", Arc::new(Int64Array::from(hours)) as _),
//!         ("temp", Arc::new(Float64Array::from(temps)) as _),
//!     ])
//! };
//!
//! // The options of the first write are the dataset's settings from then on.
//! let dataset = store.dataset(&berlin)?;
//! dataset.write(rows(vec![0, 1, 2, 4], vec![3.1, 2.9, 2.7, 2.8])?).ordered_on("hour").duplicates_on(["hour"]).commit()?;
//!
//! // A late row and a correction.
//! dataset.write(rows(vec![2, 3], vec![2.6, 2.7])?).commit()?;
//!
//! let range = dataset.scan().range(1..4).collect()?;
//! assert_eq!(range, rows(vec![1, 2, 3], vec![2.9, 2.6, 2.7])?);
//! # Ok(())
//! # }
//! ```
//!
//! - Keys: [`TopLevel`], [`SubLevel`], [`KeyField`]; without the struct, [`AnyKey`].
//! - Stores and datasets: [`Store`], [`Dataset`], [`Write`], [`Keep`], [`Snapshot`].
//! - Reading: [`ReadDataset`], [`QueryStore`].

pub use oups_core::key;
pub use oups_core::ordered::{BoundValue, IntoRange, OrderedRange, Span};
pub use oups_core::{
    AnyKey, ChangeSettings, Combine, Dataset, Delete, Discovery, DuplicateRun, DuplicatesOn, Durability, Entry, Error,
    ExportProgress, Exported, Finding, FindingKind, Ingest, Ingested, IntoRows, Keep, KeepRule, KeyError, KeyField,
    KeyFilter, KeySchema, Lost, Manifest, ManifestState, Plan, RepairReport, Resolver, Result, Rows, Separator,
    SetAside, Settings, Snapshot, Sorted, Store, StoreKey, SubLevel, TopLevel, VerifyProgress, Write, Written, ordered,
    sort_by, target,
};
pub use oups_derive::{KeyField, SubLevel, TopLevel};
pub use oups_query::{
    Batches, Chunk, Error as QueryError, Intersections, OrderedOn, PlannedRowGroup, Query, QueryStore, ReadDataset,
    Scan, ScanPlan,
};

/// What most programs need: `use oups::prelude::*;`.
pub mod prelude {
    pub use crate::{
        DuplicatesOn, Durability, Keep, KeyField, QueryStore, ReadDataset, Resolver, Store, SubLevel, TopLevel,
    };
}
