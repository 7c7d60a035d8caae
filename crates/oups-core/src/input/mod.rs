//! The rows of a write. They are checked before anything of the dataset is touched, and can be read again.
//!
//! An [`Input`] holds batches that the caller gave without a copy. Rows from a one-pass reader are held in memory up to
//! a limit; if there are more, all go to an unnamed temporary file, in blocks. A stream with the rows of many datasets
//! goes through one `Partitioner` into one such file, and the input of each dataset is a view of it.

mod check;
mod memory;
mod partition;
pub(crate) mod rows;
pub(crate) mod sort;
pub(crate) mod spill;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use crate::Result;
use crate::ordered::{OrdKeys, OrdValue};
use crate::schema::{DatasetSchema, Fit};
use check::{Checked, Checker};
use partition::Run;
use spill::writer::SpillWriter;

pub(crate) use memory::HeldMemory;
pub(crate) use partition::partitioner::Partitioner;
pub(crate) use partition::{Fault, Partition, Partitions};
pub(crate) use spill::file::SpillFile;
pub(crate) use spill::writer::own_views;

/// How many bytes of a one-pass reader are held in memory before they are spilled to a file.
pub(crate) const DEFAULT_MEMORY_LIMIT: usize = 64 << 20;

/// The most rows of a block in the temporary file, and of a batch of [`Input::batches`].
const BLOCK_ROWS: usize = 64 << 10;

/// Sorted, checked rows that can be read any number of times, from any row on.
///
/// - The ordered column never decreases and holds neither null nor NaN.
/// - Every batch fits the dataset's schema. Rows are read back in its plain schema.
#[derive(Debug)]
pub(crate) struct Input {
    schema: Arc<DatasetSchema>,
    fit: Fit,
    chunks: Vec<Chunk>,
    rows: u64,
    backing: Backing,
    /// The index and the keys of the spilled chunk that was read last. A planner looks up neighbouring rows one after
    /// another.
    last_keys: Mutex<Option<(usize, OrdKeys)>>,
}

/// Where the chunks that are not in memory are.
#[derive(Debug)]
enum Backing {
    None,
    File(SpillFile),
    Partition(Partition),
}

/// Some consecutive rows of the input; never empty.
#[derive(Debug)]
pub(crate) struct Chunk {
    start: u64,
    rows: usize,
    first: OrdValue,
    last: OrdValue,
    place: ChunkLocation,
}

/// Where a chunk's rows are. The fit is applied when they are read.
#[derive(Debug)]
enum ChunkLocation {
    /// In memory, as the caller gave them.
    Memory { batch: RecordBatch, keys: OrdKeys },
    /// In the temporary file, without dictionaries.
    File { offset: u64, len: usize },
    /// In a block of the partition.
    Run(Run),
}

impl Input {
    /// Checks batches and holds them without a copy.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`](crate::Error::Schema) if a batch does not fit; [`Error::Unsorted`](crate::Error::Unsorted) or
    /// [`Error::Unorderable`](crate::Error::Unorderable) for a row, counted over all batches.
    pub(crate) fn from_batches(fit: Fit, batches: Vec<RecordBatch>) -> Result<Self> {
        let mut checker = Checker::new(fit);
        let mut chunks = Vec::with_capacity(batches.len());
        for batch in batches {
            chunks.extend(checker.check(&batch)?.map(|checked| Chunk::in_memory(batch, checked)));
        }
        Ok(Self::new(checker, chunks, Backing::None))
    }

    /// Checks the rows of a partition. They stay where they are.
    ///
    /// # Errors
    ///
    /// As [`from_batches`](Self::from_batches). Errors of fitting name the row's number in the whole input.
    pub(crate) fn from_partition(fit: Fit, partition: Partition) -> Result<Self> {
        let mut checker = Checker::new(fit);
        let mut check = |batch: &RecordBatch| {
            let first = checker.rows();
            checker.check(batch).map_err(|error| partition.at_its_row(checker.fit(), batch, first, error))
        };
        let mut chunks = Vec::with_capacity(partition.runs().len());
        if let Some(batch) = partition.gathered()? {
            chunks.extend(check(&batch)?.map(|checked| Chunk::in_memory(batch, checked)));
        } else {
            for run in partition.runs() {
                let batch = partition.read(run)?;
                let place = |Checked { start, first, last, .. }| Chunk {
                    start,
                    rows: batch.num_rows(),
                    first,
                    last,
                    place: ChunkLocation::Run(*run),
                };
                chunks.extend(check(&batch)?.map(place));
            }
        }
        Ok(Self::new(checker, chunks, Backing::Partition(partition)))
    }

