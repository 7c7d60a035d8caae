//! Verifies what does not belong to a dataset: `oups.json`, the pins, and strangers.

use super::{Finding, FindingKind};
use crate::format::store_file;
use crate::storage::discover::Stranger;
use crate::storage::lock::{SeenPin, pin_files};
use crate::store::StoreInner;
use crate::{Error, Result, paths};

/// Findings that are not about a dataset.
pub(crate) fn outside(store: &StoreInner, strangers: &[Stranger]) -> Result<Vec<Finding>> {
    let stranger = |found: &Stranger| Finding::of_store(&found.path, FindingKind::Stranger, found.reason.as_str());
    let mut findings: Vec<Finding> = strangers.iter().map(stranger).collect();
    findings.extend(store_file(store)?);
    for pin in pin_files(store.storage.fs(), store.storage.root())? {
        match pin {
            SeenPin::Held { .. } => {}
            SeenPin::Stale { path } => {
                findings.push(Finding::of_store(&path, FindingKind::Pin, "the reader that made it is gone"));
            }
            SeenPin::Foreign { path } => {
                findings.push(Finding::of_store(&path, FindingKind::Stranger, "not a pin"));
            }
        }
    }
    findings.sort();
    Ok(findings)
}

fn store_file(store: &StoreInner) -> Result<Option<Finding>> {
    let path = store.storage.root().join(paths::STORE_FILE);
    let wrong = |detail: String| Ok(Some(Finding::of_store(&path, FindingKind::StoreFile, detail)));
    let Some(bytes) = store.storage.fs().read_if_there(&path)? else { return wrong("it is missing".to_owned()) };
    match store_file::decode(&path, bytes) {
        Ok(found) if found.is_compatible(&store.schema) => Ok(None),
        Ok(found) => wrong(format!("expected keys `{}`, found `{found}`", store.schema)),
        Err(Error::Damaged { detail, .. }) => wrong(detail),
        Err(error @ Error::NewerFormat { .. }) => {
            Ok(Some(Finding::of_store(&path, FindingKind::NewerFormat, error.to_string())))
        }
        Err(error) => Err(error),
    }
}
