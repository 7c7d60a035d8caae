//! The rows of a merge that equal the stored ones, up to the first difference.

use arrow::array::RecordBatch;

use crate::Result;
use crate::input::HeldMemory;

/// The most bytes of rows that are held: a row group of a million ordinary rows.
const HELD_BYTES: usize = 64 << 20;

/// The rows of a merge before its first difference. They are written if a difference is found, and dropped if none is.
/// Up to a limit they are held in memory. More are only counted, and decoded again when they are written.
#[derive(Debug)]
pub(super) struct Same {
    most: usize,
    count: usize,
    memory: HeldMemory,
    held: Vec<RecordBatch>,
}

impl Same {
    pub(super) fn new() -> Self {
        Self::holding(HELD_BYTES)
    }

    fn holding(most: usize) -> Self {
        Self { most, count: 0, memory: HeldMemory::default(), held: Vec::new() }
    }

    pub(super) fn add(&mut self, rows: RecordBatch) {
        self.count += rows.num_rows();
        // Once over the limit, the counted bytes do not grow or shrink, so it stays over the limit.
        if self.is_held() {
            self.memory.add(&rows);
            self.held.push(rows);
        }
        if !self.is_held() {
            self.held = Vec::new();
        }
    }

    fn is_held(&self) -> bool {
        self.memory.bytes() <= self.most
    }

    /// The rows, in order. If they are not held, they are read from `stored`, which begins with them.
    pub(super) fn rows<I: Iterator<Item = Result<RecordBatch>>>(
        self,
        stored: impl FnOnce() -> I,
    ) -> impl Iterator<Item = Result<RecordBatch>> {
        let left = if self.is_held() { 0 } else { self.count };
        let again = (left > 0).then(|| first_rows(stored(), left));
        self.held.into_iter().map(Ok).chain(again.into_iter().flatten())
    }
}

/// The first rows of a stream of batches.
fn first_rows(
    mut stream: impl Iterator<Item = Result<RecordBatch>>,
    rows: usize,
) -> impl Iterator<Item = Result<RecordBatch>> {
    let mut left = rows;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        Some(stream.next()?.map(|batch| {
            let taken = batch.num_rows().min(left);
            left -= taken;
            batch.slice(0, taken)
        }))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, AsArray, Int64Array};
    use arrow::compute::concat_batches;
    use arrow::datatypes::Int64Type;

    use super::*;

    fn batch(values: std::ops::Range<i64>) -> RecordBatch {
        let column = Arc::new(Int64Array::from_iter_values(values)) as ArrayRef;
        RecordBatch::try_from_iter([("x", column)]).expect("one column is a batch")
    }

    fn values(batches: impl Iterator<Item = Result<RecordBatch>>) -> Vec<i64> {
        let batches: Vec<RecordBatch> = batches.collect::<Result<_>>().expect("no batch fails");
        let Some(first) = batches.first() else { return Vec::new() };
        let all = concat_batches(&first.schema(), &batches).expect("one schema");
        all.column(0).as_primitive::<Int64Type>().values().to_vec()
    }

    fn bytes(batches: &[RecordBatch]) -> usize {
        let mut memory = HeldMemory::default();
        batches.iter().for_each(|batch| memory.add(batch));
        memory.bytes()
    }

    #[test]
    fn slices_of_one_buffer_hold_it_once() {
        let all = batch(0..100_000);
        let mut same = Same::holding(2 * bytes(std::slice::from_ref(&all)));
        for at in 0..10 {
            same.add(all.slice(at * 10_000, 10_000));
        }
        assert_eq!(same.held.len(), 10, "800 kB were counted ten times");
    }

    #[test]
    fn few_rows_are_held() {
        let mut same = Same::new();
        same.add(batch(0..3));
        same.add(batch(3..5));
        let rows = same.rows(|| -> std::vec::IntoIter<Result<RecordBatch>> { panic!("nothing is decoded again") });
        assert_eq!(values(rows), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn many_rows_are_taken_from_the_store_again() {
        let mut same = Same::holding(bytes(&[batch(0..3)]));
        for rows in [0..3, 3..5, 5..9] {
            same.add(batch(rows));
        }
        assert!(same.held.is_empty(), "more than one batch is held");
        let stored = [batch(0..4), batch(4..12)].map(Ok);
        assert_eq!(values(same.rows(|| stored.into_iter())), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
