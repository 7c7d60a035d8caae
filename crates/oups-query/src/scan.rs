//! Reading one dataset.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::error::ArrowError;
use oups_core::ordered::IntoRange;
use oups_core::{Dataset, Snapshot};

use crate::batches::Batches;
use crate::error::Result;
use crate::filter::Condition;
use crate::plan::ScanPlan;
use crate::reading::Reading;
use crate::request::Request;
use crate::resample::{Every, Input, Resample};
use crate::whole::collect;

/// Gives a dataset its [`scan`](Self::scan).
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{Int64Array, RecordBatch};
/// use oups_core::{AnyKey, KeySchema, Separator, Store};
/// use oups_query::ReadDataset;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
/// let dataset = store.dataset(&store.parse_key("berlin")?)?;
/// let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
/// dataset.write(rows(vec![0, 1, 1, 2, 5])?).ordered_on("day").commit()?;
///
/// assert_eq!(dataset.scan().range(0..2).collect()?, rows(vec![0, 1, 1])?);
/// assert_eq!(dataset.scan().range(1..).count()?, 4);
/// for batch in dataset.scan().range(..=1).columns(["day"]).batch_size(2).batches()? {
///     assert!(batch?.num_rows() <= 2);
/// }
/// # Ok(())
/// # }
/// ```
pub trait ReadDataset {
    /// Begins a read. Nothing happens before one of the [`Scan`]'s last methods is called; a scan of a dataset reads
    /// the newest version of that moment, a scan of a snapshot reads that.
    fn scan(&self) -> Scan;
}

impl ReadDataset for Dataset {
    fn scan(&self) -> Scan {
        Scan::new(Source::Dataset(self.clone()))
    }
}

impl ReadDataset for Snapshot {
    fn scan(&self) -> Scan {
        Scan::new(Source::Snapshot(self.clone()))
    }
}

#[derive(Clone, Debug)]
enum Source {
    Dataset(Dataset),
    Snapshot(Snapshot),
}

impl Source {
    fn snapshot(self) -> Result<Snapshot> {
        Ok(match self {
            Self::Dataset(dataset) => dataset.snapshot()?,
            Self::Snapshot(snapshot) => snapshot,
        })
    }
}

/// A read of one dataset being put together: all rows and columns, until it is told otherwise.
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `batches`, `collect`, `first`, `last`, `count` or `explain` is called"]
pub struct Scan {
    source: Source,
    request: Request,
}

impl Scan {
    fn new(source: Source) -> Self {
        Self { source, request: Request::default() }
    }

    /// A scan of a snapshot with everything said.
    pub(crate) fn of(snapshot: Snapshot, request: Request) -> Self {
        Self { source: Source::Snapshot(snapshot), request }
    }

    /// Only rows whose ordered value is in the range. A later call replaces an earlier one.
    pub fn range(mut self, range: impl IntoRange) -> Self {
        self.request.range = range.into_range();
        self
    }

