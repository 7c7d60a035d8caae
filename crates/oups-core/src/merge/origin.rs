//! Rows of the merged stream and their origin.

use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;

/// Rows of the merged stream, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Merged {
    /// The rows, in the dataset's plain schema.
    pub(crate) batch: RecordBatch,
    /// Whether they are stored or new.
    pub(crate) origin: Origin,
}

/// The origin of rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// All were stored.
    Stored,
    /// All are new.
    New,
    /// A bit for each row: set if it is new.
    Mixed(BooleanBuffer),
}

impl Merged {
    /// Some of the rows; shares memory.
    ///
    /// # Panics
    ///
    /// If `offset + len` is more than the number of rows.
    pub(crate) fn slice(&self, offset: usize, len: usize) -> Self {
        Self { batch: self.batch.slice(offset, len), origin: self.origin.slice(offset, len) }
    }

    /// The number of rows.
    pub(crate) fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }
}

impl Origin {
    /// Whether the row is new.
    pub(crate) fn is_new(&self, row: usize) -> bool {
        match self {
            Self::Stored => false,
            Self::New => true,
            Self::Mixed(new) => row < new.len() && new.value(row),
        }
    }

    fn slice(&self, offset: usize, len: usize) -> Self {
        match self {
            Self::Mixed(new) => Self::Mixed(new.slice(offset, len)),
            other => other.clone(),
        }
    }
}
