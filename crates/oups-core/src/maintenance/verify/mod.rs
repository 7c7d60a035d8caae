//! Verifies every byte of datasets, and reports findings. Nothing is changed.
//!
//! It reads a snapshot like any reader, so it may run beside writers. Files that only a writer at work would explain
//! are judged under the writers' lock. The lock is taken only if there are such files, and only for the time of a
//! listing.

mod file;
mod finding;
pub(crate) mod folder;
pub(crate) mod ordered_scan;
mod store;

/// A task that verifies datasets: see [`Store::verify`].
#[derive(Debug)]
pub struct Verification<K> {
    store: Store<K>,
    filter: KeyFilter,
}

/// A task that verifies one dataset: see [`Dataset::verify`].
#[derive(Debug)]
pub struct DatasetVerification(Dataset);

/// The report of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// The number of datasets that were verified.
    pub datasets: usize,
    /// The length of their row group files in bytes.
    pub bytes: u64,
    /// The findings; empty if all is well.
    pub findings: Vec<Finding>,
}

impl<K: StoreKey> Task<Verification<K>> {
    /// Verifies every byte.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if a folder cannot be listed or a pin cannot be made, [`Error::Stopped`] if the task was stopped.
    /// Damage of the store is not an error but a finding.
    pub fn run(self) -> Result<VerifyReport> {
        let Verification { store, filter } = self.of;
        let found = store.discover(filter)?;
        let keys = found.keys.iter().chain(&found.remains);
        let datasets = keys.map(|key| store.dataset(key)).collect::<Result<Vec<_>>>()?;
        verify(&datasets, self::outside(&store.inner, &found.strangers)?, &self.listener)
    }
}

impl Task<DatasetVerification> {
    /// Verifies every byte.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if a folder cannot be listed or a pin cannot be made, [`Error::Stopped`] if the task was stopped.
    /// Damage of the dataset is not an error but a finding.
    pub fn run(self) -> Result<VerifyReport> {
        verify(&[self.of.0], Vec::new(), &self.listener)
    }
}

/// Verifies datasets one after another. Findings outside of them come from the caller.
fn verify(datasets: &[Dataset], outside: Vec<Finding>, listener: &Listener) -> Result<VerifyReport> {
    let mut report = VerifyReport { datasets: datasets.len(), bytes: 0, findings: outside };
    // Only a listener needs the total. A manifest that cannot be read does not count; it becomes a finding below.
    let bytes_of = |dataset: &Dataset| dataset.loaded().map_or(0, |manifest| manifest.bytes());
    let total = listener.is_there().then(|| datasets.iter().map(bytes_of).fold(0, u64::saturating_add));
    for dataset in datasets {
        let watch = Watch::new(listener, dataset.path_text());
        let findings = self::dataset(dataset, &mut |more| {
            report.bytes += more;
            watch.tell(Phase::Verifying, report.bytes, total)
        });
        report.findings.extend(findings?);
        watch.tell(Phase::Verifying, report.bytes, total)?;
    }
    report.findings.sort();
    Ok(report)
}

impl<K: StoreKey> Store<K> {
    /// Begins to verify every byte of the datasets that pass a filter, and the files beside them. Nothing is changed,
    /// and writers and readers are not disturbed.
    pub fn verify(&self, filter: impl Into<KeyFilter>) -> Task<Verification<K>> {
        Task::new(Verification { store: self.clone(), filter: filter.into() })
    }
}

impl Dataset {
    /// Begins to verify every byte of the dataset; see [`Store::verify`](crate::store::Store::verify).
    pub fn verify(&self) -> Task<DatasetVerification> {
        Task::new(DatasetVerification(self.clone()))
    }
}

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::format::manifest::Manifest;
use crate::parallel::try_map;
use crate::snapshot::Snapshot;
use crate::store::dataset::Dataset;
use crate::{Error, Result};

pub use finding::{Finding, FindingKind};

use super::task::Task;
use crate::key::{KeyFilter, StoreKey};
use crate::store::Store;
use crate::write::progress::{Listener, Phase, Watch};
pub(crate) use ordered_scan::OrderedScan;
pub(crate) use store::outside;

/// How many row groups are verified before progress is reported.
const AT_ONCE: usize = 32;

/// Gets the number of bytes that were verified since the last call.
pub(crate) type Looked<'a> = dyn FnMut(u64) -> Result<()> + 'a;

/// The findings for one dataset, sorted by row group, then by file.
///
/// # Errors
///
/// If a folder cannot be listed or a pin cannot be made. Damage of the dataset is not an error but a finding.
pub(crate) fn dataset(dataset: &Dataset, looked: &mut Looked<'_>) -> Result<Vec<Finding>> {
    let mut findings = match Snapshot::open_newest(&dataset.store.storage, &dataset.paths) {
        Ok(Some(snapshot)) => of_snapshot(dataset, &snapshot, looked)?,
        Ok(None) => folder::without_manifest(dataset)?,
        Err(error) => vec![of_manifest(dataset, error)?],
    };
    findings.sort();
    findings.dedup();
    Ok(findings)
}

fn of_snapshot(dataset: &Dataset, snapshot: &Snapshot, looked: &mut Looked<'_>) -> Result<Vec<Finding>> {
    let manifest = snapshot.manifest();
    let mut checked: Vec<file::Checked> = Vec::with_capacity(manifest.entries.len());
    for some in manifest.entries.chunks(AT_ONCE) {
        let first = checked.len();
        checked.extend(try_map((first..first + some.len()).collect(), |at| file::check(snapshot, at))?);
        looked(some.iter().map(|entry| entry.bytes).sum())?;
    }
    let mut findings = overlaps(dataset, manifest, &checked);
    findings.extend(checked.into_iter().flat_map(|checked| checked.findings));
    findings.extend(folder::beside_manifest(dataset, manifest)?);
    Ok(findings)
}

/// The finding for a manifest that cannot be decoded. If the operating system cannot read it, that is an error.
fn of_manifest(dataset: &Dataset, error: Error) -> Result<Finding> {
    let kind = match &error {
        Error::Damaged { .. } | Error::KeyFolded { .. } | Error::UnsupportedType { .. } => FindingKind::Manifest,
        Error::Schema { .. } | Error::UnknownColumn { .. } => FindingKind::Manifest,
        Error::NewerFormat { .. } => FindingKind::NewerFormat,
        _ => return Err(error),
    };
    let detail = match error {
        Error::Damaged { detail, .. } => detail,
        other => other.to_string(),
    };
    Ok(Finding::of(dataset, dataset.paths.manifest(), kind, detail))
}

/// Findings for row groups whose rows reach into the next row group. The spans are those of the rows, not the
/// manifest's.
fn overlaps(dataset: &Dataset, manifest: &Manifest, checked: &[file::Checked]) -> Vec<Finding> {
    let pairs = checked.iter().zip(checked.iter().skip(1)).zip(&manifest.entries).enumerate();
    let overlap = |(at, ((left, right), entry)): (
        usize,
        ((&file::Checked, &file::Checked), &crate::format::manifest::RowGroup),
    )| {
        let ((_, max), (min, _)) = (left.span.as_ref()?, right.span.as_ref()?);
        let text = |value| manifest.ordered.format(value);
        let detail = format!("its rows reach to {}, the next row group begins at {}", text(max), text(min));
        let path: PathBuf = dataset.paths.file(&entry.file);
        (max > min).then(|| Finding::of(dataset, path, FindingKind::Overlap, detail).in_row_group(at))
    };
    pairs.filter_map(overlap).collect()
}
