//! Footers that were read and checked, kept for when their files are opened again.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use super::adapt::Adapter;

/// So many bytes of footers are kept at most, half of them in each generation, besides the one that was read last.
const MOST_BYTES: usize = 32 << 20;

/// What is known of a file once its footer and page index were read and checked. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Footer {
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) adapter: Adapter,
    pub(super) rows: u64,
}

/// The footers of a snapshot's files, by name: a bounded number of bytes, of those that were asked for last. No file is
/// held open.
///
/// There are two generations. What is asked for is in the young one; once that is full it becomes the old one, whose
/// footers are forgotten, but for those that were asked for since.
#[derive(Default)]
pub(crate) struct Footers {
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<String, Footer>,
    old: HashMap<String, Footer>,
    /// Of the young.
    bytes: usize,
}

impl Footers {
    /// The footer of a file, if it is kept.
    pub(crate) fn get(&self, file: &str) -> Option<Footer> {
        let mut generations = self.lock();
        if let Some(footer) = generations.young.get(file) {
            return Some(footer.clone());
        }
        let footer = generations.old.remove(file)?;
        generations.add(file, footer.clone());
        Some(footer)
    }

    /// Keeps the footer of a file.
    pub(crate) fn keep(&self, file: &str, footer: Footer) {
        self.lock().add(file, footer);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn add(&mut self, file: &str, footer: Footer) {
        let bytes = footer.metadata.metadata().memory_size();
        if self.bytes.saturating_add(bytes) > MOST_BYTES / 2 {
            self.old = mem::take(&mut self.young);
            self.bytes = 0;
        }
        if self.young.insert(file.to_owned(), footer).is_none() {
            self.bytes += bytes;
        }
    }
}

impl std::fmt::Debug for Footers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let generations = self.lock();
        let (young, old) = (generations.young.len(), generations.old.len());
        f.debug_struct("Footers").field("young", &young).field("old", &old).finish()
    }
}
