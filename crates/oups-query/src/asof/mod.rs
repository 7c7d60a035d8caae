//! As-of joins: for each row of one dataset, the rows of other datasets that were in force at its time.

mod feed;
mod groups;
mod memory;
mod names;
mod pool;
mod right;
mod stream;
mod tolerance;

use std::borrow::Borrow;
use std::sync::Arc;
use std::time::Duration;

use oups_core::{Snapshots, Store, StoreKey, Together};

use crate::Result;
use crate::datasets::{check_same_order, snapshots_of};
use crate::request::Versions;
use crate::request::read::Read;
use crate::request::stop::Stop;
use crate::request::verbs::Verb;

pub use stream::AsOfBatches;
pub use tolerance::Tolerance;

/// On which side of a left row its match is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// The match is the newest right row that is not after the left row.
    #[default]
    Backward,
    /// The match is the oldest right row that is not before the left row.
    Forward,
}

/// An as-of join being put together; [`QueryStore::asof`](crate::query::QueryStore::asof) begins one.
///
/// The result has each row of the left dataset once, in its order. The columns of the row's match in each right dataset
/// follow; without a match they are null.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{AsArray, Int64Array, RecordBatch};
/// use arrow::datatypes::Int64Type;
/// use oups_core::{AnyKey, KeySchema, Separator, Store};
/// use oups_query::QueryStore;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("what:str", Separator::default())?)?;
/// let (trades, quotes) = (store.parse_key("trades")?, store.parse_key("quotes")?);
/// let rows = |times: Vec<i64>, name, numbers: Vec<i64>| {
///     RecordBatch::try_from_iter([
///         ("time", Arc::new(Int64Array::from(times)) as _),
///         (name, Arc::new(Int64Array::from(numbers)) as _),
///     ])
/// };
/// store.dataset(&trades)?.write(rows(vec![1, 5, 9], "size", vec![10, 20, 30])?).ordered_on("time").commit()?;
/// store.dataset(&quotes)?.write(rows(vec![2, 4, 6], "bid", vec![100, 101, 102])?).ordered_on("time").commit()?;
///
/// for batch in store.asof(&trades).right(&quotes).tolerance(2).batches()? {
///     let batch = batch?;
///     let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
///     assert_eq!(names, ["time", "size", "quotes.time", "quotes.bid"]);
///     let bids: Vec<_> = batch.column(3).as_primitive::<Int64Type>().iter().collect();
///     assert_eq!(bids, [None, Some(101), None]);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Range, columns, conditions and limit apply to the left dataset. Matches may lie outside of the range.
pub type AsOf<K> = Read<Join<K>>;

/// What an [`AsOf`] reads: the datasets of a join, and what makes a row a match.
#[derive(Clone, Debug)]
pub struct Join<K> {
    store: Store<K>,
    left: K,
    rights: Vec<(K, Option<String>)>,
    terms: MatchRule,
    right_columns: Option<Vec<String>>,
}

/// What makes a row a match.
#[derive(Clone, Debug, Default)]
pub(crate) struct MatchRule {
    pub(crate) direction: Direction,
    pub(crate) strict: bool,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) by: Vec<String>,
}

impl<K: StoreKey> Join<K> {
    pub(crate) fn new(store: &Store<K>, left: &K) -> Self {
        Self {
            store: store.clone(),
            left: left.clone(),
            rights: Vec::new(),
            terms: MatchRule::default(),
            right_columns: None,
        }
    }
}

impl<K: StoreKey> Read<Join<K>> {
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

    /// Reads these snapshots, instead of the newest versions: of each dataset the one with its name. Of `at`,
    /// [`at_one_moment`](Self::at_one_moment) and [`independently`](Self::independently) the last call counts.
    pub fn at(mut self, snapshots: impl Into<Snapshots>) -> Self {
        self.request.versions = Versions::Held(Arc::new(snapshots.into()));
        self
    }

    /// Stops the read once the function answers `true`: it is called now and then while rows are read, and the read fails
    /// with [`oups_core::Error::Stopped`].
    pub fn stop_when(mut self, asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.request.stop = Stop::when(asked);
        self
    }

