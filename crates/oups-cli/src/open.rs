//! Stores and datasets by the texts of the command line.

use std::path::Path;

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
    most_similar(text, keys.iter().map(ToString::to_string))
}

/// The names most like the text, best first.
pub(crate) fn most_similar(text: &str, keys: impl Iterator<Item = String>) -> Vec<String> {
    let text = text.to_lowercase();
    let allowed = text.chars().count() / 3 + 1;
    let mut near: Vec<(usize, String)> = keys
        .map(|key| (strsim::osa_distance(&text, &key.to_lowercase()), key))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    near.sort();
    near.truncate(SUGGESTIONS);
    near.into_iter().map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::most_similar;

    #[test]
    fn the_nearest_keys_come_first_and_far_ones_not_at_all() {
        let keys = ["temperature-berlin/1D", "temperature-bern/1D", "wind-oslo/1h"].map(str::to_owned);
        let similar = most_similar("temperature-berln/1D", keys.into_iter());
        assert_eq!(similar, ["temperature-berlin/1D", "temperature-bern/1D"]);
    }
}
