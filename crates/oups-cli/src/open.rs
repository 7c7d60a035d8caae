//! Stores and datasets by the texts of the command line.

use std::path::Path;

use oups::words::nearest;
use oups::{AnyKey, Dataset, Error, Store};

use crate::hint::{self, did_you_mean};

/// How many keys are suggested for one that is not there.
const SUGGESTIONS: usize = 3;

pub(crate) fn store(path: &Path) -> anyhow::Result<Store<AnyKey>> {
    Ok(Store::<AnyKey>::open(path)?)
}

/// The key and the handle of a dataset that exists.
pub(crate) fn dataset(store: &Store<AnyKey>, text: &str) -> anyhow::Result<(AnyKey, Dataset)> {
    let (key, dataset) = dataset_to_write(store, text)?;
    if dataset.exists()? {
        return Ok((key, dataset));
    }
    // It may also be that only its manifest is gone.
    match dataset.version() {
        Ok(_) => Ok((key, dataset)),
        Err(absent @ Error::NoDataset { .. }) => Err(not_that_key(store, text, absent)),
        Err(error) => Err(error.into()),
    }
}

/// The key and the handle of a dataset that may not exist yet.
pub(crate) fn dataset_to_write(store: &Store<AnyKey>, text: &str) -> anyhow::Result<(AnyKey, Dataset)> {
    let key = store.parse_key(text).map_err(|error| not_that_key(store, text, error))?;
    let dataset = store.dataset(&key)?;
    Ok((key, dataset))
}

/// The error, with the existing keys that may have been meant.
pub(crate) fn not_that_key(store: &Store<AnyKey>, text: &str, error: Error) -> anyhow::Error {
    let hint = did_you_mean(&similar_keys(store, text))
        .unwrap_or_else(|| format!("`oups ls {}` lists the keys", store.root().display()));
    hint::with(error, hint)
}

/// The existing keys most like the text, best first. They only help a message, so that there are none is no error.
pub(crate) fn similar_keys(store: &Store<AnyKey>, text: &str) -> Vec<String> {
    let keys = store.keys().unwrap_or_default();
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    nearest(text, keys.iter().map(String::as_str), SUGGESTIONS).into_iter().map(str::to_owned).collect()
}
