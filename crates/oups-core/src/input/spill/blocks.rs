//! Blocks of rows that belong to several datasets, in memory or in one temporary file.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use arrow::array::RecordBatch;

use super::file::{self, SpillFile};
use crate::Result;
use crate::input::memory::HeldMemory;

/// How many bytes of blocks are cached. Datasets that share a block are read one after the other, so with the cache
/// each block is decoded once.
const AT_HAND: usize = 32 << 20;

/// Blocks that several threads can read, in any order.
#[derive(Debug, Default)]
pub(crate) struct SpilledBlocks {
    file: Option<SpillFile>,
    places: Vec<BlockLocation>,
    at_hand: Mutex<AtHand>,
}

#[derive(Debug)]
struct BlockLocation {
    rows: usize,
    /// The size in memory or in the file.
    bytes: usize,
    kept: BlockBytes,
}

#[derive(Debug)]
enum BlockBytes {
    Memory(RecordBatch),
    File { offset: u64 },
}

impl SpilledBlocks {
    /// Whether any block is in the file.
    pub(crate) fn is_on_disk(&self) -> bool {
        self.file.is_some()
    }

    /// Stores a block in memory and returns its number.
    pub(crate) fn keep(&mut self, block: RecordBatch) -> usize {
        let mut pinned = HeldMemory::default();
        pinned.add(&block);
        self.push(BlockLocation { rows: block.num_rows(), bytes: pinned.bytes(), kept: BlockBytes::Memory(block) })
    }

    /// Writes an encoded block to the file and returns its number.
    pub(crate) fn write(&mut self, rows: usize, encoded: &[u8]) -> Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(SpillFile::new()?),
        };
        let offset = file.append_encoded(encoded)?;
        Ok(self.push(BlockLocation { rows, bytes: encoded.len(), kept: BlockBytes::File { offset } }))
    }

    fn push(&mut self, place: BlockLocation) -> usize {
        self.places.push(place);
        self.places.len() - 1
    }

    /// About how many bytes this many rows of a block take.
    pub(crate) fn bytes_of(&self, block: usize, rows: usize) -> usize {
        self.places.get(block).map_or(0, |place| place.bytes / place.rows.max(1) * rows)
    }

    /// Reads a block. A shared one is cached for the next dataset.
    pub(crate) fn read(&self, block: usize, shared: bool) -> Result<RecordBatch> {
        let place = self.places.get(block).ok_or_else(|| file::changed(format!("there is no block {block}")))?;
        let offset = match &place.kept {
            BlockBytes::Memory(batch) => return Ok(batch.clone()),
            BlockBytes::File { offset } => *offset,
        };
        if shared && let Some(batch) = self.at_hand().get(block) {
            return Ok(batch);
        }
        let file = self.file.as_ref().ok_or_else(|| file::changed("it is closed".into()))?;
        let batch = file.read(offset, place.bytes)?;
        if batch.num_rows() != place.rows {
            return Err(file::changed(format!("expected {} rows, found {}", place.rows, batch.num_rows())));
        }
        if shared {
            self.at_hand().put(block, &batch, place.bytes);
        }
        Ok(batch)
    }

    fn at_hand(&self) -> std::sync::MutexGuard<'_, AtHand> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cache of the blocks that were used last.
#[derive(Debug, Default)]
struct AtHand {
    /// In the order of their last use.
    blocks: VecDeque<(usize, RecordBatch, usize)>,
    bytes: usize,
}

impl AtHand {
    fn get(&mut self, block: usize) -> Option<RecordBatch> {
        let at = self.blocks.iter().rposition(|(number, ..)| *number == block)?;
        let found = self.blocks.remove(at)?;
        let batch = found.1.clone();
        self.blocks.push_back(found);
        Some(batch)
    }

    fn put(&mut self, block: usize, batch: &RecordBatch, bytes: usize) {
        self.blocks.push_back((block, batch.clone(), bytes));
        self.bytes += bytes;
        while self.bytes > AT_HAND && self.blocks.len() > 1 {
            self.bytes -= self.blocks.pop_front().map_or(0, |(.., bytes)| bytes);
        }
    }
}
