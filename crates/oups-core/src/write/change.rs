//! A change of datasets that has not happened yet, and the options that changes share.

use std::ops::ControlFlow;
use std::time::Duration;

use super::insert_options::InsertOptions;
use super::progress::{Listener, Progress, Watch};
use crate::dedup::Keep;
use crate::format::manifest::Manifest;
use crate::settings::DuplicatesOn;
use crate::sizing::RowGroupTarget;
use crate::storage::Patience;
use crate::storage::commit_options::{CommitOptions, Durability};
use crate::storage::turn::Turn;
use crate::store::dataset::Dataset;
use crate::version::Expected;
use crate::{Error, Result};

/// A change that has not happened yet. Its `commit` does it, all or nothing. `W` is the kind of change.
///
/// A method of a handle begins it, such as [`Dataset::write`]. Options follow, and `commit` is last. It owns all that
/// it needs, so it can be sent to another thread.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow::array::{Int64Array, RecordBatch};
/// # use oups_core::{AnyKey, KeySchema, Separator, Store};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
/// # let dataset = store.dataset(&store.parse_key("berlin")?)?;
/// # let rows = RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(vec![1, 2])) as _)])?;
/// use std::ops::ControlFlow;
/// use oups_core::Phase;
///
/// let write = dataset.write(rows).ordered_on("day").progress(|at| match at.phase {
///     Phase::Merging if at.done > 1_000_000 => ControlFlow::Break(()),
///     _ => ControlFlow::Continue(()),
/// });
/// let written = std::thread::spawn(move || write.commit()).join().unwrap()?;
/// assert_eq!(written.rows_written, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing changes before `commit`"]
pub struct Change<W> {
    /// The kind of change, with its own options.
    pub(crate) of: W,
    pub(crate) options: CommitOptions,
    pub(crate) listener: Listener,
}

pub(crate) mod sealed {
    /// Seals the traits of changes: programs cannot implement them.
    pub trait Sealed {}
}

/// A change of one dataset. It can expect a version of it.
pub trait OfOneDataset: sealed::Sealed {}

/// A change that need not wait for the disk.
pub trait TakesDurability: sealed::Sealed {}

/// A change that can also set metadata.
pub trait SetsMetadata: sealed::Sealed {
    #[doc(hidden)]
    fn insert_options(&mut self) -> &mut InsertOptions;
}

/// A change that makes row groups of a target size.
pub trait Resizes: SetsMetadata {}

/// A change that brings rows.
pub trait BringsRows: Resizes {}

impl<W> Change<W> {
    pub(crate) fn new(of: W) -> Self {
        Self { of, options: CommitOptions::default(), listener: Listener::default() }
    }

    /// Fails with [`Error::LockTimeout`] if a dataset's lock is not free within this time, in all tries together.
    /// Without this option the change waits without limit.
    pub fn lock_timeout(mut self, in_all: Duration) -> Self {
        self.options.lock_timeout = Some(in_all);
        self
    }

    /// Calls `each` with the progress of the change, every 50 ms of a wait and after each batch of rows, from any
    /// thread. A `Break` stops the change with [`Error::Stopped`]: the dataset is not changed, and nothing is left
    /// behind. After the commit point, which [`Phase::Publishing`](super::progress::Phase::Publishing) reports, a
    /// `Break` comes too late.
    pub fn progress(mut self, each: impl FnMut(&Progress) -> ControlFlow<()> + Send + 'static) -> Self {
        self.listener = Listener::new(each);
        self
    }

    /// Reports the progress of one dataset.
    pub(crate) fn watch(&self, dataset: &Dataset) -> Watch {
        Watch::new(&self.listener, dataset.path_text())
    }

    /// Takes the turn at a dataset that exists.
    pub(crate) fn begin(&self, dataset: &Dataset) -> Result<(Turn, Manifest)> {
        let waiting = self.watch(dataset).waiting(self.options.lock_timeout);
        let mut patience = Patience::of(self.options.lock_timeout).telling(waiting.as_ref().map(|told| told as _));
        dataset.store.storage.begin(&dataset.paths, &self.options, &mut patience)
    }
}

impl<W: OfOneDataset> Change<W> {
    /// Fails with [`Error::VersionConflict`] unless the dataset is at this version: a [`Version`](crate::Version), or a
    /// commit number alone, which also accepts a dataset that was removed and made again.
    /// [`Version::ABSENT`](crate::Version::ABSENT) and 0 stand for "does not exist".
    pub fn if_version(mut self, version: impl Into<Expected>) -> Self {
        self.options.if_version = Some(version.into());
        self
    }
}

impl<W: TakesDurability> Change<W> {
    /// Whether the commit waits for the disk. Unsynced is for bulk loads that can be repeated: see [`Durability`].
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }
}

impl<W: SetsMetadata> Change<W> {
    /// Sets a text in the metadata of the dataset; for an ingest, of every dataset that gets rows.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.of.insert_options().metadata.push((key.into(), Some(value.into())));
        self
    }

    /// Removes a text from the metadata. The text need not exist.
    pub fn unset_metadata(mut self, key: impl Into<String>) -> Self {
        self.of.insert_options().metadata.push((key.into(), None));
        self
    }
}

/// Options that are not given come from the dataset's settings, which its first write stored.
impl<W: Resizes> Change<W> {
    /// The wanted size of row groups: a number of rows, or a period such as `"15min"`, `"1D"`, `"W-MON"`, `"MS"`.
    ///
    /// An invalid target, such as `0` or `"1fortnight"`, is reported by `commit`.
    pub fn row_group_target<T: TryInto<RowGroupTarget, Error: Into<Error>>>(mut self, target: T) -> Self {
        self.of.insert_options().row_group_target = Some(target.try_into().map_err(Into::into));
        self
    }

    /// How many off-target row groups in a row, with new rows among them, are left unmerged; `None`: any number.
    pub fn max_off_target(mut self, groups: impl Into<Option<u64>>) -> Self {
        self.of.insert_options().max_off_target = Some(groups.into());
        self
    }

    /// Lets the dataset's columns evolve so that the rows fit: new columns, which are null in older rows, and wider
    /// types. `docs/schema.md` has the rules. Stored row groups are not touched. Without new rows, only the keys of a
    /// dictionary that is too narrow for the row groups become wider.
    pub fn evolve_schema(mut self) -> Self {
        self.of.insert_options().evolve_schema = true;
        self
    }
}

impl<W: BringsRows> Change<W> {
    /// The column that the dataset is ordered on. The first write needs it; later writes may leave it out. An ingest
    /// may leave it out if the dataset of the first row exists.
    pub fn ordered_on(mut self, column: impl Into<String>) -> Self {
        self.of.insert_options().ordered_on = Some(column.into());
        self
    }

    /// Which rows count as duplicates: those that are equal in the ordered column and in these columns, or in all
    /// columns, or no rows.
    pub fn duplicates_on(mut self, columns: impl Into<DuplicatesOn>) -> Self {
        self.of.insert_options().duplicates_on = Some(columns.into());
        self
    }

    /// Which of several duplicates stays.
    pub fn keep(mut self, keep: impl Into<Keep>) -> Self {
        self.of.insert_options().keep = Some(keep.into());
        self
    }
}
