//! Goes through the datasets of a store and their manifests.

use oups::{AnyKey, Error, Snapshot, Store, Together};

/// The most datasets that are read under one pin.
const AT_ONCE: usize = 256;

/// Calls `call` for each dataset. Datasets that were removed after the keys were listed are left out.
pub(super) fn each_dataset(
    store: &Store<AnyKey>,
    keys: &[AnyKey],
    mut call: impl FnMut(&AnyKey, &Snapshot) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for keys in keys.chunks(AT_ONCE) {
        for (key, snapshot) in keys.iter().zip(snapshots(store, keys)?) {
            if let Some(snapshot) = snapshot {
                call(key, &snapshot)?;
            }
        }
    }
    Ok(())
}

fn snapshots(store: &Store<AnyKey>, keys: &[AnyKey]) -> Result<Vec<Option<Snapshot>>, Error> {
    // Each dataset is shown by itself, so that they need not be of one moment.
    match store.snapshots_with(keys, Together::Independently) {
        Ok(snapshots) => Ok(snapshots.into_iter().map(Some).collect()),
        Err(Error::NoDataset { .. }) => keys.iter().map(|key| store.dataset(key)?.snapshot_if_there()).collect(),
        Err(error) => Err(error),
    }
}