    /// Joins a dataset. Its columns get its path text and a dot before their name: `quotes.bid`.
    pub fn right(mut self, key: impl Borrow<K>) -> Self {
        self.of.rights.push((key.borrow().clone(), None));
        self
    }

    /// Joins a dataset, with this text before the names of its columns.
    pub fn right_as(mut self, key: impl Borrow<K>, prefix: impl Into<String>) -> Self {
        self.of.rights.push((key.borrow().clone(), Some(prefix.into())));
        self
    }

    /// On which side of a row its match is; [`Direction::Backward`] unless set.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.of.terms.direction = direction;
        self
    }

    /// Takes no row with the same ordered value as a match.
    pub fn strict(mut self) -> Self {
        self.of.terms.strict = true;
        self
    }

    /// Takes no row that is further away than this as a match. The tolerance is a number of units of the ordered
    /// column, or for dates and times a text such as `5min`.
    pub fn tolerance(mut self, tolerance: impl Into<Tolerance>) -> Self {
        self.of.terms.tolerance = Some(tolerance.into());
        self
    }

    /// Takes only rows that are equal in these columns as matches. All datasets must have them. Null equals null.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.of.terms.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Reads only these columns of each right dataset, in this order. Unless set, all but those of [`by`](Self::by).
    pub fn right_columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.of.right_columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// The joined rows, batch by batch, decoded when they are asked for. All datasets are read as they were at one
    /// moment, unless writers did not pause for long enough; [`moment`](AsOfBatches::moment) says so.
    ///
    /// Memory holds a batch of the left dataset, and of each right dataset a batch and the matches. With `by` it also
    /// holds the last row of each group or, forward, the rows within the tolerance. With many right datasets the
    /// batches are small, and no file stays open. With thousands of columns the joined batches are smaller than asked
    /// for.
    ///
    /// Dictionary-encoded columns of the right datasets become plain ones.
    ///
    /// # Errors
    ///
    /// - [`oups_core::Error::NoDataset`]; [`oups_core::Error::Bound`].
    /// - [`QueryError::OrderedColumns`](oups_core::QueryError::OrderedColumns) if a right dataset's ordered column has
    ///   another type. Its name may differ.
    /// - [`QueryError::ColumnTypes`](oups_core::QueryError::ColumnTypes) if a column of `by` has another type in a
    ///   right dataset.
    /// - [`oups_core::Error::UnknownColumn`]; [`QueryError::DuplicateColumn`](oups_core::QueryError::DuplicateColumn).
    /// - [`QueryError::SameName`](oups_core::QueryError::SameName) if two columns of the result have one name.
    /// - [`QueryError::Tolerance`](oups_core::QueryError::Tolerance) if the tolerance does not suit the ordered column,
    ///   or is missing in a forward join with `by`.
    /// - The errors of reading manifests.
    pub fn batches(self) -> Result<AsOfBatches> {
        Verb::Batches.check(&self.request)?;
        let Self { of: Join { store, left, rights, terms, right_columns }, request } = self;
        let keys: Vec<K> = std::iter::once(&left).chain(rights.iter().map(|(key, _)| key)).cloned().collect();
        let snapshots = snapshots_of(&store, &keys, &request)?;
        let moment = snapshots.moment();
        let mut snapshots = snapshots.into_iter();
        let Some(left) = snapshots.next() else { return Err(nothing().into()) };
        let rights: Vec<_> = snapshots.zip(rights).map(|(snapshot, (_, prefix))| (snapshot, prefix)).collect();
        for (right, _) in &rights {
            check_same_order(left.dataset_schema(), right.dataset_schema(), false)?;
        }
        let joined = AsOfBatches::new(left, rights, Arc::new(terms), request, right_columns.as_deref())?;
        Ok(joined.of(moment))
    }
}

/// The error if the left snapshot is missing. The store returns one snapshot for each key, so that nobody sees it.
fn nothing() -> arrow::error::ArrowError {
    arrow::error::ArrowError::InvalidArgumentError("no dataset".to_owned())
}
