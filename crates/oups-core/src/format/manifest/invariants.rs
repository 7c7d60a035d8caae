//! The rules that every manifest keeps. They are checked before one is written and after one is read.

use hashbrown::HashSet;

use super::{Manifest, RowGroup};
use crate::paths;

/// The first broken rule, as a sentence; `None` if the manifest keeps all.
pub(crate) fn broken(manifest: &Manifest) -> Option<String> {
    numbers_can_be_counted_on(manifest)
        .or_else(|| rows_are_there(manifest))
        .or_else(|| spans_ascend(manifest))
        .or_else(|| names_are_ours_and_fresh(manifest))
        .or_else(|| retired_files_are_past(manifest))
        .or_else(|| durable_is_what_is_synced(manifest))
        .or_else(|| ordered_column_exists(manifest))
}

/// Commit numbers fit into names, with room for the next ones, and sums of rows and bytes do not overflow. All other
/// code relies on that.
fn numbers_can_be_counted_on(manifest: &Manifest) -> Option<String> {
    if !(1..=paths::LAST_COMMIT).contains(&manifest.commit) {
        return Some(format!("there is no commit {}", manifest.commit));
    }
    let fits = |of: fn(&RowGroup) -> u64| {
        let mut sum = manifest.entries.iter().try_fold(0u64, |sum, entry| sum.checked_add(of(entry)));
        sum.take_if(|sum| *sum <= i64::MAX as u64).is_some()
    };
    let fits = fits(|entry| entry.rows) && fits(|entry| entry.bytes);
    (!fits).then(|| "it counts more rows or bytes than there can be".to_owned())
}

/// Every row group has rows. One without would not have a span.
fn rows_are_there(manifest: &Manifest) -> Option<String> {
    let empty = manifest.entries.iter().find(|entry| entry.rows == 0)?;
    Some(format!("row group {} has no rows", empty.file))
}

/// Row groups ascend. Neighbours may share a boundary value, because a cut may separate equal values, but do not
/// overlap otherwise.
fn spans_ascend(manifest: &Manifest) -> Option<String> {
    let entries = &manifest.entries;
    if let Some(entry) = entries.iter().find(|entry| entry.min > entry.max) {
        return Some(format!("row group {} has a minimum above its maximum", entry.file));
    }
    let (left, right) = entries.iter().zip(entries.iter().skip(1)).find(|(left, right)| left.max > right.min)?;
    Some(format!("row group {} overlaps {}", left.file, right.file))
}

/// Names are ours, differ, and are not of later commits. A file that is listed twice would be read twice; a file of a
/// later commit would be swept as a leftover.
fn names_are_ours_and_fresh(manifest: &Manifest) -> Option<String> {
    let mut seen = HashSet::with_capacity(manifest.entries.len());
    manifest.entries.iter().find_map(|entry| match paths::file_id(&entry.file) {
        None => Some(format!("`{}` is not the name of a row group file", entry.file)),
        Some(id) if id.commit > manifest.commit => {
            Some(format!("row group {} is of a later commit than {}", entry.file, manifest.commit))
        }
        Some(id) if !seen.insert(id) => Some(format!("row group {} is listed twice", entry.file)),
        Some(_) => None,
    })
}

/// Retired files are not live, and were replaced by a commit up to this one. Writers delete retired files, so a wrong
/// entry would cost rows.
fn retired_files_are_past(manifest: &Manifest) -> Option<String> {
    if manifest.retired.is_empty() {
        return None;
    }
    let live: HashSet<&str> = manifest.entries.iter().map(|entry| &*entry.file).collect();
    manifest.retired.iter().find_map(|retired| match paths::file_id(&retired.file) {
        None => Some(format!("`{}`, which it lists as replaced, is not the name of a row group file", retired.file)),
        Some(id) if id.commit >= retired.by || retired.by > manifest.commit => {
            Some(format!("row group {} is of commit {} and replaced by {}", retired.file, id.commit, retired.by))
        }
        Some(_) if live.contains(&*retired.file) => {
            Some(format!("row group {} is listed as there and as replaced", retired.file))
        }
        Some(_) => None,
    })
}