    /// Reads a one-pass stream of batches to its end and checks it. Up to `memory_limit` bytes are held in memory. If
    /// there are more, all rows go to an unnamed temporary file.
    ///
    /// # Errors
    ///
    /// As [`from_batches`](Self::from_batches); [`Error::Input`](crate::Error::Input) if the stream fails;
    /// [`Error::Io`](crate::Error::Io) if the temporary file fails.
    pub(crate) fn from_reader(
        fit: Fit,
        reader: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
        memory_limit: usize,
    ) -> Result<Self> {
        let mut checker = Checker::new(fit);
        let mut reader = reader.fuse();
        let (mut chunks, mut pinned) = (Vec::new(), HeldMemory::default());
        while pinned.bytes() <= memory_limit {
            let Some(batch) = checker.next(&mut reader)? else {
                return Ok(Self::new(checker, chunks, Backing::None));
            };
            let Some(checked) = checker.check(&batch)? else {
                continue;
            };
            pinned.add(&batch);
            chunks.push(Chunk::in_memory(batch, checked));
        }
        // The limit is exceeded, so the rows in memory go to the file too.
        let mut writer = SpillWriter::new(checker.fit().clone())?;
        for chunk in chunks {
            if let ChunkLocation::Memory { batch, .. } = chunk.place {
                writer.push(batch)?;
            }
        }
        while let Some(batch) = checker.next(&mut reader)? {
            if checker.check(&batch)?.is_some() {
                writer.push(batch)?;
            }
        }
        let (chunks, file) = writer.finish()?;
        Ok(Self::new(checker, chunks, Backing::File(file)))
    }

    fn new(checker: Checker, chunks: Vec<Chunk>, backing: Backing) -> Self {
        let rows = checker.rows();
        let fit = checker.into_fit();
        Self { schema: fit.schema().clone(), fit, chunks, rows, backing, last_keys: Mutex::new(None) }
    }

    /// The dataset's schema that the rows fit.
    pub(crate) fn schema(&self) -> &Arc<DatasetSchema> {
        &self.schema
    }

    /// The Arrow schema of the batches as given.
    pub(crate) fn declared(&self) -> &SchemaRef {
        self.fit.input()
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether the rows are in a temporary file.
    pub(crate) fn is_spilled(&self) -> bool {
        matches!(self.backing, Backing::File(_))
    }

    /// The partition that holds the rows, if one does.
    pub(crate) fn partition(&self) -> Option<&Partition> {
        match &self.backing {
            Backing::Partition(partition) => Some(partition),
            Backing::None | Backing::File(_) => None,
        }
    }

    /// The number of rows below a value.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub(crate) fn rank(&self, value: &OrdValue) -> Result<u64> {
        let at = self.chunks.partition_point(|chunk| &chunk.last < value);
        self.rank_in(at, |chunk| value <= &chunk.first, |keys| keys.lower_bound(value))
    }

