//! Counts the memory that batches hold. Each shared buffer counts once.

use std::collections::HashSet;

use arrow::array::{Array, ArrayData, RecordBatch};

/// About how many bytes a batch takes besides its buffers: the arrays and the headers of buffers.
const BATCH_COST: usize = 512;

/// Counts the memory that batches keep alive. A slice keeps its whole buffer alive, and two slices of one buffer share
/// it.
#[derive(Debug, Default)]
pub(crate) struct HeldMemory {
    seen: HashSet<usize>,
    bytes: usize,
}

impl HeldMemory {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        self.bytes += BATCH_COST + 128 * batch.num_columns();
        batch.columns().iter().for_each(|array| self.add_data(&array.to_data()));
    }

    fn add_data(&mut self, data: &ArrayData) {
        let nulls = data.nulls().map(|nulls| nulls.buffer());
        for buffer in data.buffers().iter().chain(nulls) {
            if self.seen.insert(buffer.data_ptr().as_ptr() as usize) {
                self.bytes += buffer.capacity();
            }
        }
        data.child_data().iter().for_each(|child| self.add_data(child));
    }
}
