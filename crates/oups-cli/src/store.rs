//! Opens stores and datasets that the command line names.

use std::collections::BTreeMap;
use std::path::Path;

use oups::key::nearest;
use oups::{AnyKey, Dataset, Error, KeyError, Store};

use crate::explain::hint::{self, did_you_mean};
use crate::explain::inside;

/// The most keys that are suggested in place of one that does not exist.
const SUGGESTIONS: usize = 3;

/// The store in a folder.
///
/// # Errors
///
/// If it cannot be opened, with what may have been meant.
pub fn store(path: &Path) -> anyhow::Result<Store<AnyKey>> {
    Store::<AnyKey>::open(path).map_err(|error| match inside::hint(path) {
        Some(hint) if matches!(error, Error::NoStore { .. }) => hint::with(error, hint),
        None if path.is_file() => hint::with(
            format!("{} is a file, not a store", path.display()),
            "the first argument is the folder of a store".to_owned(),
        ),
        _ => error.into(),
    })
}

/// The key and the handle of a dataset that exists.
pub(crate) fn dataset(store: &Store<AnyKey>, text: &str) -> anyhow::Result<(AnyKey, Dataset)> {
    let (key, dataset) = dataset_to_write(store, text)?;
    if dataset.exists()? {
        return Ok((key, dataset));
    }
    // `exists` looks at the manifest alone; if only that is lost, `version` says so.
    match dataset.version() {
        Ok(_) => Ok((key, dataset)),
        Err(absent @ Error::NoDataset { .. }) => Err(not_that_key(store, text, absent)),
        Err(error) => Err(error.into()),
    }
}

/// The keys of datasets that exist.
pub(crate) fn keys(store: &Store<AnyKey>, texts: &[String]) -> anyhow::Result<Vec<AnyKey>> {
    texts.iter().map(|text| Ok(dataset(store, text)?.0)).collect()
}

/// The key and the handle of a dataset that may not exist yet.
pub(crate) fn dataset_to_write(store: &Store<AnyKey>, text: &str) -> anyhow::Result<(AnyKey, Dataset)> {
    let key = AnyKey::parse_plain(store.schema(), text).map_err(|error| not_a_key(store, text, error))?;
    let dataset = store.dataset(&key)?;
    Ok((key, dataset))
}

/// The error of a text that is not a key, with existing keys that may have been meant, or with advice how to write the
/// separator within a field.
fn not_a_key(store: &Store<AnyKey>, text: &str, error: KeyError) -> anyhow::Error {
    let similar = similar_keys(store, text);
    let separator = store.schema().separator().as_char();
    match &error {
        KeyError::Fields { expected, found, .. } if found > expected && similar.is_empty() => {
            let escape = format!("%{:02X}", u32::from(separator));
            let hint = format!(
                "`{separator}` divides the fields: within a field it is written {escape}, as in a{escape}b; a new store can \
                 have another separator (`oups init --separator`)"
            );
            hint::with(error, hint)
        }
        _ => not_that_key(store, text, error.into()),
    }
}

/// The error, with existing keys that may have been meant.
pub(crate) fn not_that_key(store: &Store<AnyKey>, text: &str, error: Error) -> anyhow::Error {
    let hint = did_you_mean(&similar_keys(store, text))
        .unwrap_or_else(|| format!("`oups ls {}` lists the keys", store.root().display()));
    hint::with(error, hint)
}

/// The existing keys most similar to the text, best first. They only improve a message, so that a store that cannot be
/// listed has no suggestions.
pub fn similar_keys(store: &Store<AnyKey>, text: &str) -> Vec<String> {
    let keys = store.keys(..).unwrap_or_default();
    // Keys are compared in the form that was typed, encoded or plain.
    let is_encoded = text.contains('%');
    let typed = |key: &AnyKey| if is_encoded { key.to_string() } else { key.to_plain() };
    let keys: BTreeMap<String, String> = keys.iter().map(|key| (typed(key), key.to_string())).collect();
    let near = nearest(text, keys.keys(), SUGGESTIONS);
    near.into_iter().filter_map(|typed| keys.get(typed).cloned()).collect()
}