    /// Only these columns, in this order.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.request.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Only rows for which the test says `true`; for `false` and null they are left out. It is given batches of these
    /// columns, in this order, from several threads at once. Of several filters all must hold.
    ///
    /// The other columns are decoded only where a row is wanted.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow::array::{Int64Array, RecordBatch};
    /// # use oups_core::{AnyKey, KeySchema, Separator, Store};
    /// # use oups_query::ReadDataset;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
    /// # let dataset = store.dataset(&store.parse_key("berlin")?)?;
    /// # let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
    /// # dataset.write(rows(vec![0, 1, 1, 2, 5])?).ordered_on("day").commit()?;
    /// use arrow::compute::kernels::cmp::gt;
    ///
    /// let late = dataset.scan().filter(["day"], |rows| gt(rows.column(0), &Int64Array::new_scalar(1)));
    /// assert_eq!(late.collect()?, rows(vec![2, 5])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter<S: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = S>,
        test: impl Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync + 'static,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.request.conditions.push(Condition::Test { columns, test: Arc::new(test) });
        self
    }

    /// Only rows for which a condition holds: `temp > 30 and city in ('oslo', 'rome')`. `docs/query.md` has the language;
    /// [`Predicate::parse`](crate::Predicate::parse) reads it. Of several conditions and [`filter`](Self::filter)s all
    /// must hold.
    ///
    /// What it says of the ordered column narrows the range; files whose statistics show that no row can be wanted are
    /// left out; the other columns are decoded only where a row is wanted.
    ///
    /// A text that cannot be read, or does not fit the columns, is [`Error::Condition`](crate::Error::Condition) once
    /// the scan begins.
    pub fn matching(mut self, condition: impl Into<String>) -> Self {
        self.request.conditions.push(Condition::Text(condition.into()));
        self
    }

    /// At most so many rows: the first ones, or with [`reverse`](Self::reverse) the last ones.
    pub fn limit(mut self, rows: u64) -> Self {
        self.request.limit = Some(rows);
        self
    }

    /// From the last row to the first: exactly the other way round, batches and the rows in them.
    pub fn reverse(mut self) -> Self {
        self.request.reverse = true;
        self
    }

    /// At most this many rows a batch, and at least one; 32,768 unless set. No batch has rows of two row groups.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.request.batch_rows = rows.max(1);
        self
    }

    /// Compares every byte of a file with its checksum before a row of it is used, so that no changed value can get
    /// through. A plain read checks length, footer, number of rows and span only. Each file is read once more for it;
    /// [`count`](Self::count) then reads the files that it would count from the manifest.
    pub fn verified(mut self) -> Self {
        self.request.verified = true;
        self
    }

    /// The rows, batch by batch, decoded as they are asked for and a bounded amount ahead: see [`Batches`].
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::NoDataset`]; [`oups_core::Error::Bound`] for a bound that cannot be compared with
    /// the ordered column; [`oups_core::Error::UnknownColumn`] and
    /// [`Error::DuplicateColumn`](crate::Error::DuplicateColumn); [`oups_core::Error::Damaged`] for a damaged manifest, or
    /// file at an edge of the range.
    pub fn batches(self) -> Result<Batches> {
        Ok(Batches::new(self.reading()?))
    }

    /// All rows as one batch.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches), and those of reading; [`Error::TooLarge`](crate::Error::TooLarge) if the rows do not
    /// fit into one batch.
    pub fn collect(self) -> Result<RecordBatch> {
        collect(self.reading()?)
    }

    /// The first row in range, of those that the filters let through; a batch of one row. Only its pages are read.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches), and those of reading.
    pub fn first(self) -> Result<Option<RecordBatch>> {
        let row = self.limit(1).collect()?;
        Ok((row.num_rows() > 0).then_some(row))
    }

    /// The last row in range, of those that the filters let through; a batch of one row. Only its pages are read.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches), and those of reading.
    pub fn last(mut self) -> Result<Option<RecordBatch>> {
        self.request.reverse = !self.request.reverse;
        self.first()
    }

    /// The exact number of rows. Without filters, only row groups at the edges of the range are opened, and only the
    /// ordered column's pages there are decoded; the others are counted from the manifest. With filters, their columns
    /// are read.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches), and with filters those of reading.
    pub fn count(mut self) -> Result<u64> {
        self.request.columns.get_or_insert_default();
        let reading = self.reading()?;
        if reading.filter.is_empty() {
            reading.check_counted()?;
            return Ok(reading.rows());
        }
        let mut rows = 0;
        let mut batches = Batches::new(reading);
        while let Some(batch) = batches.next_batch()? {
            rows += batch.num_rows() as u64;
        }
        Ok(rows)
    }

    /// What would be read, without reading it: see [`ScanPlan`]. The footers of the row groups that would be read are.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches), and where a footer cannot be read.
    pub fn explain(self) -> Result<ScanPlan> {
        ScanPlan::of(&self.reading()?)
    }

    /// The rows of each period as one row: see [`Resample`]. Columns, limit and direction of the scan mean nothing here;
    /// range and filters do.
    pub fn resample(self, every: impl Into<Every>) -> Resample {
        let Self { source, request } = self;
        let open = move || Ok(Input { snapshots: vec![source.snapshot()?], keys: None });
        Resample::new(open, request, every)
    }

    fn reading(self) -> Result<Reading> {
        Reading::prepare(self.source.snapshot()?, &self.request)
    }
}
