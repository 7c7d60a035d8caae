//! A chunk: one span of the ordered column, and each dataset's rows in it.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Bound;
use std::sync::Arc;

use arrow::array::RecordBatch;
use oups_core::ordered::{OrdValue, OrderedType, Span};

/// The rows of all datasets of a query in one span of the ordered column.
#[derive(Clone, Debug)]
pub struct Chunk<K> {
    pub(crate) keys: Arc<Keys<K>>,
    pub(crate) span: Span,
    /// One batch for each key, in the order of the query.
    pub(crate) batches: Vec<RecordBatch>,
}

/// The keys of a query, which all its chunks share.
#[derive(Debug)]
pub(crate) struct Keys<K> {
    pub(crate) keys: Vec<K>,
    pub(crate) positions: HashMap<K, usize>,
    pub(crate) ordered: OrderedType,
}

impl<K: Eq + Hash> Chunk<K> {
    /// The rows of a key; the batch may be empty. `None` for a key that is not in the query.
    pub fn get(&self, key: &K) -> Option<&RecordBatch> {
        self.batches.get(*self.keys.positions.get(key)?)
    }
}

impl<K> Chunk<K> {
    /// The span that the chunk covers: of every key, it holds all rows in the span.
    ///
    /// The first chunk starts where the range of the query starts, and the last one ends where it ends. Each chunk
    /// between ends where the next one starts.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Where the span starts.
    pub fn start(&self) -> Bound<&OrdValue> {
        self.span.start()
    }

    /// Where the span ends.
    pub fn end(&self) -> Bound<&OrdValue> {
        self.span.end()
    }

    /// The value at which the span starts, as text for people; `None` if it is open.
    pub fn start_text(&self) -> Option<String> {
        self.text(self.start())
    }

    /// The value at which the span ends, as text for people; `None` if it is open.
    pub fn end_text(&self) -> Option<String> {
        self.text(self.end())
    }

    fn text(&self, bound: Bound<&OrdValue>) -> Option<String> {
        match bound {
            Bound::Included(value) | Bound::Excluded(value) => Some(self.keys.ordered.format(value)),
            Bound::Unbounded => None,
        }
    }

    /// All keys of the query, in its order.
    pub fn keys(&self) -> &[K] {
        &self.keys.keys
    }

    /// All keys with their rows, in the order of the query. A key without rows in the span has an empty batch.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &RecordBatch)> {
        self.keys.keys.iter().zip(&self.batches)
    }

    /// The number of rows of all keys together.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}
