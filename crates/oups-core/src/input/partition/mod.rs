//! The rows of many datasets, and views of the rows of one.

pub(crate) mod partitioner;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{SchemaRef, UInt64Type};

use super::BLOCK_ROWS;
use super::spill::blocks::SpilledBlocks;
use crate::ordered::OrdValue;
use crate::schema::{DatasetSchema, Fit};
use crate::{Error, Result};

/// A partition of up to this many bytes is read into memory as a whole.
const SMALL: usize = 1 << 20;

/// All rows of a stream, by partition.
#[derive(Debug)]
pub(crate) struct Partitions {
    schema: Arc<DatasetSchema>,
    blocks: SpilledBlocks,
    slots: Vec<Slot>,
}

/// The facts of one partition.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) rows: u64,
    pub(super) runs: Vec<Run>,
    /// The ordered value of the last row.
    pub(super) last: Option<OrdValue>,
    pub(super) fault: Option<Fault>,
}

/// Consecutive rows of one block that belong to one partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) block: usize,
    pub(super) start: u32,
    pub(super) rows: u32,
    /// Whether the block also has rows of other partitions.
    pub(super) shared: bool,
}

/// Why a partition's rows cannot be written. Rows are counted over the whole input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The caller refused the partition when it was added.
    Refused,
    Unsorted {
        row: u64,
        previous: String,
        value: String,
    },
    Unorderable {
        row: u64,
        value: &'static str,
    },
}

impl Partitions {
    pub(super) fn new(schema: Arc<DatasetSchema>, blocks: SpilledBlocks, slots: Vec<Slot>) -> Self {
        Self { schema, blocks, slots }
    }

    /// The column by which the rows of a partition are sorted.
    pub(crate) fn ordered_on(&self) -> &str {
        self.schema.ordered_on()
    }

    /// The number of rows in a partition, also if they cannot be written.
    pub(crate) fn rows(&self, partition: usize) -> u64 {
        self.slots.get(partition).map_or(0, |slot| slot.rows)
    }

    /// Why a partition's rows cannot be written; `None` if they can.
    pub(crate) fn fault(&self, partition: usize) -> Option<&Fault> {
        self.slots.get(partition)?.fault.as_ref()
    }
}

/// The rows of one partition, in order. They can be read any number of times.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    all: Arc<Partitions>,
    number: usize,
}

impl Partition {
    pub(crate) fn new(all: &Arc<Partitions>, number: usize) -> Self {
        Self { all: all.clone(), number }
    }

    /// The columns as given.
    pub(crate) fn schema(&self) -> &SchemaRef {
        self.all.schema.stored()
    }

    /// The columns of the batches that are read: those given, without dictionaries.
    pub(crate) fn plain(&self) -> &SchemaRef {
        self.all.schema.plain()
    }

    pub(super) fn runs(&self) -> &[Run] {
        self.all.slots.get(self.number).map(|slot| slot.runs.as_slice()).unwrap_or_default()
    }

    /// The rows of a run.
    pub(super) fn read(&self, run: &Run) -> Result<RecordBatch> {
        let rows = self.with_numbers(run)?;
        let columns = rows.columns().iter().take(self.plain().fields().len()).cloned().collect();
        RecordBatch::try_new(self.plain().clone(), columns).map_err(|error| self.all.schema.arrow_error(error))
    }

    /// The rows of a run, with their numbers in the whole input as last column.
    fn with_numbers(&self, run: &Run) -> Result<RecordBatch> {
        let block = self.all.blocks.read(run.block, run.shared)?;
        Ok(block.slice(run.start as usize, run.rows as usize))
    }

    /// All rows as one batch, if they are few and in several blocks.
    pub(super) fn gathered(&self) -> Result<Option<RecordBatch>> {
        let size = |run: &Run| self.all.blocks.bytes_of(run.block, run.rows as usize);
        let rows: usize = self.runs().iter().map(|run| run.rows as usize).sum();
        if self.runs().len() < 2 || rows > BLOCK_ROWS || self.runs().iter().map(size).sum::<usize>() > SMALL {
            return Ok(None);
        }
        let batches = self.runs().iter().map(|run| self.read(run)).collect::<Result<Vec<_>>>()?;
        let batch = concat_batches(self.plain(), &batches).map_err(|error| self.all.schema.arrow_error(error))?;
        Ok(Some(batch))
    }

    /// The number that a row of the partition has in the whole input.
    pub(crate) fn input_row(&self, row: u64) -> u64 {
        let mut left = row;
        for run in self.runs() {
            if left < u64::from(run.rows) {
                let rows = self.with_numbers(run);
                return rows
                    .ok()
                    .and_then(|rows| Some(input_row(rows.columns().last()?, left as usize)))
                    .unwrap_or(row);
            }
            left -= u64::from(run.rows);
        }
        row
    }

    /// Turns the error of checking consecutive rows into one that names the faulty row by its number in the whole
    /// input.
    pub(super) fn at_its_row(&self, fit: &Fit, batch: &RecordBatch, first: u64, error: Error) -> Error {
        let single = |row: usize| fit.check(&batch.slice(row, 1), self.input_row(first + row as u64)).err();
        (0..batch.num_rows()).find_map(single).unwrap_or(error)
    }
}

pub(super) fn input_row(numbers: &ArrayRef, at: usize) -> u64 {
    numbers.as_primitive_opt::<UInt64Type>().filter(|numbers| at < numbers.len()).map_or(0, |numbers| numbers.value(at))
}