/// The durable version is this one exactly if all files are synced, and else is older than all files that are not. By
/// this number, files that unsynced commits replaced stay; with a wrong one they would be deleted too early.
fn durable_is_what_is_synced(manifest: &Manifest) -> Option<String> {
    let wrong = format!("it is of commit {} and calls commit {} durable", manifest.commit, manifest.durable);
    let is_late = |entry: &RowGroup| entry.commit().is_some_and(|commit| commit > manifest.durable);
    let mut unsynced = manifest.entries.iter().filter(|entry| !entry.synced).peekable();
    let is_right = match unsynced.peek() {
        None => manifest.durable == manifest.commit,
        Some(_) => manifest.durable < manifest.commit && unsynced.all(is_late),
    };
    (!is_right).then_some(wrong)
}

fn ordered_column_exists(manifest: &Manifest) -> Option<String> {
    match manifest.schema.field_with_name(&manifest.ordered_on) {
        Ok(_) => None,
        Err(_) => Some(format!("the schema has no ordered column `{}`", manifest.ordered_on)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;
    use crate::format::manifest::{Lineage, Retired};
    use crate::ordered::{OrdValue, OrderedType};
    use crate::settings::Settings;

    const LIVE: &str = "80_81-0000000003-000000-00000000000000aa.parquet";

    fn manifest() -> Manifest {
        let (min, max) = (OrdValue::I64(1), OrdValue::I64(2));
        Manifest {
            commit: 5,
            durable: 5,
            dataset: "a".to_owned(),
            schema: Arc::new(Schema::new(vec![Field::new("t", DataType::Int64, false)])),
            ordered_on: "t".to_owned(),
            ordered: OrderedType::new(&DataType::Int64).unwrap(),
            settings: Settings::default(),
            metadata: BTreeMap::new(),
            entries: vec![RowGroup { file: LIVE.into(), rows: 2, bytes: 9, min, max, checksum: 0, synced: true }],
            retired: vec![Retired { file: LIVE.replace("aa", "bb"), by: 4 }],
            lineage: Lineage::default(),
        }
    }

    fn broken_by(change: fn(&mut Manifest)) -> String {
        let mut manifest = manifest();
        change(&mut manifest);
        broken(&manifest).unwrap_or_default()
    }

    #[test]
    fn a_live_file_is_not_retired() {
        assert_eq!(broken(&manifest()), None);
        assert!(broken_by(|manifest| manifest.retired[0].file = LIVE.to_owned()).contains("as there and as replaced"));
        assert!(broken_by(|manifest| manifest.retired[0].by = 3).contains("of commit 3 and replaced by 3"));
        assert!(broken_by(|manifest| manifest.retired[0].by = 6).contains("replaced by 6"));
        assert!(broken_by(|manifest| manifest.retired[0].file = "../x.parquet".to_owned()).contains("not the name"));
    }

    #[test]
    fn unsynced_files_are_later_than_the_durable_version() {
        assert!(broken_by(|manifest| manifest.durable = 4).contains("calls commit 4 durable"));
        assert!(broken_by(|manifest| manifest.entries[0].synced = false).contains("calls commit 5 durable"));
        let unsynced = |manifest: &mut Manifest| (manifest.entries[0].synced, manifest.durable) = (false, 2);
        assert_eq!(broken_by(unsynced), "");
        assert!(broken_by(|manifest| (manifest.entries[0].synced, manifest.durable) = (false, 3)).contains("durable"));
    }

    #[test]
    fn numbers_do_not_overflow() {
        assert!(broken_by(|manifest| manifest.commit = u64::MAX).contains("no commit"));
        assert!(broken_by(|manifest| manifest.commit = 0).contains("no commit"));
        assert!(broken_by(|manifest| manifest.entries[0].rows = u64::MAX).contains("more rows or bytes"));
        assert!(broken_by(|manifest| manifest.entries[0].bytes = u64::MAX).contains("more rows or bytes"));
    }
}
