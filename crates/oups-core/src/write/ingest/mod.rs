//! Ingests one stream of rows into any number of datasets.
//!
//! The rows are read once. [`columns`] finds the columns that hold the fields of the keys, [`names`] makes keys of
//! their distinct values, and the [`Partitioner`] divides the remaining columns by key. Then [`datasets`] writes each
//! dataset in a write of its own.

pub(crate) mod columns;
mod datasets;
mod names;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::change::sealed::Sealed;
use super::change::{BringsRows, Change, Resizes, SetsMetadata, TakesDurability};
use super::insert_options::InsertOptions;
use super::progress::{Listener, Phase};
use super::report::CommitReport;
use crate::input::rows::{IntoRows, Rows, RowsKind};
use crate::input::{DEFAULT_MEMORY_LIMIT, Partitioner, Partitions};
use crate::key::StoreKey;
use crate::schema::{DatasetSchema, Fit, fit};
use crate::store::Store;
use crate::store::dataset::Dataset;
use crate::{Error, Result};
use columns::Columns;
use datasets::Job;
use names::{Name, Names};

/// The name of the whole input in errors that are not about one dataset.
const ALL: &str = "(all of the ingest)";

fn arrow_error(source: ArrowError) -> Error {
    Error::Arrow { dataset: ALL.to_owned(), source }
}

/// Rows for any number of datasets: see [`Store::ingest`].
pub struct Ingest<K> {
    rows: Rows,
    order: Order<K>,
    each: Option<Mutex<Box<Each<K>>>>,
}

type Each<K> = dyn FnMut(&IngestReport<K>) + Send;

/// The store and the options of an ingest.
struct Order<K> {
    store: Store<K>,
    options: InsertOptions,
    stop_on_error: bool,
    memory_limit: usize,
}

impl<K> fmt::Debug for Ingest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest").field("rows", &self.rows).field("options", &self.order.options).finish_non_exhaustive()
    }
}

impl<K> Sealed for Ingest<K> {}
impl<K> TakesDurability for Ingest<K> {}
impl<K> SetsMetadata for Ingest<K> {
    fn insert_options(&mut self) -> &mut InsertOptions {
        &mut self.order.options
    }
}
impl<K> Resizes for Ingest<K> {}
impl<K> BringsRows for Ingest<K> {}

/// What an ingest did to one dataset.
#[derive(Debug)]
#[non_exhaustive]
pub struct IngestReport<K> {
    /// The key; `None` if the values of the key columns are not a key. [`result`](Self::result) then says why.
    pub key: Option<K>,
    /// The path text of the key; without a key, the values of the key columns.
    pub dataset: String,
    /// How many rows of the input belong to the dataset, written or not.
    pub rows: u64,
    /// How many datasets the whole input has rows for.
    pub datasets: usize,
    /// What the dataset's write did, or why it failed.
    pub result: Result<CommitReport>,
}

impl<K: StoreKey> Change<Ingest<K>> {
    /// Whether an error of one dataset stops the ingest. By default, the others are written all the same.
    ///
    /// An error that is found while the rows are read stops the ingest before anything is written. After a later one,
    /// datasets that are already written stay so, and the others get [`Error::Stopped`].
    pub fn stop_on_error(mut self, stop: bool) -> Self {
        self.of.order.stop_on_error = stop;
        self
    }

    /// How many bytes of rows are held in memory before they go to an unnamed temporary file; 64 MiB by default.
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.of.order.memory_limit = bytes;
        self
    }

    /// Calls `told` with the report of each dataset as soon as it is done, from any thread.
    pub fn each(mut self, told: impl FnMut(&IngestReport<K>) + Send + 'static) -> Self {
        self.of.each = Some(Mutex::new(Box::new(told)));
        self
    }

    /// Reads all rows, then writes the datasets, a few at once. Each dataset is written as a whole or not at all, and
    /// its failure does not affect the others. Returns the reports of all datasets that have rows, in key order; those
    /// without a key come last.
    ///
    /// The rows of each key must be sorted by the ordered column. Rows of different keys may be mixed. Errors count
    /// rows over the whole input.
    ///
    /// # Errors
    ///
    /// Errors of the whole input come before anything is touched: [`Error::KeyColumn`] if a key column is missing, its
    /// type cannot hold values of the field, or it has a null; [`Error::NoOrderedColumn`], [`Error::UnknownColumn`],
    /// [`Error::UnsupportedType`], [`Error::Schema`], [`Error::InvalidOption`]; [`Error::Input`] if the reader fails,
    /// [`Error::Io`] if the temporary file fails.
    ///
    /// Errors of one dataset are in its [`IngestReport::result`]: [`Error::Key`] for values that are not a key, and the
    /// errors of the commit of [`Dataset::write`].
    ///
    /// After a `Break` of [`progress`](Change::progress) no further dataset is committed. While the rows are read, the
    /// ingest fails with [`Error::Stopped`]. Later, each dataset that is not yet written has that error.
    pub fn commit(self) -> Result<Vec<IngestReport<K>>> {
        let Self { of: Ingest { rows, mut order, each }, options: terms, listener } = self;
        let target = order.options.row_group_target.take().transpose()?;
        let Some(schema) = rows.schema() else { return Ok(Vec::new()) };
        let read = match rows.0 {
            RowsKind::Batches(batches) => order.read(schema, batches.into_iter().map(Ok), &listener)?,
            RowsKind::Reader(reader) | RowsKind::Again { reader, .. } => {
                order.read(schema, reader.into_inner().unwrap_or_else(PoisonError::into_inner), &listener)?
            }
            RowsKind::Partition(_) => None,
        };
        let Some((partitions, names)) = read else { return Ok(Vec::new()) };
        let mut each: Box<Each<K>> = match each {
            Some(each) => each.into_inner().unwrap_or_else(PoisonError::into_inner),
            None => Box::new(|_| ()),
        };
        let job = Job { order: &order, target, partitions: &Arc::new(partitions), terms, listener: &listener };
        Ok(datasets::write(&job, names, &mut *each))
    }
}

