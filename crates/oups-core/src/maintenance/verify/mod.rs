//! Looks at every byte of datasets, and tells what is not as it should be. Nothing is changed.
//!
//! It reads a snapshot like any reader, so it may run beside writers. What only a writer at work could explain is judged
//! under the writers' lock, which is taken for as long as a listing takes, and only where there is something to judge.

mod file;
mod finding;
pub(crate) mod folder;
pub(crate) mod ordered_scan;
mod store;

/// How far [`Store::verify_with`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress<'a> {
    /// The path text of the dataset that is looked at.
    pub dataset: &'a str,
    /// How many datasets are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// Row groups of this dataset that are done, and how many it has.
    pub row_groups: (usize, usize),
    /// Bytes of row group files that were looked at, of all datasets.
    pub bytes: u64,
}

impl<K: StoreKey> Store<K> {
    /// Looks at every byte of the datasets that a filter lets through, and at what lies between them. An empty answer
    /// means that all is well. Nothing is changed, and writers and readers are not in the way.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a pin not be made; what is wrong with the store is no error but a finding.
    pub fn verify(&self, filter: impl Into<KeyFilter>) -> Result<Vec<Finding>> {
        self.verify_with(filter, |_| ())
    }

    /// As [`verify`](Self::verify), telling after every few row groups and each dataset how far it is.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_with(
        &self,
        filter: impl Into<KeyFilter>,
        mut progress: impl FnMut(VerifyProgress<'_>),
    ) -> Result<Vec<Finding>> {
        let found = self.discover(filter)?;
        let total = found.keys.len() + found.remains.len();
        let mut findings = self::outside(&self.inner, &found.strangers)?;
        let mut bytes = 0;
        for (done, key) in found.keys.iter().chain(&found.remains).enumerate() {
            let dataset = self.dataset(key)?;
            let (mut of_dataset, mut row_groups) = (0, (0, 0));
            findings.extend(self::dataset(&dataset, &mut |so_far, now| {
                (of_dataset, row_groups) = (now, so_far);
                let bytes = bytes + now;
                progress(VerifyProgress { dataset: dataset.path_text(), done, total, row_groups, bytes });
            })?);
            bytes += of_dataset;
            progress(VerifyProgress { dataset: dataset.path_text(), done: done + 1, total, row_groups, bytes });
        }
        findings.sort();
        Ok(findings)
    }
}

impl Dataset {
    /// Looks at every byte of the dataset; see [`Store::verify`](crate::store::Store::verify).
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a pin not be made; what is wrong with the dataset is no error but a finding.
    pub fn verify(&self) -> Result<Vec<Finding>> {
        self::dataset(self, &mut |_, _| ())
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

use crate::key::{KeyFilter, StoreKey};
use crate::store::Store;
pub(crate) use ordered_scan::OrderedScan;
pub(crate) use store::outside;

/// Row groups that are looked at before the progress is told.
const AT_ONCE: usize = 32;

/// Is told how many row groups of how many are done, and how many bytes.
pub(crate) type Progress<'a> = dyn FnMut((usize, usize), u64) + 'a;

/// Everything that is wrong with one dataset, in order of row groups, then of files.
///
/// # Errors
///
/// If a folder cannot be listed or a pin not be made. What is wrong with the dataset is no error but a finding.
pub(crate) fn dataset(dataset: &Dataset, progress: &mut Progress<'_>) -> Result<Vec<Finding>> {
    let mut findings = match Snapshot::open_newest(&dataset.store.storage, &dataset.paths) {
        Ok(Some(snapshot)) => of_snapshot(dataset, &snapshot, progress)?,
        Ok(None) => folder::without_manifest(dataset)?,
        Err(error) => vec![of_manifest(dataset, error)?],
    };
    findings.sort();
    findings.dedup();
    Ok(findings)
}

fn of_snapshot(dataset: &Dataset, snapshot: &Snapshot, progress: &mut Progress<'_>) -> Result<Vec<Finding>> {
    let manifest = snapshot.manifest();
    let mut checked: Vec<file::Checked> = Vec::with_capacity(manifest.entries.len());
    let mut bytes = 0;
    for some in manifest.entries.chunks(AT_ONCE) {
        let first = checked.len();
        checked.extend(try_map((first..first + some.len()).collect(), |at| file::check(snapshot, at))?);
        bytes += some.iter().map(|entry| entry.bytes).sum::<u64>();
        progress((checked.len(), manifest.entries.len()), bytes);
    }
    let mut findings = overlaps(dataset, manifest, &checked);
    findings.extend(checked.into_iter().flat_map(|checked| checked.findings));
    findings.extend(folder::beside_manifest(dataset, manifest)?);
    Ok(findings)
}

/// A manifest that cannot be read is a finding; that the operating system does not give it is an error.
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

/// Row groups whose rows, whatever the manifest says of them, reach into the next one.
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
