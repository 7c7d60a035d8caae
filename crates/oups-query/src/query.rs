//! Reads of several datasets of a store together: the methods of a [`Query`].

use std::borrow::Borrow;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use oups_core::{KeyFilter, Snapshot, Snapshots, Store, StoreKey, Together};

use crate::Result;
use crate::asof::{AsOf, Join};
use crate::datasets::explain::QueryPlan;
use crate::datasets::{Chosen, Datasets};
use crate::projection::unified::check_named;
use crate::request::Versions;
use crate::request::read::Read;
use crate::request::verbs::Verb;
use crate::scan::dataset::Scan;

/// Gives a store its [`query`](Self::query).
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{Int64Array, RecordBatch};
/// use oups_core::{AnyKey, KeySchema, Separator, Store};
/// use oups_query::QueryStore;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
/// let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
/// let (berlin, oslo) = (store.parse_key("berlin")?, store.parse_key("oslo")?);
/// store.dataset(&berlin)?.write(rows((0..6).collect())?).ordered_on("day").row_group_target(1).commit()?;
/// store.dataset(&oslo)?.write(rows(vec![1, 4])?).ordered_on("day").commit()?;
///
/// let mut spans = Vec::new();
/// for chunk in store.query([&berlin, &oslo]).range(1..).intersections()? {
///     let chunk = chunk?;
///     let days = |key| chunk.get(key).map(|rows| rows.num_rows());
///     spans.push((chunk.start_text(), chunk.end_text(), days(&berlin), days(&oslo)));
/// }
/// let text = |value: &str| Some(value.to_owned());
/// assert_eq!(spans, [
///     (text("1"), text("3"), Some(2), Some(1)),
///     (text("3"), text("5"), Some(2), Some(1)),
///     (text("5"), None, Some(1), Some(0)),
/// ]);
/// # Ok(())
/// # }
/// ```
pub trait QueryStore<K>: sealed::Queryable {
    /// Begins a read of the datasets of these keys. Nothing happens before one of the [`Query`]'s last methods is
    /// called.
    fn query<Q: Borrow<K>>(&self, keys: impl IntoIterator<Item = Q>) -> Query<K>;

    /// Begins a read of all datasets that a filter lets through, in key order. It finds the datasets that exist when
    /// one of the [`Query`]'s last methods is called.
    fn query_where(&self, filter: impl Into<KeyFilter>) -> Query<K>;

    /// Begins an as-of join: for each row of this dataset, the row of other datasets that was in force at its time. See
    /// [`AsOf`].
    fn asof(&self, left: &K) -> AsOf<K>;
}

mod sealed {
    /// Seals [`QueryStore`](super::QueryStore): programs cannot implement it.
    pub trait Queryable {}
}

impl<K: StoreKey> sealed::Queryable for Store<K> {}

impl<K: StoreKey> QueryStore<K> for Store<K> {
    fn query<Q: Borrow<K>>(&self, keys: impl IntoIterator<Item = Q>) -> Query<K> {
        let choice = Chosen::Keys(keys.into_iter().map(|key| key.borrow().clone()).collect());
        Read::new(Datasets { store: self.clone(), choice })
    }

    fn query_where(&self, filter: impl Into<KeyFilter>) -> Query<K> {
        Read::new(Datasets { store: self.clone(), choice: Chosen::Filter(filter.into()) })
    }

    fn asof(&self, left: &K) -> AsOf<K> {
        Read::new(Join::new(self, left))
    }
}

/// A read of several datasets being put together; [`QueryStore::query`] and [`QueryStore::query_where`] begin one.
///
/// Every dataset must have the columns of the conditions. Every dataset must also have the columns that are asked for;
/// for [`ordered`](Self::ordered) and [`resample`](Self::resample) it is enough if one dataset has each.
pub type Query<K> = Read<Datasets<K>>;

/// The options and last methods of a [`Query`].
///
/// Unless an option says otherwise, a query looks for one moment for all datasets, for at least 200 ms. If writers do
/// not pause for long enough, each dataset is read at a version of that time, and the stream's `moment()` says so.
impl<K: StoreKey> Read<Datasets<K>> {
    /// Demands that all datasets are read as they were at one moment. If no such moment is found within `timeout`, the
    /// read fails with [`oups_core::Error::Busy`].
    pub fn at_one_moment(mut self, timeout: Duration) -> Self {
        self.request.versions = Versions::Newest(Together::Demanded(timeout));
        self
    }

    /// Reads the newest version of each dataset by itself, without looking for one moment for all.
    pub fn independently(mut self) -> Self {
        self.request.versions = Versions::Newest(Together::Independently);
        self
    }

