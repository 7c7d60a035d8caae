//! Reading one dataset.

use arrow::array::RecordBatch;
use oups_core::{Dataset, Snapshot};

use crate::batches::Batches;
use crate::error::Result;
use crate::plan::ScanPlan;
use crate::reading::Reading;
use oups_core::ordered::{IntoRange, OrderedRange};

/// Rows of a batch, unless the caller says otherwise.
const BATCH_ROWS: usize = 32 << 10;

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

/// A read of one dataset being put together: all rows and columns, until it is told otherwise.
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `batches`, `collect`, `count` or `plan` is called"]
pub struct Scan {
    source: Source,
    range: OrderedRange,
    columns: Option<Vec<String>>,
    batch_rows: usize,
    verified: bool,
}

impl Scan {
    fn new(source: Source) -> Self {
        Self { source, range: OrderedRange::default(), columns: None, batch_rows: BATCH_ROWS, verified: false }
    }

    /// Only rows whose ordered value is in the range. A later call replaces an earlier one.
    pub fn range(mut self, range: impl IntoRange) -> Self {
        self.range = range.into_range();
        self
    }

    /// Only these columns, in this order.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// At most this many rows a batch, and at least one; 32,768 unless set. No batch has rows of two row groups.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_rows = rows.max(1);
        self
    }

    /// Compares every byte of a file with its checksum before a row of it is used, so that no changed value can get
    /// through. A plain read checks length, footer, number of rows and span only. Each file is read once more for it;
    /// [`count`](Self::count) then reads the files that it would count from the manifest.
    pub fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// The rows, batch by batch, decoded as they are asked for.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::NoDataset`]; [`oups_core::Error::Bound`] for a bound that cannot be compared with
    /// the ordered column; [`oups_core::Error::UnknownColumn`] and
    /// [`Error::DuplicateColumn`](crate::Error::DuplicateColumn); [`oups_core::Error::Damaged`] for a damaged manifest, or
    /// file at an edge of the range.
    pub fn batches(self) -> Result<Batches> {
        let batch_rows = self.batch_rows;
        Ok(Batches::new(self.reading()?, batch_rows))
    }

    /// All rows as one batch.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches), and those of reading; [`Error::TooLarge`](crate::Error::TooLarge) if the rows do not
    /// fit into one batch.
    pub fn collect(self) -> Result<RecordBatch> {
        self.reading()?.collect()
    }

    /// The exact number of rows. Only row groups at the edges of the range are opened, and only the ordered column's
    /// pages there are decoded; the others are counted from the manifest.
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches).
    pub fn count(self) -> Result<u64> {
        let reading = self.reading()?;
        reading.check_uncounted()?;
        Ok(reading.rows())
    }

    /// What would be read, without reading it: see [`ScanPlan`].
    ///
    /// # Errors
    ///
    /// As [`batches`](Self::batches).
    pub fn plan(self) -> Result<ScanPlan> {
        Ok(ScanPlan::of(&self.reading()?))
    }

    fn reading(self) -> Result<Reading> {
        let snapshot = match self.source {
            Source::Dataset(dataset) => dataset.snapshot()?,
            Source::Snapshot(snapshot) => snapshot,
        };
        Reading::prepare(snapshot, &self.range, self.columns.as_deref(), self.verified)
    }
}
