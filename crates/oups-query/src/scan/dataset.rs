//! Reads of one dataset: the methods of a [`Scan`].

use arrow::array::RecordBatch;
use oups_core::{Dataset, Snapshot};

use super::batches::Batches;
use super::collect::collect;
use crate::Result;
use crate::plan::explain::ScanPlan;
use crate::plan::scan::PlannedScan;
use crate::request::Request;
use crate::request::read::Read;
use crate::request::verbs::Verb;

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
pub trait ReadDataset: sealed::Readable {
    /// Begins a read. Nothing happens before one of the [`Scan`]'s last methods is called. A scan of a dataset then
    /// reads the newest version; a scan of a snapshot reads the snapshot's version.
    fn scan(&self) -> Scan;
}

mod sealed {
    /// Seals [`ReadDataset`](super::ReadDataset): programs cannot implement it.
    pub trait Readable {}
}

impl sealed::Readable for Dataset {}
impl sealed::Readable for Snapshot {}

impl ReadDataset for Dataset {
    fn scan(&self) -> Scan {
        Read::new(OneDataset(Source::Dataset(self.clone())))
    }
}

impl ReadDataset for Snapshot {
    fn scan(&self) -> Scan {
        Read::new(OneDataset(Source::Snapshot(self.clone())))
    }
}

/// What a [`Scan`] reads: a dataset, or one version of it.
#[derive(Clone, Debug)]
pub struct OneDataset(Source);

#[derive(Clone, Debug)]
enum Source {
    Dataset(Dataset),
    Snapshot(Snapshot),
}

impl OneDataset {
    pub(crate) fn snapshot(self) -> Result<Snapshot> {
        Ok(match self.0 {
            Source::Dataset(dataset) => dataset.snapshot()?,
            Source::Snapshot(snapshot) => snapshot,
        })
    }
}

/// A read of one dataset being put together; [`ReadDataset::scan`] begins one.
pub type Scan = Read<OneDataset>;

impl Read<OneDataset> {
    /// A scan of a snapshot, with all options.
    pub(crate) fn of(snapshot: Snapshot, request: Request) -> Self {
        Self { of: OneDataset(Source::Snapshot(snapshot)), request }
    }

    /// Reads from the last row to the first: both the batches and the rows in them are in reverse order.
    pub fn reverse(mut self) -> Self {
        self.request.reverse = true;
        self
    }

    /// The rows, batch by batch, decoded when they are asked for and a bounded number ahead: see [`Batches`].
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::NoDataset`]; [`oups_core::Error::Bound`] for a bound that cannot be compared with the
    /// ordered column; [`oups_core::Error::UnknownColumn`] and
    /// [`QueryError::DuplicateColumn`](oups_core::QueryError::DuplicateColumn); [`oups_core::Error::Damaged`] for a
    /// damaged manifest, or a damaged file at an edge of the range.
    pub fn batches(self) -> Result<Batches> {
        Ok(Batches::new(self.planned(Verb::Batches)?))
    }

    /// All rows as one batch.
    ///
    /// # Errors
    ///
    /// The errors of [`batches`](Self::batches) and of reading;
    /// [`QueryError::TooLarge`](oups_core::QueryError::TooLarge) if the rows do not fit into one batch.
    pub fn collect(self) -> Result<RecordBatch> {
        collect(self.planned(Verb::Collect)?)
    }

    /// The first row in range that the conditions let through, as a batch of one row. Only its pages are read.
    ///
    /// # Errors
    ///
    /// The errors of [`batches`](Self::batches) and of reading.
    pub fn first(self) -> Result<Option<RecordBatch>> {
        let reverse = self.request.reverse;
        self.end(Verb::First, reverse)
    }

    /// The last row in range that the conditions let through, as a batch of one row. Only its pages are read.
    ///
    /// # Errors
    ///
    /// The errors of [`batches`](Self::batches) and of reading.
    pub fn last(self) -> Result<Option<RecordBatch>> {
        let reverse = !self.request.reverse;
        self.end(Verb::Last, reverse)
    }

    fn end(mut self, verb: Verb, reverse: bool) -> Result<Option<RecordBatch>> {
        verb.check(&self.request)?;
        (self.request.reverse, self.request.limit) = (reverse, Some(1));
        let row = collect(PlannedScan::prepare(self.of.snapshot()?, &self.request)?)?;
        Ok((row.num_rows() > 0).then_some(row))
    }

    /// The exact number of rows. Without conditions, only row groups at the edges of the range are opened, and only
    /// pages of the ordered column are decoded; the other row groups are counted from the manifest. With conditions,
    /// their columns are read.
    ///
    /// # Errors
    ///
    /// The errors of [`batches`](Self::batches), and with conditions those of reading.
    pub fn count(mut self) -> Result<u64> {
        Verb::Count.check(&self.request)?;
        self.request.columns = Some(Vec::new());
        let reading = PlannedScan::prepare(self.of.snapshot()?, &self.request)?;
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

    /// The plan of the read, without reading rows: see [`ScanPlan`]. Only the footers of its row groups are read.
    ///
    /// # Errors
    ///
    /// The errors of [`batches`](Self::batches), and those of reading footers.
    pub fn explain(self) -> Result<ScanPlan> {
        ScanPlan::of(&self.planned(Verb::Explain)?)
    }

    fn planned(self, verb: Verb) -> Result<PlannedScan> {
        verb.check(&self.request)?;
        PlannedScan::prepare(self.of.snapshot()?, &self.request)
    }
}
