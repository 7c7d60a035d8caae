//! The store that the workloads use, and checks of what is read from it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampNanosecondType;
use oups::prelude::*;
use oups::{Change, Dataset, Insert};

/// Rows of a row group, for all peers that have row groups.
pub(crate) const ROW_GROUP: u64 = 1_000_000;

/// A dataset's name.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    pub(crate) name: String,
}

impl Name {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

/// A write with the options of all workloads: ordered on time, durable.
pub(crate) fn write<Kind>(dataset: &Dataset, rows: impl oups::IntoRows<Kind>) -> Change<Insert> {
    dataset.write(rows).ordered_on("ts").row_group_target(ROW_GROUP)
}

/// All rows of a dataset, in order.
pub(crate) fn scan(dataset: &Dataset) -> Result<Vec<RecordBatch>> {
    let batches = dataset.scan().batches()?.collect::<Result<Vec<_>, _>>()?;
    Ok(batches)
}

/// The number of rows; an error if their times decrease.
pub(crate) fn count_ordered<'b>(batches: impl IntoIterator<Item = &'b RecordBatch>) -> Result<u64> {
    let mut order = Order::default();
    batches.into_iter().try_for_each(|batch| order.add(batch))?;
    Ok(order.rows)
}

/// Counts rows, and checks that their times never decrease.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) rows: u64,
    last: i64,
}

impl Default for Order {
    fn default() -> Self {
        Self { rows: 0, last: i64::MIN }
    }
}

impl Order {
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let times = batch.column_by_name("ts").context("no column `ts`")?;
        let times = times.as_primitive_opt::<TimestampNanosecondType>().context("`ts` is not a time")?;
        for &time in times.values() {
            ensure!(self.last <= time, "row {} is out of order: {time} after {}", self.rows, self.last);
            self.last = time;
            self.rows += 1;
        }
        Ok(())
    }
}

/// Bytes of all files under a folder.
pub(crate) fn bytes_under(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_under(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
