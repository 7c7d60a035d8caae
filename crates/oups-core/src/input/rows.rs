//! What a write takes: a batch, several, or a reader of batches.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use arrow::array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::{Input, Partition};
use crate::{Error, Result};

/// Rows of a batch that is read again.
const AGAIN_ROWS: usize = 64 << 10;

/// A reader that its owner may be shared with: only who has it for himself reads.
pub(crate) type HeldReader = Mutex<Box<dyn RecordBatchReader + Send>>;

/// Rows for a write. Made by [`IntoRows`].
pub struct Rows(pub(crate) RowsKind);

pub(crate) enum RowsKind {
    /// In memory: walked twice, not copied.
    Batches(Vec<RecordBatch>),
    /// Read once, and spilled.
    Reader(HeldReader),
    /// Read before, when the dataset was another one: dictionaries are unpacked, the columns as declared then.
    Again { declared: SchemaRef, reader: HeldReader },
    /// Those of one dataset among those of many, spilled already.
    Partition(Partition),
}

impl Rows {
    /// No rows and no columns: for writes that only resize row groups or change metadata.
    pub(crate) fn none() -> Self {
        Self(RowsKind::Batches(Vec::new()))
    }

    /// Rows that were read once already, as they came.
    pub(crate) fn again(input: Input) -> Self {
        if let Some(partition) = input.partition() {
            return Self(RowsKind::Partition(partition.clone()));
        }
        let (declared, schema) = (input.declared().clone(), input.unfitted_schema().clone());
        let batches = (0..input.rows()).step_by(AGAIN_ROWS).map(move |row| {
            let rows = row..row.saturating_add(AGAIN_ROWS as u64);
            let batches = input.unfitted(rows).collect::<Result<Vec<_>>>();
            let external = |error: Error| ArrowError::ExternalError(Box::new(error));
            concat_batches(input.unfitted_schema(), &batches.map_err(external)?)
        });
        Self(RowsKind::Again { declared, reader: Mutex::new(Box::new(RecordBatchIterator::new(batches, schema))) })
    }

    /// The schema; `None` where there is not even a batch.
    pub(crate) fn schema(&self) -> Option<SchemaRef> {
        match &self.0 {
            RowsKind::Batches(batches) => batches.first().map(RecordBatch::schema),
            RowsKind::Reader(reader) => Some(reader.lock().unwrap_or_else(PoisonError::into_inner).schema()),
            RowsKind::Again { declared, .. } => Some(declared.clone()),
            RowsKind::Partition(partition) => Some(partition.schema().clone()),
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            RowsKind::Batches(batches) => f.debug_tuple("Batches").field(&batches.len()).finish(),
            RowsKind::Reader(_) | RowsKind::Again { .. } => f.debug_tuple("Reader").finish(),
            RowsKind::Partition(_) => f.debug_tuple("Partition").finish(),
        }
    }
}

/// Anything that a write takes: a [`RecordBatch`], a `Vec` of them, or a [`RecordBatchReader`].
///
/// The type parameter only tells these three apart; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written",
    note = "a write takes a `RecordBatch`, a `Vec<RecordBatch>`, or a `RecordBatchReader` that is `Send`"
)]
pub trait IntoRows<Kind>: sealed::Writable<Kind> {
    /// Wraps it.
    fn into_rows(self) -> Rows;
}

/// Tells [`RecordBatch`] from the other forms of [`IntoRows`].
#[derive(Debug)]
pub enum OneBatch {}
/// Tells `Vec<RecordBatch>` from the other forms of [`IntoRows`].
#[derive(Debug)]
pub enum ManyBatches {}
/// Tells readers from the other forms of [`IntoRows`].
#[derive(Debug)]
pub enum Reader {}
/// Tells [`Rows`] from the other forms of [`IntoRows`].
#[derive(Debug)]
pub enum Ready {}

mod sealed {
    /// What a write takes: nothing that a program makes itself.
    pub trait Writable<Kind> {}
}

impl sealed::Writable<OneBatch> for RecordBatch {}
impl sealed::Writable<ManyBatches> for Vec<RecordBatch> {}
impl<R: RecordBatchReader + Send + 'static> sealed::Writable<Reader> for R {}
impl sealed::Writable<Ready> for Rows {}

impl IntoRows<OneBatch> for RecordBatch {
    fn into_rows(self) -> Rows {
        Rows(RowsKind::Batches(vec![self]))
    }
}

impl IntoRows<ManyBatches> for Vec<RecordBatch> {
    fn into_rows(self) -> Rows {
        Rows(RowsKind::Batches(self))
    }
}

impl<R: RecordBatchReader + Send + 'static> IntoRows<Reader> for R {
    fn into_rows(self) -> Rows {
        Rows(RowsKind::Reader(Mutex::new(Box::new(self))))
    }
}

impl IntoRows<Ready> for Rows {
    fn into_rows(self) -> Rows {
        self
    }
}
