//! Resampling: the rows of each period become one row of aggregates.

mod accumulator;
mod buckets;
pub(crate) mod choose;
pub(crate) mod count;
mod fill;
mod pick;
mod stream;
mod total;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use oups_core::QueryError;
use oups_core::{Moment, Snapshot, StoreKey};

use crate::datasets::{Datasets, key_columns};
use crate::projection::key_fields::KeyColumns;
use crate::request::Request;
use crate::request::read::Read;
use crate::request::stop::Stop;
use crate::request::verbs::Verb;
use crate::scan::dataset::OneDataset;
use crate::{Error, Result};

pub use buckets::Every;
pub use fill::Fill;
pub use stream::Resampled;

/// What is worked out from a column's values in one period. Nulls are left out. Without a value the result is null, and
/// the count is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aggregate {
    /// The first value in stored order.
    First,
    /// The last value in stored order.
    Last,
    /// The least value. Floats are in total order: NaN is above all numbers.
    Min,
    /// The greatest value.
    Max,
    /// The sum. Of whole numbers it has 64 bits. Of floats it is a `Float64`, added one by one in stored order. Of
    /// decimals it has their scale and the most digits. Of durations it has their type. A sum that does not fit is an
    /// error; it never wraps.
    Sum,
    /// The number of values, as `Int64`.
    Count,
    /// The mean, as `Float64`.
    Mean,
}

const NAMES: [(&str, Aggregate); 7] = [
    ("first", Aggregate::First),
    ("last", Aggregate::Last),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("sum", Aggregate::Sum),
    ("count", Aggregate::Count),
    ("mean", Aggregate::Mean),
];

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(_, named)| named == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for Aggregate {
    type Err = String;

    /// Reads the name of an aggregate. The error lists all names.
    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, aggregate)| *aggregate).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("`{text}` is not an aggregate; the aggregates are {}", names.join(", "))
        })
    }
}

/// The datasets that are resampled.
pub(crate) struct Input {
    pub(crate) snapshots: Vec<Snapshot>,
    pub(crate) moment: Moment,
    /// The key fields of each snapshot, for a query that shows them.
    pub(crate) keys: Option<KeyColumns>,
}

/// A resampling being put together: [`Scan::resample`](crate::scan::dataset::Scan::resample) and
/// [`Query::resample`](crate::query::Query::resample) begin one.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{Float64Array, Int64Array, RecordBatch};
/// use oups_core::{AnyKey, KeySchema, Separator, Store};
/// use oups_query::{Aggregate::*, ReadDataset};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("what:str", Separator::default())?)?;
/// let trades = store.dataset(&store.parse_key("trades")?)?;
/// let floats = |values: Vec<f64>| Arc::new(Float64Array::from(values)) as _;
/// let ints = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as _;
/// let rows = RecordBatch::try_from_iter([
///     ("time", ints(vec![1, 5, 9, 31])),
///     ("price", floats(vec![10.5, 12.0, 11.0, 13.0])),
/// ])?;
/// trades.write(rows).ordered_on("time").commit()?;
///
/// let bars = trades.scan().resample(10).aggregate("price", [First, Max, Min, Last]).batches()?;
/// let bars: Vec<_> = bars.collect::<Result<_, _>>()?;
/// let expected = RecordBatch::try_from_iter([
///     ("time", ints(vec![0, 30])),
///     ("price_first", floats(vec![10.5, 13.0])),
///     ("price_max", floats(vec![12.0, 13.0])),
///     ("price_min", floats(vec![10.5, 13.0])),
///     ("price_last", floats(vec![11.0, 13.0])),
/// ])?;
/// assert_eq!(bars[0].columns(), expected.columns());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is read before `batches` is called"]
pub struct Resample {
    open: Arc<dyn Fn() -> Result<Input> + Send + Sync>,
    request: Request,
    every: Every,
    aggregates: Vec<(String, Aggregate)>,
    fill: Option<Fill>,
}

impl fmt::Debug for Resample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { every, aggregates, fill, .. } = self;
        f.debug_struct("Resample")
            .field("every", every)
            .field("aggregates", aggregates)
            .field("fill", fill)
            .finish_non_exhaustive()
    }
}

impl Resample {
    pub(crate) fn new(
        open: impl Fn() -> Result<Input> + Send + Sync + 'static,
        request: Request,
        every: impl Into<Every>,
    ) -> Self {
        Self { open: Arc::new(open), request, every: every.into(), aggregates: Vec::new(), fill: None }
    }

