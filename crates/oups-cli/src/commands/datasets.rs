//! The datasets of a store in turn, by what their manifests tell.

use oups::{AnyKey, Error, Snapshot, Store, Together};

/// Datasets that are looked at under one pin.
const AT_ONCE: usize = 256;

/// Calls for each dataset in turn; one that was removed since it was listed is left out.
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
    // Each is told for itself.
    match store.snapshots_with(keys, Together::Independently) {
        Ok(snapshots) => Ok(snapshots.into_iter().map(Some).collect()),
        Err(Error::NoDataset { .. }) => keys.iter().map(|key| store.dataset(key)?.snapshot_if_there()).collect(),
        Err(error) => Err(error),
    }
}
