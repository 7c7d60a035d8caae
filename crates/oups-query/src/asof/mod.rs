//! For each row of one dataset the row of others that was in force then.

mod groups;
mod memory;
mod names;
mod pool;
mod right;
mod stream;
mod tolerance;

use std::borrow::Borrow;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::error::ArrowError;
use oups_core::ordered::IntoRange;
use oups_core::{Store, StoreKey};

use crate::error::{Error, Result};
use crate::filter::Condition;
use crate::opened::check_same_order;
use crate::request::Request;

pub use stream::AsOfBatches;
pub use tolerance::Tolerance;

/// On which side of a row its match is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The newest row that is not after it.
    #[default]
    Backward,
    /// The oldest row that is not before it.
    Forward,
}

/// An as-of join being put together; [`QueryStore::asof`](crate::QueryStore::asof) begins one.
///
/// Each row of the left dataset is there once, in its order, followed by the columns of its match in each right dataset, or
/// nulls.
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
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `batches` is called"]
pub struct AsOf<K> {
    store: Store<K>,
    left: K,
    rights: Vec<(K, Option<String>)>,
    terms: Terms,
    /// What is read of the left dataset.
    request: Request,
    right_columns: Option<Vec<String>>,
}

/// What makes a row a match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) direction: Direction,
    pub(crate) strict: bool,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) by: Vec<String>,
}

impl<K: StoreKey> AsOf<K> {
    pub(crate) fn new(store: &Store<K>, left: &K) -> Self {
        Self {
            store: store.clone(),
            left: left.clone(),
            rights: Vec::new(),
            terms: Terms::default(),
            request: Request::default(),
            right_columns: None,
        }
    }

    /// Joins a dataset. Its columns are named with its path text and a dot before their own name: `quotes.bid`.
    pub fn right(mut self, key: impl Borrow<K>) -> Self {
        self.rights.push((key.borrow().clone(), None));
        self
    }

    /// Joins a dataset, with this text before the names of its columns.
    pub fn right_as(mut self, key: impl Borrow<K>, prefix: impl Into<String>) -> Self {
        self.rights.push((key.borrow().clone(), Some(prefix.into())));
        self
    }

    /// On which side of a row its match is; [`Direction::Backward`] unless set.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.terms.direction = direction;
        self
    }

    /// A row with the very same ordered value is no match.
    pub fn strict(mut self) -> Self {
        self.terms.strict = true;
        self
    }

    /// A row further away than this is no match: a number of units of the ordered column, or for dates and times a text
    /// such as `5min`.
    pub fn tolerance(mut self, tolerance: impl Into<Tolerance>) -> Self {
        self.terms.tolerance = Some(tolerance.into());
        self
    }

    /// Only a row that is equal in these columns is a match. All datasets have to have them, and null equals null.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.terms.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Only rows of the left dataset whose ordered value is in the range; their matches may lie outside of it.
    pub fn range(mut self, range: impl IntoRange) -> Self {
        self.request.range = range.into_range();
        self
    }

    /// Only rows of the left dataset for which the test says `true`, as in [`Scan::filter`](crate::Scan::filter).
    pub fn filter<S: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = S>,
        test: impl Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync + 'static,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.request.conditions.push(Condition::Test { columns, test: Arc::new(test) });
        self
    }

    /// Only these columns of the left dataset, in this order.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.request.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Only these columns of each right dataset, in this order. Without it, all but those of [`by`](Self::by).
    pub fn right_columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.right_columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// At most this many rows a batch, and at least one; 32,768 unless set.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.request.batch_rows = rows.max(1);
        self
    }

    /// The joined rows, batch by batch, as they are asked for. All datasets are read as they are at one moment.
    ///
    /// In memory are a batch of the left dataset, of each right one a batch and the matches, and with `by` the last row of
    /// each group, or, forward, the rows within the tolerance.
    ///
    /// Dictionary-encoded columns of the right datasets come plain.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::NoDataset`]; [`Error::OrderedColumns`] if a right dataset's ordered column is of another type (its
    /// name may differ); [`Error::ColumnTypes`] if a column of `by` is; [`oups_core::Error::UnknownColumn`] and
    /// [`Error::DuplicateColumn`]; [`Error::SameName`] if two columns of the result have one name; [`Error::Tolerance`] if
    /// it does not suit the ordered column, or is missing for `by` forward; [`oups_core::Error::Bound`]; those of reading
    /// the manifests.
    pub fn batches(self) -> Result<AsOfBatches> {
        let keys: Vec<K> = std::iter::once(&self.left).chain(self.rights.iter().map(|(key, _)| key)).cloned().collect();
        let mut snapshots = self.store.snapshots(&keys)?.into_iter();
        let Some(left) = snapshots.next() else { return Err(Error::Arrow(nothing())) };
        let rights: Vec<_> = snapshots.zip(self.rights).map(|(snapshot, (_, prefix))| (snapshot, prefix)).collect();
        for (right, _) in &rights {
            check_same_order(left.schema(), right.schema(), false)?;
        }
        AsOfBatches::new(left, rights, Arc::new(self.terms), self.request, self.right_columns.as_deref())
    }
}

/// There is one snapshot a key, so that this is never seen.
fn nothing() -> arrow::error::ArrowError {
    arrow::error::ArrowError::InvalidArgumentError("no dataset".to_owned())
}
