//! Stores and datasets by the texts of the command line.

use std::fmt;
use std::path::Path;

use oups_core::{AnyKey, Dataset, Error, Store};

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
    let source = Error::NoDataset { dataset: text.to_owned(), store: store.root().to_owned() };
    Err(NoSuchKey { similar: similar_keys(store, text), source }.into())
}

/// The key and the handle of a dataset that may not exist yet.
pub(crate) fn dataset_to_write(store: &Store<AnyKey>, text: &str) -> anyhow::Result<(AnyKey, Dataset)> {
    let key = match store.parse_key(text) {
        Ok(key) => key,
        Err(source) => return Err(NoSuchKey { similar: similar_keys(store, text), source }.into()),
    };
    let dataset = store.dataset(&key)?;
    Ok((key, dataset))
}

/// A key that is none, or that no dataset has, with the existing keys that may have been meant.
#[derive(Debug)]
pub(crate) struct NoSuchKey {
    source: Error,
    pub(crate) similar: Vec<String>,
}

impl fmt::Display for NoSuchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for NoSuchKey {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// The existing keys most like the text, best first. They only help a message, so that there are none is no error.
pub(crate) fn similar_keys(store: &Store<AnyKey>, text: &str) -> Vec<String> {
    let keys = store.keys().unwrap_or_default();
    most_similar(text, keys.iter().map(ToString::to_string))
}

fn most_similar(text: &str, keys: impl Iterator<Item = String>) -> Vec<String> {
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
