//! The writes of an ingest: one for each dataset.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;

use super::names::Name;
use super::{IngestReport, Order};
use crate::input::rows::{Rows, RowsKind};
use crate::input::{Fault, Partition, Partitions};
use crate::key::StoreKey;
use crate::sizing::RowGroupTarget;
use crate::storage::commit_options::CommitOptions;
use crate::write::change::Change;
use crate::write::insert::Insert;
use crate::write::insert_options::InsertOptions;
use crate::write::progress::Listener;
use crate::write::report::CommitReport;
use crate::{Error, Result};

/// How many datasets are written at once. Writes of small ones mostly wait for the disk; those of large ones each hold
/// a row group in memory.
const AT_ONCE: usize = 4;

/// The rows of an ingest, which are read, and how to write them.
pub(super) struct Job<'a, K> {
    pub(super) order: &'a Order<K>,
    pub(super) target: Option<RowGroupTarget>,
    pub(super) partitions: &'a Arc<Partitions>,
    pub(super) terms: CommitOptions,
    pub(super) listener: &'a Listener,
}

/// Writes every dataset that can be written. Returns the reports of all datasets, in key order.
///
/// The threads are not rayon's. A thread of rayon that waits for its columns would meanwhile begin another dataset, and
/// wait for that one's lock while it holds the first one's. So two ingests could wait for each other for ever.
pub(super) fn write<K: StoreKey>(
    job: &Job<'_, K>,
    names: Vec<Name<K>>,
    mut each: impl FnMut(&IngestReport<K>) + Send,
) -> Vec<IngestReport<K>> {
    let datasets = names.len();
    let (refused, waiting) = sort_out(job.partitions, names);
    refused.iter().for_each(&mut each);
    let stopped = refused.first().filter(|_| job.order.stop_on_error).map(|refused| refused.dataset.clone());
    let threads = waiting.len().min(AT_ONCE);
    let work = Work {
        job,
        datasets,
        waiting: Mutex::new(waiting.into_iter()),
        stopped: Mutex::new(stopped),
        done: Mutex::new((refused, each)),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work.run());
        }
    });
    let (mut done, _) = work.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by(|a, b| (a.key.is_none(), &a.key, &a.dataset).cmp(&(b.key.is_none(), &b.key, &b.dataset)));
    done
}

/// A dataset whose rows have no fault that can be found without looking at the dataset.
struct Pending<K> {
    key: K,
    text: String,
    /// The index of its partition.
    number: usize,
    rows: u64,
}

/// Divides the datasets into those that reading the rows has shown to be faulty, and those to write.
fn sort_out<K>(partitions: &Partitions, names: Vec<Name<K>>) -> (Vec<IngestReport<K>>, Vec<Pending<K>>) {
    let (mut refused, mut waiting, datasets) = (Vec::new(), Vec::new(), names.len());
    for (number, Name { text, key, error }) in names.into_iter().enumerate() {
        let rows = partitions.rows(number);
        let error = error.or_else(|| fault_error(partitions, number, &text));
        match (key, error) {
            (Some(key), None) => waiting.push(Pending { key, text, number, rows }),
            (key, Some(error)) => refused.push(IngestReport { key, dataset: text, rows, datasets, result: Err(error) }),
            // Cannot be: a name has a key or an error.
            (None, None) => {}
        }
    }
    (refused, waiting)
}

fn fault_error(partitions: &Partitions, number: usize, dataset: &str) -> Option<Error> {
    let (dataset, column) = (dataset.to_owned(), partitions.ordered_on().to_owned());
    match partitions.fault(number)?.clone() {
        Fault::Refused => None,
        Fault::Unsorted { row, previous, value } => Some(Error::Unsorted { dataset, column, row, previous, value }),
        Fault::Unorderable { row, value } => Some(Error::Unorderable { dataset, column, row, value }),
    }
}

/// The work that the threads share. Each thread writes one dataset at a time, so it never waits for a lock while it
/// holds another.
struct Work<'a, K, F> {
    job: &'a Job<'a, K>,
    waiting: Mutex<IntoIter<Pending<K>>>,
    /// The dataset whose error stopped the ingest.
    stopped: Mutex<Option<String>>,
    datasets: usize,
    done: Mutex<(Vec<IngestReport<K>>, F)>,
}

impl<K: StoreKey, F: FnMut(&IngestReport<K>)> Work<'_, K, F> {
    /// Writes datasets until none is left. Once the ingest is stopped, the remaining ones only get a report.
    fn run(&self) {
        loop {
            let Some(pending) = held(&self.waiting).next() else { return };
            let by = held(&self.stopped).clone();
            let result = match by {
                Some(by) => Err(Error::Stopped { dataset: pending.text.clone(), by: Some(by) }),
                None if self.job.listener.has_stopped() => {
                    Err(Error::Stopped { dataset: pending.text.clone(), by: None })
                }
                None => self.write(&pending),
            };
            if result.is_err() && self.job.order.stop_on_error {
                held(&self.stopped).get_or_insert_with(|| pending.text.clone());
            }
            let Pending { key, text, rows, .. } = pending;
            let done = IngestReport { key: Some(key), dataset: text, rows, datasets: self.datasets, result };
            let (all, each) = &mut *held(&self.done);
            each(&done);
            all.push(done);
        }
    }

    fn write(&self, pending: &Pending<K>) -> Result<CommitReport> {
        let dataset = self.job.order.store.dataset(&pending.key)?;
        let partition = Partition::new(self.job.partitions, pending.number);
        let rows = Rows(RowsKind::Partition(partition.clone()));
        let of = Insert::with_options(dataset, rows, self.options());
        let written = Change { of, options: self.job.terms, listener: self.job.listener.clone() }.commit();
        written.map_err(|error| at_input_rows(error, &partition))
    }

    /// The options of one dataset's write.
    fn options(&self) -> InsertOptions {
        let given = &self.job.order.options;
        InsertOptions {
            ordered_on: given.ordered_on.clone(),
            row_group_target: self.job.target.map(Ok),
            max_off_target: given.max_off_target,
            duplicates_on: given.duplicates_on.clone(),
            keep: given.keep.clone(),
            metadata: given.metadata.clone(),
            evolve_schema: given.evolve_schema,
            taken_as_keys: Some(self.job.order.store.schema().clone()),
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The error with rows counted over the whole input. Of the errors that name a row, only those of duplicates are found
/// as late as in a write.
fn at_input_rows(error: Error, partition: &Partition) -> Error {
    match error {
        Error::Duplicate { dataset, column, value, row, of } => {
            let (row, of) = (partition.input_row(row), of.map(|of| partition.input_row(of)));
            Error::Duplicate { dataset, column, value, row, of }
        }
        other => other,
    }
}
