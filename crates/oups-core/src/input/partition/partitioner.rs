//! Divides a stream of rows into partitions. The rows of a partition keep the order of the stream.
//!
//! Rows wait in memory. When it is full they are sorted by their partition's number and written as blocks: the rows of
//! a large partition by themselves, those of small ones together with their neighbours. So the number of blocks grows
//! with the number of times that memory was full and the large partitions in it, and all are in one file, however many
//! partitions there are.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::{Fault, Partitions, Run, Slot};
use crate::Result;
use crate::input::BLOCK_ROWS;
use crate::input::memory::HeldMemory;
use crate::input::spill::blocks::SpilledBlocks;
use crate::input::spill::file::encode;
use crate::input::spill::writer::own_views;
use crate::ordered::{OrdKeys, OrdValue};
use crate::parallel::{sort_unstable, try_map};
use crate::schema::DatasetSchema;

/// Partitions with fewer rows in memory than this share blocks of at most this many rows.
const SHARED_ROWS: usize = 1024;

/// About how many rows of blocks are made at once, in parallel.
const ROWS_AT_ONCE: usize = 2 * BLOCK_ROWS;

/// Takes rows in the order of the stream, and divides them.
pub(crate) struct Partitioner {
    schema: Arc<DatasetSchema>,
    /// The plain schema, followed by the row's number in the whole input.
    block_schema: SchemaRef,
    limit: usize,
    waiting: Vec<Waiting>,
    pinned: HeldMemory,
    slots: Vec<Slot>,
    blocks: SpilledBlocks,
    rows: u64,
}

struct Waiting {
    batch: RecordBatch,
    partitions: Vec<u32>,
    first_row: u64,
}

impl Partitioner {
    /// `limit` is how many bytes waiting rows may hold in memory.
    pub(crate) fn new(schema: &Arc<DatasetSchema>, limit: usize) -> Self {
        let number = Field::new("row of the input", DataType::UInt64, false);
        let fields = schema.plain().fields().iter().cloned().chain([Arc::new(number)]);
        Self {
            schema: schema.clone(),
            block_schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            limit,
            waiting: Vec::new(),
            pinned: HeldMemory::default(),
            slots: Vec::new(),
            blocks: SpilledBlocks::default(),
            rows: 0,
        }
    }

    /// The number of rows taken so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds the partition of the next number. A refused one counts its rows but does not hold them.
    pub(crate) fn add_partition(&mut self, refused: bool) {
        self.slots.push(Slot { fault: refused.then_some(Fault::Refused), ..Slot::default() });
    }

    /// Takes a batch in the plain schema, and the partition of each of its rows.
    pub(crate) fn push(&mut self, batch: RecordBatch, partitions: Vec<u32>) -> Result<()> {
        let first_row = self.rows;
        self.rows += batch.num_rows() as u64;
        for partition in &partitions {
            if let Some(slot) = self.slots.get_mut(*partition as usize) {
                slot.rows += 1;
            }
        }
        self.pinned.add(&batch);
        self.waiting.push(Waiting { batch, partitions, first_row });
        if self.pinned.bytes() > self.limit { self.flush(true) } else { Ok(()) }
    }

    /// Ends the stream.
    pub(crate) fn finish(mut self) -> Result<Partitions> {
        // If memory was never full, all rows stay there.
        self.flush(self.blocks.is_on_disk())?;
        Ok(Partitions::new(self.schema, self.blocks, self.slots))
    }

    /// Stores the waiting rows as blocks. The blocks are made in parallel, a limited number of rows at once, and stored
    /// in order.
    fn flush(&mut self, to_disk: bool) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.pinned = HeldMemory::default();
        let sorted = Sorted::new(&waiting, |partition| {
            self.slots.get(partition as usize).is_some_and(|slot| slot.fault.is_none())
        });
        let sketches = sorted.sketches();
        let mut rest = sketches.as_slice();
        while !rest.is_empty() {
            let mut rows = 0;
            let fitting = rest.iter().take_while(|sketch| {
                let fits = rows < ROWS_AT_ONCE;
                rows += sketch.rows.len();
                fits
            });
            let (now, later) = rest.split_at(fitting.count());
            let make = |sketch: &Sketch| self.block(&sorted, sketch, to_disk);
            let blocks = try_map(now.iter().collect(), make)?;
            now.iter().zip(blocks).try_for_each(|(sketch, block)| self.add_block(sketch, block))?;
            rest = later;
        }
        Ok(())
    }

    /// Makes one block; runs in parallel with others.
    fn block(&self, sorted: &Sorted<'_>, sketch: &Sketch, to_disk: bool) -> Result<Block> {
        let make = || -> Result<(RecordBatch, OrdKeys), ArrowError> {
            let batch = sorted.gather(&sketch.rows, &self.block_schema)?;
            let keys = self.schema.keys(&batch)?;
            Ok((batch, keys))
        };
        let (batch, keys) = make().map_err(|error| self.schema.arrow_error(error))?;
        let column = batch.columns().get(self.schema.ordered_index()).cloned();
        let column = column.filter(|column| self.schema.ordered_type().first_unorderable(column).is_some());
        let mut encoded = Vec::new();
        if to_disk {
            encode(&batch, &mut encoded)?;
        }
        let input_rows = batch.columns().last().cloned();
        let rows = batch.num_rows();
        let content = if to_disk { Content::Encoded(encoded) } else { Content::Batch(batch) };
        Ok(Block { rows, content, keys, unorderable: column, input_rows })
    }

    /// Stores a block, and notes for each partition in it where its rows are and whether they are in order.
    fn add_block(&mut self, sketch: &Sketch, block: Block) -> Result<()> {
        let number = match &block.content {
            Content::Encoded(encoded) => self.blocks.write(block.rows, encoded)?,
            Content::Batch(batch) => self.blocks.keep(batch.clone()),
        };
        let shared = sketch.parts.len() > 1;
        let mut start = 0;
        for &(partition, rows) in &sketch.parts {
            if let Some(slot) = self.slots.get_mut(partition as usize)
                && slot.fault.is_none()
            {
                slot.fault = block.fault(&self.schema, start, rows, slot.last.as_ref());
                slot.last = block.keys.get(start + rows - 1);
                slot.runs.push(Run { block: number, start: start as u32, rows: rows as u32, shared });
            }
            start += rows;
        }
        Ok(())
    }
}

