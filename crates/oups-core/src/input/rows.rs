//! The rows that a write takes: a batch, several, or a reader of batches.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use arrow::array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::{Input, Partition};
use crate::{Error, Result};

/// The rows of a batch that is read again.
const AGAIN_ROWS: usize = 64 << 10;

/// A reader in a mutex, so that a value that holds it can be shared among threads.
pub(crate) type HeldReader = Mutex<Box<dyn RecordBatchReader + Send>>;

/// Rows for a write. Made by [`IntoRows`].
pub struct Rows(pub(crate) RowsKind);

pub(crate) enum RowsKind {
    /// In memory; read twice, not copied.
    Batches(Vec<RecordBatch>),
    /// A reader; read once, and spilled.
    Reader(HeldReader),
    /// Rows that an earlier try of the same write has read. They have no dictionaries; `declared` is their schema as
    /// given.
    Again { declared: SchemaRef, reader: HeldReader },
    /// The rows of one dataset among those of many, which were divided already.
    Partition(Partition),
}

impl Rows {
    /// No rows and no columns, for writes that only resize row groups or change metadata.
    pub(crate) fn none() -> Self {
        Self(RowsKind::Batches(Vec::new()))
    }

    /// Rows that were read once already, as given.
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

    /// The schema; `None` for an empty list of batches.
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
/// The type parameter only distinguishes these forms; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written",
    note = "a write takes a `RecordBatch`, a `Vec<RecordBatch>`, or a `RecordBatchReader` that is `Send`"
)]
pub trait IntoRows<Kind>: sealed::Writable<Kind> {
    /// Wraps the rows.
    fn into_rows(self) -> Rows;
}

/// Marks the form [`RecordBatch`] of [`IntoRows`].
#[derive(Debug)]
pub enum OneBatch {}
/// Marks the form `Vec<RecordBatch>` of [`IntoRows`].
#[derive(Debug)]
pub enum ManyBatches {}
/// Marks the form [`RecordBatchReader`] of [`IntoRows`].
#[derive(Debug)]
pub enum Reader {}
/// Marks the form [`Rows`] of [`IntoRows`].
#[derive(Debug)]
pub enum Ready {}

mod sealed {
    /// Seals [`IntoRows`](super::IntoRows): programs cannot implement it.
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