    /// Reads these snapshots, instead of the newest versions: of each dataset the one with its name; a filter of keys chooses
    /// among them. So several queries see one state. Of `at`, [`at_one_moment`](Self::at_one_moment) and
    /// [`independently`](Self::independently) the last call counts.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow::array::{Int64Array, RecordBatch};
    /// # use oups_core::{AnyKey, KeyFilter, KeySchema, Separator, Store};
    /// # use oups_query::QueryStore;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
    /// # let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
    /// # let oslo = store.parse_key("oslo")?;
    /// # store.dataset(&oslo)?.write(rows(vec![1, 4])?).ordered_on("day").commit()?;
    /// let snapshots = store.snapshots(&[oslo.clone()])?;
    /// store.dataset(&oslo)?.delete(..).commit()?;
    ///
    /// let query = store.query_where(KeyFilter::all());
    /// assert_eq!(query.clone().counts()?, [(oslo.clone(), 0)]);
    /// assert_eq!(query.at(snapshots).counts()?, [(oslo, 2)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn at(mut self, snapshots: impl Into<Snapshots>) -> Self {
        self.request.versions = Versions::Held(Arc::new(snapshots.into()));
        self
    }
}

impl<K: StoreKey> Read<Datasets<K>> {
    /// Reads the rows of [`ordered`](Self::ordered) from the last to the first, in exactly the opposite order. A limit
    /// then takes the last rows. Chunks, periods and answers for each key cannot be reversed.
    pub fn reverse(mut self) -> Self {
        self.request.reverse = true;
        self
    }

    /// Leaves the fields of the keys out of the rows of [`ordered`](Self::ordered) and [`resample`](Self::resample), so
    /// that they have only stored columns. It helps to write the rows into another dataset, and if a stored column has
    /// the name of a field.
    pub fn without_keys(mut self) -> Self {
        self.request.key_columns = false;
        self
    }

    /// The exact number of rows of each key, in the order of the keys. Without conditions, only row groups at the edges
    /// of the range are opened.
    ///
    /// # Errors
    ///
    /// The errors of [`intersections`](Self::intersections), and those of reading files.
    pub fn counts(self) -> Result<Vec<(K, u64)>> {
        self.of_each(Verb::Counts, Scan::count)
    }

    /// The newest row in range of each key that the conditions let through, in the order of the keys. It is a batch of
    /// one row, or `None` if the key has no such row. Only its pages are read, and at most as many files are open at
    /// once as there are threads.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow::array::{Int64Array, RecordBatch};
    /// use oups_core::{AnyKey, KeyFilter, KeySchema, Separator, Store};
    /// use oups_query::QueryStore;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
    /// let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
    /// for (city, days) in [("berlin", vec![0, 2, 4]), ("oslo", vec![1, 2])] {
    ///     store.dataset(&store.parse_key(city)?)?.write(rows(days)?).ordered_on("day").commit()?;
    /// }
    ///
    /// let latest = store.query_where(KeyFilter::all()).latest()?;
    /// let found: Vec<_> = latest.into_iter().map(|(_, row)| row).collect();
    /// assert_eq!(found, [Some(rows(vec![4])?), Some(rows(vec![2])?)]);
    ///
    /// let latest = store.query_where(KeyFilter::all()).range(0..1).latest()?;
    /// let found: Vec<_> = latest.into_iter().map(|(_, row)| row).collect();
    /// assert_eq!(found, [Some(rows(vec![0])?), None]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`intersections`](Self::intersections), and those of reading files.
    pub fn latest(self) -> Result<Vec<(K, Option<RecordBatch>)>> {
        self.of_each(Verb::Latest, Scan::last)
    }

    /// As [`latest`](Self::latest), but the oldest row of each key.
    ///
    /// # Errors
    ///
    /// The errors of [`latest`](Self::latest).
    pub fn first(self) -> Result<Vec<(K, Option<RecordBatch>)>> {
        self.of_each(Verb::FirstOfEach, Scan::first)
    }

    /// Scans each dataset, several at once, and collects the answers.
    fn of_each<T: Send>(self, verb: Verb, ask: impl Fn(Scan) -> Result<T> + Sync) -> Result<Vec<(K, T)>> {
        verb.check(&self.request)?;
        let opened = self.of.open(&self.request)?;
        let answer = |snapshot: &Snapshot| ask(Scan::of(snapshot.clone(), self.request.clone()));
        let answers = oups_core::parallel::try_map(opened.snapshots.iter().collect(), answer)?;
        Ok(opened.keys.into_iter().zip(answers).collect())
    }

    /// The plan of the read, according to the manifests alone: see [`QueryPlan`].
    ///
    /// # Errors
    ///
    /// The errors of [`intersections`](Self::intersections), but [`oups_core::Error::UnknownColumn`] only for a column
    /// that no dataset has: [`ordered`](Self::ordered) reads columns that only some have.
    pub fn explain(self) -> Result<QueryPlan> {
        Verb::Explain.check(&self.request)?;
        let opened = self.of.open(&self.request)?;
        check_named(self.request.columns.as_deref(), &opened.schemas())?;
        QueryPlan::of(&opened, &self.request)
    }
}