/// A block in memory or encoded for the file.
struct Block {
    rows: usize,
    content: Content,
    keys: OrdKeys,
    /// The ordered column, if it has a null or NaN.
    unorderable: Option<ArrayRef>,
    input_rows: Option<ArrayRef>,
}

enum Content {
    Encoded(Vec<u8>),
    Batch(RecordBatch),
}

impl Block {
    /// Why the rows of one partition cannot be written: a null or NaN, or a value below the one before. `last` is the
    /// partition's last value before this block.
    fn fault(&self, schema: &DatasetSchema, start: usize, rows: usize, last: Option<&OrdValue>) -> Option<Fault> {
        let ordered = schema.ordered_type();
        if let Some(column) = &self.unorderable
            && let Some((at, value)) = ordered.first_unorderable(&column.slice(start, rows))
        {
            return Some(Fault::Unorderable { row: self.input_row(start + at), value });
        }
        let unsorted = |at: usize, previous: &OrdValue, value: &OrdValue| Fault::Unsorted {
            row: self.input_row(start + at),
            previous: ordered.format(previous),
            value: ordered.format(value),
        };
        let keys = self.keys.slice(start, rows);
        let first = keys.first()?;
        if let Some(last) = last.filter(|last| first < **last) {
            return Some(unsorted(0, last, &first));
        }
        keys.first_descent().map(|at| unsorted(at, &keys.value(at - 1), &keys.value(at)))
    }

    fn input_row(&self, at: usize) -> u64 {
        self.input_rows.as_ref().map_or(0, |rows| super::input_row(rows, at))
    }
}

/// The content of a block to make: a range of the sorted order, and how many rows of it each partition has.
struct Sketch {
    rows: Range<usize>,
    parts: Vec<(u32, usize)>,
}

/// Waiting rows, sorted by partition. Rows of one partition stay in order.
struct Sorted<'w> {
    waiting: &'w [Waiting],
    /// The partition in the upper half, the position among the waiting rows in the lower. So sorting them is stable.
    order: Vec<u64>,
    /// For each position the batch that it is in.
    batch_of: Vec<u32>,
    /// The position of each batch's first row.
    starts: Vec<u32>,
}

impl<'w> Sorted<'w> {
    fn new(waiting: &'w [Waiting], wanted: impl Fn(u32) -> bool) -> Self {
        let (mut order, mut batch_of, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for (number, batch) in waiting.iter().enumerate() {
            let start = batch_of.len();
            starts.push(start as u32);
            batch_of.resize(start + batch.partitions.len(), number as u32);
            let partitions = batch.partitions.iter().enumerate().filter(|(_, partition)| wanted(**partition));
            order.extend(partitions.map(|(row, partition)| u64::from(*partition) << 32 | (start + row) as u64));
        }
        sort_unstable(&mut order);
        Self { waiting, order, batch_of, starts }
    }

    /// Cuts the sorted order into blocks: those of large partitions by themselves, small neighbours together.
    fn sketches(&self) -> Vec<Sketch> {
        let mut sketches = Vec::new();
        let mut open = Sketch { rows: 0..0, parts: Vec::new() };
        let mut start = 0;
        for run in self.order.chunk_by(|a, b| a >> 32 == b >> 32) {
            let partition = run.first().map_or(0, |first| (first >> 32) as u32);
            let end = start + run.len();
            if open.rows.len() + run.len() > SHARED_ROWS && !open.parts.is_empty() {
                sketches.push(std::mem::replace(&mut open, Sketch { rows: start..start, parts: Vec::new() }));
            }
            if run.len() >= SHARED_ROWS {
                let cuts = (start..end).step_by(BLOCK_ROWS).map(|from| from..end.min(from + BLOCK_ROWS));
                sketches.extend(cuts.map(|rows| Sketch { parts: vec![(partition, rows.len())], rows }));
                open.rows = end..end;
            } else {
                open.rows.end = end;
                open.parts.push((partition, run.len()));
            }
            start = end;
        }
        if !open.parts.is_empty() {
            sketches.push(open);
        }
        sketches
    }

    /// The rows of a sketch as one batch, with their numbers in the whole input.
    fn gather(&self, rows: &Range<usize>, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let place = |entry: &u64| {
            let place = (entry & u64::from(u32::MAX)) as usize;
            let batch = self.batch_of.get(place).copied().unwrap_or(0) as usize;
            (batch, place - self.starts.get(batch).copied().unwrap_or(0) as usize)
        };
        let places: Vec<(usize, usize)> = self.order.get(rows.clone()).unwrap_or_default().iter().map(place).collect();
        let batches: Vec<&RecordBatch> = self.waiting.iter().map(|waiting| &waiting.batch).collect();
        let number = |(batch, row): &(usize, usize)| {
            self.waiting.get(*batch).map_or(0, |waiting| waiting.first_row) + *row as u64
        };
        let numbers: UInt64Array = places.iter().map(number).collect();
        let rows = own_views(&interleave_record_batch(&batches, &places)?)?;
        let columns = rows.columns().iter().cloned().chain([Arc::new(numbers) as ArrayRef]);
        RecordBatch::try_new(schema.clone(), columns.collect())
    }
}
