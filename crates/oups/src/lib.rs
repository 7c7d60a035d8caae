//! **oups**: many ordered datasets as plain Parquet files, always sorted, duplicates dropped by your rule, crash-safe, without
//! a server.
//!
//! This page is a tutorial in seven steps. All of its examples run, and each continues the one before.
//!
//! 1. [Keys](#1-keys): the names of datasets
//! 2. [A store](#2-a-store): the folder of the datasets
//! 3. [Writing](#3-writing): rows, and settings that are stored
//! 4. [Correcting](#4-correcting): late rows, duplicates, deleting
//! 5. [Reading](#5-reading): ranges and snapshots
//! 6. [Several datasets](#6-several-datasets): side by side
//! 7. [Operations](#7-operations): dry runs, compacting, verifying
//!
//! # 1. Keys
//!
//! A dataset is named by a *key*, a value of your own struct. The key is also the dataset's folder: the fields of one
//! level are joined by `-`, and a sublevel is a folder below. A misspelt field is a compile error, and any text has a
//! safe path.
//!
//! ```
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
//! let berlin: Measure = "temperature-berlin/1h".parse()?;
//! assert_eq!((berlin.city.as_str(), berlin.sampling.frequency.as_str()), ("berlin", "1h"));
//!
//! let odd = Measure { city: "a/b-c".into(), ..berlin };
//! assert_eq!(odd.to_path()?, "temperature-a%2Fb%2Dc/1h");
//! assert_eq!(odd.to_path()?.parse(), Ok(odd));
//! # Ok::<(), oups::KeyError>(())
//! ```
//!
//! Fields are texts, integers, `bool`, `char`, enums that derive [`KeyField`], and types that implement it. A program
//! that does not have the struct uses [`AnyKey`].
//!
//! # 2. A store
//!
//! A store is a folder. The program that makes it stores the schema of its keys, so that no program opens it with other
//! keys. `keys` lists its datasets, all or those that pass a filter. Folders that the filter excludes are not looked
//! at.
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! # let temperature = store.dataset(&berlin)?;
//! # temperature.write(readings(0..6, 3.0)?).ordered_on("hour").commit()?;
//! let store = Store::<Measure>::open_or_create(path)?;
//! assert_eq!(store.keys(..)?, [berlin.clone()]);
//!
//! let daily = Measure::filter().city("berlin").sampling(Sampling::filter().frequency("1D"));
//! assert!(store.keys(daily)?.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # 3. Writing
//!
//! Rows are Arrow data: a `RecordBatch`, a `Vec` of them, or any `RecordBatchReader`, which may be larger than memory. They
//! are sorted by the *ordered column*, usually a time. Here, `readings(hours, value)` makes a batch of two columns, `hour` and
//! `value`.
//!
//! The options of the first write are stored as the dataset's [`Settings`]; later writes need no options. When `commit`
//! returns, all rows are visible and on the disk. If it fails, no row is, and the dataset is as it was.
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! let temperature = store.dataset(&berlin)?;
//! let written = temperature
//!     .write(readings(0..24, 3.0)?)
//!     .ordered_on("hour")
//!     .row_group_target(10)                 // rows; or a period such as "1D" for times
//!     .duplicates_on(["hour"])
//!     .metadata("source", "buoy 7")
//!     .commit()?;
//! assert_eq!((written.version.commit(), written.rows_written, written.files_written), (1, 24, 3));
//!
//! let unsorted = temperature.write(vec![readings(30..31, 0.0)?, readings(29..30, 0.0)?]).commit();
//! assert_eq!(
//!     unsorted.unwrap_err().to_string(),
//!     "dataset temperature-berlin/1h, column `hour`: row 2 is out of order: 29 after 30"
//! );
//! assert_eq!(temperature.version()?.commit(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # 4. Correcting
//!
//! Writes may come in any order of time. Their rows are merged into the right order, and only files whose span they touch are
//! written anew. If a new row is a *duplicate* of a stored one, the last written stays. [`Keep`] has other rules: the first
//! stays, the write fails, or your own rule decides ([`Resolver`]).
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! # let temperature = store.dataset(&berlin)?;
//! # temperature.write(readings(0..24, 3.0)?).ordered_on("hour").row_group_target(10).duplicates_on(["hour"]).commit()?;
//! // Hour 4 was wrong.
//! let written = temperature.write(readings(4..5, 2.5)?).commit()?;
//! assert_eq!((written.version.commit(), written.files_replaced), (2, 1));
//!
//! // A second source has hours 4 and 5 too. The smaller value stays.
//! let smaller = Resolver::combine([("value", oups::Combine::Min)]);
//! temperature.write(readings(4..6, 2.8)?).keep(smaller).commit()?;
//! assert_eq!(temperature.scan().range(3..7).collect()?, values(&[(3, 3.0), (4, 2.5), (5, 2.8), (6, 3.0)])?);
//!
//! // The last hours should not be there.
//! let deleted = temperature.delete(20..).commit()?;
//! assert_eq!((deleted.rows_deleted, temperature.info()?.rows), (4, 20));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # 5. Reading
//!
//! A scan reads a range of the ordered column, in order, and only the wanted columns. The manifest decides which files to read
//! before any is opened. A [`Snapshot`] is one version, and stays as it is for as long as it is held.
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! # let temperature = store.dataset(&berlin)?;
//! # temperature.write(readings(0..24, 3.0)?).ordered_on("hour").row_group_target(10).duplicates_on(["hour"]).commit()?;
//! let mut rows = 0;
//! for batch in temperature.scan().range(8..=12).columns(["value"]).batches()? {
//!     rows += batch?.num_rows();
//! }
//! assert_eq!(rows, 5);
//!
//! let plan = temperature.scan().range(8..=12).explain()?;
//! assert_eq!((plan.row_groups.len(), plan.pruned.by_manifest.row_groups), (2, 1));
//!
//! let snapshot = temperature.snapshot()?;
//! temperature.delete(..).commit()?;
//! assert_eq!((temperature.scan().count()?, snapshot.scan().count()?), (0, 24));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # 6. Several datasets
//!
//! [`Query::intersections`] walks datasets together. Each chunk covers the same span of all keys, and holds at most a few row
//! groups of each. So series of different frequency line up, and none is in memory as a whole.
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! # let temperature = store.dataset(&berlin)?;
//! # temperature.write(readings(0..24, 3.0)?).ordered_on("hour").row_group_target(10).duplicates_on(["hour"]).commit()?;
//! let oslo: Measure = "temperature-oslo/6h".parse()?;
//! store.dataset(&oslo)?.write(values(&[(0, -4.0), (6, -2.0), (12, 1.0), (18, 0.0)])?).ordered_on("hour").commit()?;
//!
//! let mut met = Vec::new();
//! for chunk in store.query([&berlin, &oslo]).range(5..15).intersections()? {
//!     let chunk = chunk?;
//!     let rows = |key| chunk.get(key).map_or(0, |rows| rows.num_rows());
//!     met.push((rows(&berlin), rows(&oslo)));
//! }
//! let total = met.iter().fold((0, 0), |sum, rows| (sum.0 + rows.0, sum.1 + rows.1));
//! assert_eq!(total, (10, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # 7. Operations
//!
//! Writers of one dataset take turns, across threads and processes. Readers do not wait. There is nothing to clean up after a
//! crash.
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! # let temperature = store.dataset(&berlin)?;
//! # temperature.write(readings(0..24, 3.0)?).ordered_on("hour").row_group_target(10).duplicates_on(["hour"]).commit()?;
//! // A dry run: what would the write cost?
//! let plan = temperature.write(readings(4..5, 2.5)?).plan()?;
//! assert_eq!((plan.row_groups_rewritten(), plan.new_rows()), (1, 1));
//!
//! // Writes only if nobody else has written since, and waits at most a minute.
//! let at = temperature.version()?;
//! let minute = std::time::Duration::from_secs(60);
//! temperature.write(readings(4..5, 2.5)?).if_version(at).lock_timeout(minute).commit()?;
//!
//! // Merge small row groups; verify the checksum of every byte; a text for snapshot tests.
//! temperature.compact().row_group_target(100).commit()?;
//! assert!(store.verify(..).run()?.findings.is_empty());
//! assert!(store.layout()?.contains("temperature-berlin/1h: 24 rows in 1 row group"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Threads and tokio
//!
//! Handles, changes, snapshots and errors are `Send + Sync + 'static`; streams of batches are `Send`. A [`Change`] owns its
//! rows and options, so it can be built on one thread and committed on another. On tokio every call blocks. Commit by
//! `spawn_blocking(move || change.commit())`, read batches on a blocking thread and send them through a bounded channel. Set
//! `lock_timeout`, because a change that waits blocks its thread. The example [`tokio.rs`] does all of that.
//!
//! [`tokio.rs`]: https://docs.rs/crate/oups/latest/source/examples/tokio.rs
//!
//! [`Change::progress`] reports the progress of a change. A `Break` stops the change before it commits:
//!
//! ```
#![doc = include_str!("tutorial.md")]
//! # let temperature = store.dataset(&berlin)?;
//! use std::ops::ControlFlow;
//!
//! let write = temperature.write(readings(0..24, 3.0)?).ordered_on("hour").progress(|_| ControlFlow::Break(()));
//! assert!(matches!(write.commit(), Err(oups::Error::Stopped { .. })));
//! assert!(!temperature.exists()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The library reports to `tracing`: commits and waits for locks, and at finer levels each of their steps. The feature
//! `serde` writes keys into documents as their path texts.
//!
//! - Keys: [`TopLevel`], [`SubLevel`], [`KeyField`]; without the struct, [`AnyKey`].
//! - Stores and datasets: [`Store`], [`Dataset`], [`Change`], [`Keep`], [`Snapshot`].
//! - Reading: [`ReadDataset`], [`QueryStore`].

