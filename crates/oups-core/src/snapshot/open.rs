//! Opens snapshots: load, pin, look again.

use std::sync::Arc;

use super::Snapshot;
use crate::Result;
use crate::paths::DatasetPaths;
use crate::storage::local::LocalStorage;
use crate::storage::moment::{Moment, Pinned, Search, Together};

impl Snapshot {
    /// A snapshot of one dataset; `None` if it does not exist.
    pub(crate) fn open_newest(storage: &Arc<LocalStorage>, paths: &DatasetPaths) -> Result<Option<Self>> {
        let mut search = Search::begin(Together::default());
        let (mut found, _) = at_one_moment(storage, std::slice::from_ref(paths), &mut search)?;
        Ok(found.pop().flatten())
    }
}

/// Snapshots of these datasets under one pin (`None` for those that do not exist), and whether they are of one moment.
///
/// # Errors
///
/// [`Error::Busy`](crate::Error::Busy) if one moment is demanded and not found; an error of reading a manifest or of
/// making a pin.
pub(crate) fn at_one_moment(
    storage: &Arc<LocalStorage>,
    datasets: &[DatasetPaths],
    search: &mut Search,
) -> Result<(Vec<Option<Snapshot>>, Moment)> {
    let Pinned { loaded, pin, moment } = storage.pin(datasets, search)?;
    let pin = pin.map(Arc::new);
    let snapshot = |(paths, loaded): (&DatasetPaths, Option<crate::storage::loaded::Loaded>)| {
        loaded.map(|loaded| Snapshot::of(storage, paths, loaded.manifest, pin.clone())).transpose()
    };
    let snapshots = datasets.iter().zip(loaded).map(snapshot).collect::<Result<_>>()?;
    Ok((snapshots, moment))
}
