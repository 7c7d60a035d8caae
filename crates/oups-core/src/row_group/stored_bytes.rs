//! A stored file in the form that the parquet crate reads.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::fs::ReadFile;

/// How many bytes of a file's end are read at once: the footer and the page index of most row groups.
const TAIL: u64 = 64 << 10;

/// How many bytes [`ChunkReader::get_read`] reads at once: more than a page's header, less than a page of text.
const BLOCK: u64 = 16 << 10;

/// A file's bytes by position. Blocks that are known to be needed together are read by one call each.
#[derive(Clone, Debug)]
pub(super) struct StoredBytes {
    file: Arc<dyn ReadFile>,
    /// Parts of the file that are in memory, ascending, not overlapping.
    held: Vec<(u64, Bytes)>,
}

impl StoredBytes {
    /// The file, with nothing in memory.
    pub(super) fn new(file: Arc<dyn ReadFile>) -> Self {
        Self { file, held: Vec::new() }
    }

    /// The file, with its end in memory.
    pub(super) fn with_tail(file: Arc<dyn ReadFile>) -> io::Result<Self> {
        let start = file.len().saturating_sub(TAIL);
        let tail = read(&*file, start, file.len() - start)?;
        Ok(Self { file, held: vec![(start, tail)] })
    }

    /// The same file, with these ranges in memory instead.
    pub(super) fn holding(&self, ranges: impl IntoIterator<Item = Range<u64>>) -> io::Result<Self> {
        let (mut held, mut missing) = (Vec::new(), Vec::new());
        for range in ranges {
            match self.held(range.start, range.end.saturating_sub(range.start)) {
                Some(bytes) => held.push((range.start, bytes)),
                None => missing.push(range.start..range.end.max(range.start)),
            }
        }
        // One call for all: a distant file system answers many ranges as fast as one.
        missing.sort_unstable_by_key(|range| range.start);
        let read = self.file.read_ranges(&missing)?;
        if !read.iter().map(|bytes| bytes.len() as u64).eq(missing.iter().map(|range| range.end - range.start)) {
            return Err(io::Error::other("the file system has answered with other ranges than it was asked for"));
        }
        held.extend(missing.iter().map(|range| range.start).zip(read));
        held.sort_by_key(|(start, _)| *start);
        Ok(Self { file: self.file.clone(), held })
    }

    /// The same file, with nothing in memory.
    pub(super) fn bare(&self) -> Self {
        Self { file: self.file.clone(), held: Vec::new() }
    }

    fn held(&self, start: u64, len: u64) -> Option<Bytes> {
        let at = self.held.partition_point(|(from, _)| *from <= start).checked_sub(1)?;
        let (from, bytes) = self.held.get(at)?;
        let from = usize::try_from(start - from).ok()?;
        let to = from.checked_add(usize::try_from(len).ok()?)?;
        (to <= bytes.len()).then(|| bytes.slice(from..to))
    }
}

/// Reads exactly these bytes. The range is checked against the file's length first, so that a damaged footer cannot
/// make us allocate memory without bound.
fn read(file: &dyn ReadFile, start: u64, len: u64) -> io::Result<Bytes> {
    if start.checked_add(len).is_none_or(|end| end > file.len()) {
        let message = format!("bytes {start} to {start} + {len} are not all in the file's {}", file.len());
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    let mut buffer = vec![0; usize::try_from(len).map_err(io::Error::other)?];
    file.read_exact_at(&mut buffer, start)?;
    Ok(buffer.into())
}

impl Length for StoredBytes {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for StoredBytes {
    type T = BlockReader;

    fn get_read(&self, start: u64) -> Result<BlockReader> {
        Ok(BlockReader { source: self.clone(), next: start, block: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self.held(start, length as u64) {
            Some(bytes) => Ok(bytes),
            None => read(&*self.file, start, length as u64).map_err(|e| ParquetError::External(Box::new(e))),
        }
    }
}

/// Reads from a position on, block by block.
#[derive(Debug)]
pub(super) struct BlockReader {
    source: StoredBytes,
    next: u64,
    block: Bytes,
}

impl Read for BlockReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() {
            let len = self.source.file.len().saturating_sub(self.next).min(BLOCK);
            self.block = match self.source.held(self.next, len) {
                Some(block) => block,
                None => read(&*self.source.file, self.next, len)?,
            };
            self.next += len;
        }
        let len = buffer.len().min(self.block.len());
        if let Some(target) = buffer.get_mut(..len) {
            self.block.copy_to_slice(target);
        }
        Ok(len)
    }
}