    /// Adds the columns `<column>_<aggregate>` to the result, in this order. It can be called for several columns.
    pub fn aggregate(mut self, column: &str, aggregates: impl IntoIterator<Item = Aggregate>) -> Self {
        self.aggregates.extend(aggregates.into_iter().map(|aggregate| (column.to_owned(), aggregate)));
        self
    }

    /// Adds rows for periods without rows that lie between the first and the last period of a dataset with rows in
    /// range.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow::array::{AsArray, Float64Array, Int64Array, RecordBatch};
    /// # use arrow::datatypes::{Float64Type, Int64Type};
    /// # use oups_core::{AnyKey, KeySchema, Separator, Store};
    /// # use oups_query::{Aggregate::*, Fill, ReadDataset};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("what:str", Separator::default())?)?;
    /// # let trades = store.dataset(&store.parse_key("trades")?)?;
    /// # let rows = RecordBatch::try_from_iter([
    /// #     ("time", Arc::new(Int64Array::from(vec![1, 5, 31])) as _),
    /// #     ("price", Arc::new(Float64Array::from(vec![10.5, 12.0, 13.0])) as _),
    /// # ])?;
    /// # trades.write(rows).ordered_on("time").commit()?;
    /// let bars = trades.scan().resample(10).aggregate("price", [First, Last, Count]).fill(Fill::Previous);
    /// for bars in bars.batches()? {
    ///     let bars = bars?;
    ///     assert_eq!(bars.column(0).as_primitive::<Int64Type>().values(), &[0, 10, 20, 30]);
    ///     assert_eq!(bars.column(1).as_primitive::<Float64Type>().values(), &[10.5, 12.0, 12.0, 13.0]);
    ///     assert_eq!(bars.column(3).as_primitive::<Int64Type>().values(), &[2, 0, 0, 1]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn fill(mut self, fill: Fill) -> Self {
        self.fill = Some(fill);
        self
    }

    /// Stops the read once the function answers `true`: it is called now and then while rows are read, and the read fails
    /// with [`oups_core::Error::Stopped`].
    pub fn stop_when(mut self, asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.request.stop = Stop::when(asked);
        self
    }

    /// The results, batch by batch, worked out when they are asked for. Each period that has rows in range becomes one
    /// row: the key's fields, the period's first value under the name of the ordered column, and the aggregates.
    /// Datasets come one after the other, in the order of the query; the periods of each ascend.
    ///
    /// Memory holds a batch of rows and a batch of results.
    ///
    /// # Errors
    ///
    /// [`QueryError::Period`] if the period does not suit the ordered column; [`QueryError::Aggregate`] if an aggregate
    /// does not suit its column; [`QueryError::SameName`] if two columns of the result have one name; the errors of
    /// [`Query::ordered`](crate::query::Query::ordered). Reading the batches can also fail with
    /// [`QueryError::Overflow`].
    pub fn batches(self) -> Result<Resampled> {
        Verb::Resample.check(&self.request)?;
        let input = (self.open)()?;
        Resampled::new(input, self.request, &self.every, &self.aggregates, self.fill)
    }
}

/// The error of an aggregate that its column cannot have.
fn unsuitable(column: &str, aggregate: Aggregate, found: &arrow::datatypes::DataType) -> Error {
    let (aggregate, column_type) = (aggregate.to_string(), found.to_string());
    QueryError::Aggregate { column: column.to_owned(), aggregate, column_type }.into()
}

impl<K: StoreKey> Read<Datasets<K>> {
    /// Makes one row of the rows of each period of each dataset: see [`Resample`]. It takes range and conditions, but
    /// refuses `columns`, `limit` and `reverse`.
    pub fn resample(self, every: impl Into<Every>) -> Resample {
        let Self { of, request } = self;
        let asked = request.clone();
        let open = move || {
            let store = of.store.clone();
            let opened = of.clone().open(&asked)?;
            let keys = key_columns(&store, &opened, &asked)?;
            Ok(Input { moment: opened.moment(), snapshots: opened.snapshots.into_iter().collect(), keys: Some(keys) })
        };
        Resample::new(open, request, every)
    }
}

impl Read<OneDataset> {
    /// Makes one row of the rows of each period: see [`Resample`]. It takes range and conditions, but refuses
    /// `columns`, `limit` and `reverse`.
    pub fn resample(self, every: impl Into<Every>) -> Resample {
        let Self { of, request } = self;
        let open = move || Ok(Input { snapshots: vec![of.clone().snapshot()?], moment: Moment::Exact, keys: None });
        Resample::new(open, request, every)
    }
}