/// The Arrow crate whose types the functions here take and return.
pub use arrow;
pub use oups_core::fs::{Bytes, DirEntry, EntryKind, Fs, LocalFs, LockAccess, LockFile, ReadFile, WriteFile};
pub use oups_core::key;
#[cfg(feature = "serde")]
pub use oups_core::key::{KeyText, key_text};
pub use oups_core::ordered::{BoundValue, Cut, IntoRange, OrdValue, OrderedRange, OrderedType, Span};
pub use oups_core::row_group::{
    ColumnPart, ColumnStatistics, Known, ReadOptions, RowGroupBatches, RowGroupFile, ValueBounds,
};
pub use oups_core::schema::DatasetSchema;
pub use oups_core::sizing::{Period, PeriodUnit, RowGroupTarget, TimeScale};
#[doc(hidden)]
pub use oups_core::words;
pub use oups_core::{
    AnyKey, BringsRows, Change, ChangePlan, Combine, CommitReport, Compaction, Dataset, DatasetInfo,
    DatasetVerification, Deletion, Discovery, DuplicateRun, DuplicatesOn, Durability, Error, ErrorKind, Expected,
    Export, ExportReport, Finding, FindingKind, Ingest, IngestReport, Insert, IntoRows, Keep, KeepRule, KeyError,
    KeyField, KeyFilter, KeySchema, Lost, ManifestState, Moment, NewMetadata, NewSettings, NotAVersion, OfOneDataset,
    Outcome, Phase, Progress, QueryError, Reason, Removal, Repair, RepairReport, Resizes, Resolver, Result, RowGroup,
    Rows, Separator, SetAside, SetsMetadata, Settings, Snapshot, Snapshots, Sorted, Step, Store, StoreKey,
    StoreOptions, Stranger, SubLevel, Syncing, TakesDurability, Task, Together, TopLevel, Verification, VerifyReport,
    Version, ordered, sizing, sort_by,
};
pub use oups_derive::{KeyField, SubLevel, TopLevel};
pub use oups_query::{
    Aggregate, AsOf, AsOfBatches, Batches, Chunk, Column, ColumnOf, Comparison, Datasets, Direction, Every, Fill,
    Intersections, Join, Omitted, OneDataset, Ordered, OrderedOn, PlannedColumn, PlannedDataset, PlannedRowGroup,
    Predicate, Pruned, Query, QueryPlan, QueryStore, Read, ReadDataset, Resample, Resampled, Scan, ScanPlan, Tolerance,
};

