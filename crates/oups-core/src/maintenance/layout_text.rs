//! The layout of a store as text: keys, row groups, rows and spans, and nothing that differs from run to run.

use std::fmt::Write as _;

use crate::Result;
use crate::format::manifest::{Manifest, RowGroup};
use crate::key::{KeyFilter, KeySchema, StoreKey};
use crate::snapshot::Snapshot;
use crate::storage::moment::Together;
use crate::store::Store;

/// The text of a store:
///
/// ```text
/// store of city:str/frequency:str
///
/// berlin/1D: 5 rows in 2 row groups, ordered on time
///   3 rows  2024-01-01T00:00:00Z ..= 2024-01-03T00:00:00Z
///   2 rows  2024-01-04T00:00:00Z ..= 2024-01-05T00:00:00Z
/// ```
pub(crate) fn of_store<'a>(schema: &KeySchema, datasets: impl Iterator<Item = &'a Manifest>) -> String {
    let mut picture = format!("store of {schema}\n");
    for manifest in datasets {
        picture.push('\n');
        of_dataset(&mut picture, manifest);
    }
    picture
}

/// Adds the text of one dataset.
fn of_dataset(picture: &mut String, manifest: &Manifest) {
    let rows = counted(manifest.rows(), "row");
    let groups = counted(manifest.entries.len() as u64, "row group");
    let _ = writeln!(picture, "{}: {rows} in {groups}, ordered on {}", manifest.dataset, manifest.ordered_on);
    let width = manifest.entries.iter().map(|entry| counted(entry.rows, "row").len()).max().unwrap_or(0);
    for RowGroup { rows, min, max, .. } in &manifest.entries {
        let (min, max) = (manifest.ordered.format(min), manifest.ordered.format(max));
        let _ = writeln!(picture, "  {:>width$}  {min} ..= {max}", counted(*rows, "row"));
    }
}

fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

impl<K: StoreKey> Store<K> {
    /// The layout of the store as text: keys, row groups, rows, spans. It has no sizes, ids or times, so the same
    /// writes give the same text. It is meant for `insta::assert_snapshot!`.
    ///
    /// # Errors
    ///
    /// If a folder cannot be listed, or a manifest cannot be read.
    pub fn layout(&self) -> Result<String> {
        let (_, snapshots) = self.snapshots_where(KeyFilter::all(), Together::default())?;
        Ok(self::of_store(&self.inner.schema, snapshots.iter().map(Snapshot::manifest)))
    }
}