    /// The number of rows up to and including a value.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub(crate) fn rank_inclusive(&self, value: &OrdValue) -> Result<u64> {
        let at = self.chunks.partition_point(|chunk| &chunk.last <= value);
        self.rank_in(at, |chunk| value < &chunk.first, |keys| keys.upper_bound(value))
    }

    /// Counts rows before a bound. `at` is the chunk that the bound may fall into, `none` whether the bound is before
    /// all of the chunk's rows. Only a bound within a chunk needs the chunk's keys, and so perhaps the file.
    fn rank_in(&self, at: usize, none: impl Fn(&Chunk) -> bool, rank: impl Fn(&OrdKeys) -> usize) -> Result<u64> {
        match self.chunks.get(at) {
            None => Ok(self.rows),
            Some(chunk) if none(chunk) => Ok(chunk.start),
            Some(chunk) => self.with_keys(at, chunk, |keys| chunk.start + rank(keys) as u64),
        }
    }

    /// The ordered value of a row; `None` past the end.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub(crate) fn value_at(&self, row: u64) -> Result<Option<OrdValue>> {
        let at = self.chunks.partition_point(|chunk| chunk.end() <= row);
        match self.chunks.get(at) {
            None => Ok(None),
            Some(chunk) => self.with_keys(at, chunk, |keys| keys.get((row - chunk.start) as usize)),
        }
    }

    /// Calls `use_keys` with the keys of a chunk. A spilled chunk is read for that, and its keys are kept for the next
    /// look-up.
    fn with_keys<T>(&self, at: usize, chunk: &Chunk, use_keys: impl FnOnce(&OrdKeys) -> T) -> Result<T> {
        if let ChunkLocation::Memory { keys, .. } = &chunk.place {
            return Ok(use_keys(keys));
        }
        let mut last = self.last_keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, keys)) = &*last
            && *known == at
        {
            return Ok(use_keys(keys));
        }
        let batch = self.read(chunk, 0..chunk.rows)?;
        let keys =
            self.fit.keys(&batch).ok_or_else(|| spill::file::changed("the ordered column is missing".into()))??;
        let result = use_keys(&keys);
        *last = Some((at, keys));
        Ok(result)
    }

    /// The rows of a range, in batches of at most 65,536 rows.
    pub(crate) fn batches(&self, rows: Range<u64>) -> impl Iterator<Item = Result<RecordBatch>> + Send + '_ {
        self.pieces(rows).map(|batch| self.fit.apply(&batch?))
    }

    /// As [`batches`](Self::batches), but with the input's own columns, without dictionaries.
    pub(crate) fn unfitted(&self, rows: Range<u64>) -> impl Iterator<Item = Result<RecordBatch>> + '_ {
        self.pieces(rows).map(|batch| self.fit.unpack(&batch?))
    }

    /// The Arrow schema of [`unfitted`](Self::unfitted) batches.
    pub(crate) fn unfitted_schema(&self) -> &SchemaRef {
        self.fit.unpacked()
    }

    /// The rows of a range as given, in batches of at most [`BLOCK_ROWS`] rows.
    fn pieces(&self, rows: Range<u64>) -> impl Iterator<Item = Result<RecordBatch>> + Send + '_ {
        let mut at = self.chunks.partition_point(|chunk| chunk.end() <= rows.start);
        let mut next = rows.start;
        let end = rows.end.min(self.rows);
        std::iter::from_fn(move || {
            let chunk = self.chunks.get(at).filter(|_| next < end)?;
            let from = (next - chunk.start) as usize;
            let to = from.saturating_add(BLOCK_ROWS).min(chunk.rows).min((end - chunk.start) as usize);
            next = chunk.start + to as u64;
            at += usize::from(to == chunk.rows);
            Some(self.read(chunk, from..to))
        })
    }

    fn read(&self, chunk: &Chunk, rows: Range<usize>) -> Result<RecordBatch> {
        match (&chunk.place, &self.backing) {
            (ChunkLocation::Memory { batch, .. }, _) => Ok(batch.slice(rows.start, rows.len())),
            (ChunkLocation::Run(run), Backing::Partition(partition)) => {
                Ok(partition.read(run)?.slice(rows.start, rows.len()))
            }
            (ChunkLocation::File { offset, len }, Backing::File(file)) => {
                let batch = file.read(*offset, *len)?;
                if batch.num_rows() != chunk.rows {
                    return Err(spill::file::changed(format!(
                        "expected {} rows, found {}",
                        chunk.rows,
                        batch.num_rows()
                    )));
                }
                Ok(batch.slice(rows.start, rows.len()))
            }
            (ChunkLocation::File { .. } | ChunkLocation::Run(_), _) => Err(spill::file::changed("it is closed".into())),
        }
    }
}

impl Chunk {
    fn in_memory(batch: RecordBatch, checked: Checked) -> Self {
        let Checked { start, first, last, keys } = checked;
        Self { start, rows: batch.num_rows(), first, last, place: ChunkLocation::Memory { batch, keys } }
    }

    fn end(&self) -> u64 {
        self.start + self.rows as u64
    }
}