impl<K: StoreKey> Order<K> {
    /// Reads the rows to their end; `None` if the input has no rows.
    fn read(
        &self,
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
        listener: &Listener,
    ) -> Result<Option<(Partitions, Vec<Name<K>>)>> {
        let columns = Columns::find(self.store.schema(), schema)?;
        let mut names = Names::<K>::new(self.store.schema(), columns.key_types())?;
        let mut taking: Option<(Fit, Partitioner)> = None;
        let (mut rows, mut known) = (0, 0);
        for batch in batches {
            let batch = batch.map_err(|source| Error::Input { dataset: ALL.to_owned(), rows, source })?;
            if batch.num_rows() == 0 {
                continue;
            }
            let (keys, stored) = columns.split(&batch, rows)?;
            let numbers = names.numbers(&keys)?;
            let (fit, partitioner) = match &mut taking {
                Some(taking) => taking,
                none => none.insert(self.begin(&columns, names.names())?),
            };
            for name in names.names().iter().skip(known) {
                partitioner.add_partition(name.error.is_some());
            }
            known = names.names().len();
            fit.check(&stored, rows)?;
            partitioner.push(fit.apply(&stored)?, numbers)?;
            rows = partitioner.rows();
            if listener.tell(Phase::Reading, None, rows, None).is_break() {
                return Err(Error::Stopped { dataset: ALL.to_owned(), by: None });
            }
        }
        match taking {
            Some((_, partitioner)) => Ok(Some((partitioner.finish()?, names.into_names()))),
            None => Ok(None),
        }
    }

    /// Checks the columns that are stored, once the first keys are known.
    fn begin(&self, columns: &Columns, names: &[Name<K>]) -> Result<(Fit, Partitioner)> {
        let stored = columns.stored_schema();
        let ordered_on = match &self.options.ordered_on {
            Some(column) => column.clone(),
            None => self.ordered_on_of(names)?,
        };
        if self.store.schema().field_index(&ordered_on).is_ok() {
            let expected = "a column that is stored: those with the fields of the keys are not".to_owned();
            return Err(Error::InvalidOption { option: "ordered_on", expected, found: format!("`{ordered_on}`") });
        }
        let schema = Arc::new(DatasetSchema::new(ALL, stored.clone(), &ordered_on)?);
        Ok((fit(&schema, stored)?, Partitioner::new(&schema, self.memory_limit)))
    }

    /// The ordered column of the dataset of the first rows.
    fn ordered_on_of(&self, names: &[Name<K>]) -> Result<String> {
        let first = names.iter().find_map(|name| Some((name, self.dataset(name)?)));
        let Some((name, dataset)) = first else { return Err(Error::NoOrderedColumn { dataset: ALL.to_owned() }) };
        match dataset.snapshot_if_there()? {
            Some(found) => Ok(found.ordered_on().to_owned()),
            None => Err(dataset.lost_or(Error::NoOrderedColumn { dataset: name.text.clone() })),
        }
    }

    fn dataset(&self, name: &Name<K>) -> Option<Dataset> {
        self.store.dataset(name.key.as_ref()?).ok()
    }
}

impl<K: StoreKey> Store<K> {
    /// Begins an ingest of rows for any number of datasets. The rows are given in the forms that a write takes.
    ///
    /// The columns that are named as the fields of the keys say which dataset a row is for. They are not stored. If
    /// several levels have a field of the same name, the column is named with the levels, as in `sampling.name`. Each
    /// dataset gets its rows in a [write](Dataset::write) of its own with the options given here. Other options come
    /// from its settings.
    pub fn ingest<Kind>(&self, rows: impl IntoRows<Kind>) -> Change<Ingest<K>> {
        let (options, memory_limit) = (InsertOptions::default(), DEFAULT_MEMORY_LIMIT);
        let order = Order { store: self.clone(), options, stop_on_error: false, memory_limit };
        Change::new(Ingest { rows: rows.into_rows(), order, each: None })
    }
}