pub use oups_query::{common_schema, common_schema_of};

/// Conversion of values between types: which type holds all values of another, and arrays in the wider type.
pub mod schema {
    pub use oups_core::schema::{convert, holds};
}

/// The names that most programs need: `use oups::prelude::*;`.
pub mod prelude {
    pub use crate::{KeyField, SubLevel, TopLevel};
    pub use oups_core::{DuplicatesOn, Durability, Keep, Resolver, Store};
    pub use oups_query::{QueryStore, ReadDataset};
}

/// Asserts that a type can be shared among threads, and held anywhere.
const fn shared<T: Send + Sync + 'static>() {}
/// Asserts that a type can be sent to another thread.
const fn sent<T: Send + 'static>() {}
const _: () = {
    shared::<Store<AnyKey>>();
    shared::<Dataset>();
    shared::<DatasetInfo>();
    shared::<StoreOptions>();
    shared::<Snapshot>();
    shared::<Snapshots>();
    shared::<Discovery<AnyKey>>();
    shared::<Rows>();
    shared::<Change<Insert>>();
    shared::<Change<Compaction>>();
    shared::<Change<NewMetadata>>();
    shared::<Change<NewSettings>>();
    shared::<Change<Deletion>>();
    shared::<Change<Syncing>>();
    shared::<Change<Removal>>();
    shared::<Change<Repair>>();
    shared::<Change<Ingest<AnyKey>>>();
    shared::<Task<Export<AnyKey>>>();
    shared::<Task<Verification<AnyKey>>>();
    shared::<Task<DatasetVerification>>();
    shared::<ChangePlan>();
    shared::<CommitReport>();
    shared::<IngestReport<AnyKey>>();
    shared::<ExportReport>();
    shared::<RepairReport>();
    shared::<VerifyReport>();
    shared::<Progress>();
    shared::<Keep>();
    shared::<Resolver>();
    shared::<KeyFilter>();
    shared::<Scan>();
    shared::<Query<AnyKey>>();
    shared::<AsOf<AnyKey>>();
    shared::<Resample>();
    shared::<ScanPlan>();
    shared::<QueryPlan>();
    shared::<Error>();
    shared::<KeyError>();
    shared::<QueryError>();
    sent::<Batches>();
    sent::<Resampled>();
    sent::<AsOfBatches>();
    sent::<Ordered>();
    sent::<Intersections<AnyKey>>();
    sent::<Sorted>();
};
