//! The memory of the engine, divided among its operators.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::memory_pool::{
    GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation, human_readable_size,
};

/// Some operators can do with less memory: sorts and groups go to files, and a merge of such files takes fewer files at once.
/// These share one half of the memory equally. Other operators, such as joins and merges of partitions, fail if they do not
/// get what they need, so the other half is left to them.
#[derive(Debug)]
pub(crate) struct Shared {
    all: GreedyMemoryPool,
    shared: usize,
    /// The number of operators that share it.
    among: AtomicUsize,
}

/// The engine's name for a merge of a sort's files.
const MERGE_OF_FILES: &str = "ExternalSorterMerge";

impl Shared {
    /// Creates a pool of this many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self { all: GreedyMemoryPool::new(bytes), shared: bytes / 2, among: AtomicUsize::new(0) }
    }
}

fn shares(consumer: &MemoryConsumer) -> bool {
    consumer.can_spill() || consumer.name().starts_with(MERGE_OF_FILES)
}

impl MemoryPool for Shared {
    fn name(&self) -> &str {
        "shared"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.among.fetch_add(usize::from(shares(consumer)), Ordering::Relaxed);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.among.fetch_sub(usize::from(shares(consumer)), Ordering::Relaxed);
    }

    fn grow(&self, reservation: &MemoryReservation, bytes: usize) {
        self.all.grow(reservation, bytes);
    }

    fn shrink(&self, reservation: &MemoryReservation, bytes: usize) {
        self.all.shrink(reservation, bytes);
    }

    fn try_grow(&self, reservation: &MemoryReservation, bytes: usize) -> Result<()> {
        let consumer = reservation.consumer();
        let share = self.shared / self.among.load(Ordering::Relaxed).max(1);
        if shares(consumer) && reservation.size().saturating_add(bytes) > share {
            let (held, more, share) = (reservation.size(), human_readable_size(bytes), human_readable_size(share));
            let (held, name) = (human_readable_size(held), consumer.name());
            return Err(resources_datafusion_err!("{name} has {held} of its share of {share}, and needs {more} more"));
        }
        self.all.try_grow(reservation, bytes)
    }

    fn reserved(&self) -> usize {
        self.all.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.all.memory_limit()
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_can_do_with_less_leaves_something_to_what_cannot() {
        let pool: Arc<dyn MemoryPool> = Arc::new(Shared::new(1000));
        let consumer = |name: &str, spills| MemoryConsumer::new(name).with_can_spill(spills).register(&pool);
        let (sort, files, merge) = (consumer("a", true), consumer(MERGE_OF_FILES, false), consumer("b", false));
        assert!(sort.try_grow(251).is_err() && sort.try_grow(250).is_ok() && files.try_grow(250).is_ok());
        assert_eq!(pool.reserved(), 500);
        assert!(merge.try_grow(501).is_err() && merge.try_grow(500).is_ok());
        drop(files);
        assert!(merge.try_grow(250).is_ok() && sort.try_grow(1).is_err());
        drop((sort, merge));
        assert_eq!(pool.reserved(), 0);
    }
}
