//! Reads one dataset, with bounds and conditions as texts of the command line.

use std::ops::Bound;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use oups::{Dataset, ReadDataset};

use crate::args::Range;

/// Rows of one version of a dataset.
#[derive(Debug)]
pub(crate) struct Scan {
    scan: oups::Scan,
    /// The wanted columns. They are not part of `scan`, because a count does not take them.
    columns: Option<Vec<String>>,
    reverse: bool,
}

impl Scan {
    /// Reads the rows in the range for which the condition holds.
    pub(crate) fn new(
        dataset: &Dataset,
        range: &Range,
        columns: Option<Vec<String>>,
        condition: Option<&str>,
    ) -> Result<Self> {
        let mut scan = dataset.snapshot()?.scan().range(range.bounds());
        if let Some(condition) = condition {
            scan = scan.matching(condition);
        }
        Ok(Self { scan, columns, reverse: false })
    }

    /// Reads from the last row to the first.
    pub(crate) fn reversed(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Compares every byte with the checksums.
    pub(crate) fn verified(mut self) -> Self {
        self.scan = self.scan.verified();
        self
    }

    fn limited(&self, limit: Option<u64>) -> oups::Scan {
        let scan = self.directed(self.reverse);
        limit.map_or(scan.clone(), |limit| scan.limit(limit))
    }

    fn projected(&self) -> oups::Scan {
        let scan = self.scan.clone();
        self.columns.as_ref().map_or(scan.clone(), |columns| scan.columns(columns))
    }

    fn directed(&self, reverse: bool) -> oups::Scan {
        let scan = self.projected();
        if reverse { scan.reverse() } else { scan }
    }

    /// The plan of the read, for at most `limit` rows.
    pub(crate) fn explain(&self, limit: Option<u64>) -> Result<oups::ScanPlan> {
        Ok(self.limited(limit).explain()?)
    }

    /// The most rows that will be read, for at most `limit` rows. Without a condition it is their exact number.
    pub(crate) fn rows_at_most(&self, limit: Option<u64>) -> Result<u64> {
        Ok(self.limited(limit).batches()?.rows_at_most())
    }

    /// The columns that are read.
    pub(crate) fn schema(&self) -> Result<SchemaRef> {
        Ok(arrow::array::RecordBatchReader::schema(&self.projected().batches()?))
    }

    /// The number of rows. Without a condition, it is found without decoding rows.
    pub(crate) fn rows(&self) -> Result<u64> {
        Ok(self.scan.clone().count()?)
    }

    /// The rows in order, at most `limit` of them.
    pub(crate) fn batches(
        &self,
        limit: Option<u64>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + Send + use<>> {
        let mut batches = self.limited(limit).batches()?;
        Ok(std::iter::from_fn(move || batches.next_batch().map_err(Into::into).transpose()))
    }

    /// The last rows, in order. Only pages that hold one of them are decoded.
    pub(crate) fn last(&self, rows: u64) -> Result<Vec<RecordBatch>> {
        let end = self.directed(!self.reverse).limit(rows).collect()?;
        Ok((0..end.num_rows()).rev().map(|row| end.slice(row, 1)).collect())
    }
}

impl Range {
    /// The bounds as typed.
    pub(crate) fn bounds(&self) -> (Bound<String>, Bound<String>) {
        let start = self.start.clone().map_or(Bound::Unbounded, Bound::Included);
        let end = self.end.clone().map_or(Bound::Unbounded, Bound::Excluded);
        (start, end)
    }
}
