//! A version is a commit number and a draw. The manifest says when it was made, and by which commits.

use std::path::Path;
use std::sync::{Arc, Barrier};

use arrow::array::{Int64Array, RecordBatch, RecordBatchIterator};
use oups_core::{AnyKey, Dataset, DuplicatesOn, Durability, Error, KeyFilter, Store, Version};
use oups_tests::forge::ManifestParts;
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::copy_tree;
use serde_json::Value;

const LINEAGE: &str = "oups.lineage";
const AT: &str = "oups.at";

fn rows(range: std::ops::Range<i64>) -> RecordBatch {
    let time: Int64Array = range.map(Some).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap()
}

fn first(dataset: &Dataset) -> Version {
    dataset.write(rows(0..4)).ordered_on("time").commit().unwrap().version
}

fn parts(root: &Path, key: &str) -> ManifestParts {
    ManifestParts::of(std::fs::read(root.join(format!("{key}.opdmd"))).unwrap())
}

fn forge(root: &Path, key: &str, change: impl FnOnce(ManifestParts) -> ManifestParts) {
    std::fs::write(root.join(format!("{key}.opdmd")), change(parts(root, key)).to_bytes()).unwrap();
}

fn text(parts: &ManifestParts, key: &str) -> Option<String> {
    parts.key_values.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
}

/// The lineage in the manifest: commit number, draw and kind of each commit.
fn lineage(root: &Path, key: &str) -> Vec<(u64, String, String)> {
    let list: Vec<Value> = serde_json::from_str(&text(&parts(root, key), LINEAGE).unwrap()).unwrap();
    let of = |commit: &Value, at: usize| commit[at].as_str().unwrap().to_owned();
    list.iter()
        .map(|commit| {
            assert_eq!((commit.as_array().unwrap().len(), &commit[3], &commit[4]), (5, &Value::Null, &Value::Null));
            (commit[0].as_u64().unwrap(), of(commit, 1), of(commit, 2))
        })
        .collect()
}

fn at(root: &Path, key: &str) -> u64 {
    text(&parts(root, key), AT).unwrap().parse().unwrap()
}

#[test]
fn the_lineage_tells_every_kind_of_commit_and_the_time_grows() {
    let folder = scratch();
    let store = new_store(folder.path());
    let a = dataset(&store, "a");
    let mut versions = vec![first(&a)];
    let mut times = vec![at(folder.path(), "a")];
    let mut then = |version: Version| {
        versions.push(version);
        times.push(at(folder.path(), "a"));
    };
    then(a.write(rows(8..9)).commit().unwrap().version);
    then(a.delete(0..1).commit().unwrap().version);
    then(a.compact().row_group_target(2).commit().unwrap().version);
    then(a.change_settings().row_group_target(3).commit().unwrap().version);
    then(a.change_metadata().metadata("unit", "C").commit().unwrap().version);
    then(a.write(rows(9..10)).durability(Durability::Unsynced).commit().unwrap().version);
    then(a.sync().commit().unwrap().version);
    then(a.write(rows(10..11)).durability(Durability::Unsynced).commit().unwrap().version);
    // All of its rows are there already, so it only makes them durable.
    then(a.write(rows(8..11)).duplicates_on(DuplicatesOn::All).commit().unwrap().version);
    let file = a.snapshot().unwrap().row_groups()[0].file_name().to_owned();
    std::fs::remove_file(folder.path().join("a").join(file)).unwrap();
    then(a.repair().commit().unwrap().version.unwrap());

    let found = lineage(folder.path(), "a");
    let kinds: Vec<&str> = found.iter().map(|(_, _, kind)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["write", "write", "delete", "rewrite", "settings", "meta", "write", "sync", "write", "sync", "repair"]
    );
    let told: Vec<Version> =
        found.iter().map(|(commit, draw, _)| format!("{commit}-{draw}").parse().unwrap()).collect();
    assert_eq!(told, versions);
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    // A file's name ends with the draw of its commit.
    for entry in a.snapshot().unwrap().row_groups() {
        let of = found.iter().find(|(commit, ..)| Some(*commit) == entry.made_by().map(Version::commit)).unwrap();
        assert!(entry.file_name().ends_with(&format!("-{}.parquet", of.1)), "{} {of:?}", entry.file_name());
    }
    assert_eq!(a.version().unwrap(), *versions.last().unwrap());
    assert_eq!(a.snapshot().unwrap().version(), a.version().unwrap());
}

#[test]
fn the_last_64_commits_are_remembered() {
    let folder = scratch();
    let store = new_store(folder.path());
    let a = dataset(&store, "a");
    first(&a);
    for number in 2..=70 {
        a.change_metadata().metadata("n", number.to_string()).commit().unwrap();
        assert_eq!(lineage(folder.path(), "a").len(), 64.min(number));
    }
    let commits: Vec<u64> = lineage(folder.path(), "a").into_iter().map(|(commit, ..)| commit).collect();
    assert_eq!(commits, (7..=70).collect::<Vec<_>>());
    assert!(std::fs::metadata(folder.path().join("a.opdmd")).unwrap().len() < 10_000);
}

#[test]
fn time_grows_though_the_clock_was_put_back() {
    let folder = scratch();
    let store = new_store(folder.path());
    let a = dataset(&store, "a");
    first(&a);
    for late in [u64::from(u32::MAX) * 1_000_000, u64::MAX - 1] {
        forge(folder.path(), "a", |parts| parts.with(AT, &late.to_string()));
        a.change_metadata().metadata("at", late.to_string()).commit().unwrap();
        assert_eq!(at(folder.path(), "a"), late + 1);
    }
}

/// The number and the rows are the same: only the draw differs.
#[test]
fn a_dataset_that_was_removed_and_made_again_is_another_version() {
    let folder = scratch();
    let store = new_store(folder.path());
    let (a, key) = (dataset(&store, "a"), store.parse_key("a").unwrap());
    let before = first(&a);
    store.dataset(&key).unwrap().remove().commit().unwrap();
    let again = first(&a);
    assert_eq!((before.commit(), again.commit()), (1, 1));
    assert_ne!(before, again);

    let stale = |result: Result<(), Error>| {
        let error = result.unwrap_err();
        let Error::VersionConflict { expected, found, .. } = &error else { panic!("{error}") };
        assert_eq!((*expected, *found), (before.into(), again));
        let told = error.to_string();
        assert!(told.contains(&before.to_string()) && told.contains(&again.to_string()), "{told}");
    };
    stale(a.write(rows(5..6)).if_version(before).commit().map(drop));
    stale(a.write(rows(5..6)).if_version(before).plan().map(drop));
    stale(a.delete(..).if_version(before).commit().map(drop));
    stale(a.delete(..).if_version(before).plan().map(drop));
    stale(a.change_settings().row_group_target(2).if_version(before).commit().map(drop));
    stale(a.change_metadata().metadata("a", "b").if_version(before).commit().map(drop));
    assert_eq!(a.version().unwrap(), again);
    // `if_version` with a number accepts any version of that number, and the error names numbers.
    let error = a.write(rows(5..6)).if_version(2).commit().unwrap_err();
    assert_eq!(error.to_string(), "dataset a is at version 1, not 2: read it again before writing");
    let second = a.write(rows(5..6)).if_version(again).commit().unwrap().version;
    assert_eq!(a.write(rows(6..7)).if_version(second.commit()).commit().unwrap().version.commit(), 3);
    store.dataset(&key).unwrap().remove().commit().unwrap();
    let error = a.write(rows(5..6)).ordered_on("time").if_version(second).commit().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { found: Version::ABSENT, .. }), "{error}");
    a.write(rows(5..6)).ordered_on("time").if_version(Version::ABSENT).commit().unwrap();
}

/// Another thread removes the dataset and makes it again, after the version was checked and before the lock is taken.
#[test]
fn made_again_while_the_input_is_read_conflicts() {
    let folder = scratch();
    let store = new_store(folder.path());
    let a = dataset(&store, "a");
    let version = first(&a);
    let meet = Arc::new(Barrier::new(2));
    let other = std::thread::spawn({
        let (meet, root) = (meet.clone(), folder.path().to_owned());
        move || {
            meet.wait();
            let store = Store::<AnyKey>::open(root).unwrap();
            store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap();
            assert_eq!(first(&dataset(&store, "a")).commit(), version.commit());
            meet.wait();
        }
    });
    let schema = rows(0..1).schema();
    let late = std::iter::once_with(move || {
        meet.wait();
        meet.wait();
        Ok(rows(7..8))
    });
    let error = a.write(RecordBatchIterator::new(late, schema)).if_version(version).commit().unwrap_err();
    other.join().unwrap();
    assert!(matches!(error, Error::VersionConflict { .. }), "{error}");
    assert_eq!(a.info().unwrap().rows, 4);
}

/// A conflict that is found at once is reported before the input is read.
#[test]
fn a_conflict_is_told_before_the_input_is_read() {
    let folder = scratch();
    let store = new_store(folder.path());
    first(&dataset(&store, "a"));
    let unread = || {
        let batches = std::iter::once_with(|| panic!("the input was read"));
        RecordBatchIterator::new(batches, rows(0..1).schema())
    };
    let a = dataset(&store, "a");
    for error in [
        a.write(unread()).if_version(7).commit().unwrap_err(),
        a.write(unread()).if_version(0).plan().unwrap_err(),
        dataset(&store, "b").write(unread()).ordered_on("time").if_version(1).commit().unwrap_err(),
    ] {
        assert!(matches!(error, Error::VersionConflict { .. }), "{error}");
    }
}

/// A lost manifest is not reported as an absent dataset: a caller that believed it would begin again.
#[test]
fn a_lost_manifest_is_told_before_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let a = dataset(&new_store(folder.path()), "a");
    first(&a);
    std::fs::remove_file(folder.path().join("a.opdmd")).unwrap();
    let error = a.write(rows(9..12)).if_version(1).commit().unwrap_err();
    assert!(matches!(error, Error::ManifestLost { .. }), "{error}");
    let error = a.write(rows(9..12)).if_version(1).plan().unwrap_err();
    assert!(matches!(error, Error::ManifestLost { .. }), "{error}");
    let error = a.write(rows(9..12)).commit().unwrap_err();
    assert!(matches!(error, Error::ManifestLost { .. }), "{error}");
    // Of a dataset that never existed, both errors are right.
    let b = dataset(&new_store(&folder.path().join("other")), "b");
    assert!(matches!(b.write(rows(9..12)).if_version(1).commit(), Err(Error::VersionConflict { .. })));
    assert!(matches!(b.write(rows(9..12)).commit(), Err(Error::NoOrderedColumn { .. })));
}

#[test]
fn an_export_has_the_versions_of_its_source() {
    let folder = scratch();
    let store = new_store(&folder.path().join("store"));
    let version = first(&dataset(&store, "a"));
    let copy = folder.path().join("copy");
    store.export(&copy, KeyFilter::all()).run().unwrap();
    assert_eq!(dataset(&Store::open(&copy).unwrap(), "a").version().unwrap(), version);
}

fn before_lineage(root: &Path) -> Store<AnyKey> {
    copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/before-lineage"), root);
    Store::open(root).unwrap()
}

/// Without a lineage, a part of the manifest's checksum stands for the draw. It is the same for every reader.
#[test]
fn a_manifest_of_before_has_a_version_and_its_successor_a_lineage() {
    let (folder, other) = (scratch(), scratch());
    let (store, same) = (before_lineage(folder.path()), before_lineage(other.path()));
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
    for (key, commit, count) in [("berlin", 3, 4), ("empty", 2, 0)] {
        let dataset = dataset(&store, key);
        let version = dataset.version().unwrap();
        let text = text(&parts(folder.path(), key), LINEAGE);
        assert_eq!((version.commit(), dataset.info().unwrap().rows, text), (commit, count, None));
        assert_eq!(self::dataset(&same, key).version().unwrap(), version);
        assert_eq!(version.to_string().parse(), Ok(version));
        let manifest = std::fs::read(folder.path().join(format!("{key}.opdmd"))).unwrap();
        let at = manifest.windows(13).rposition(|bytes| bytes == b"oups.checksum").unwrap();
        let digits = &String::from_utf8_lossy(&manifest[at..]).into_owned();
        assert!(digits.contains(&version.draw().unwrap()), "{version} of {digits}");

        let next = dataset.change_metadata().metadata("new", "yes").if_version(version).commit().unwrap().version;
        let told = lineage(folder.path(), key);
        assert_eq!(told, [(commit + 1, next.draw().unwrap(), "meta".to_owned())]);
        dataset.change_metadata().metadata("new", "no").if_version(version).commit().unwrap_err();
    }
    let all = dataset(&store, "berlin").info().unwrap().metadata;
    assert_eq!((all["unit"].as_str(), all["source"].as_str(), all["new"].as_str()), ("C", "station", "yes"));
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
}

/// An older program carries along entries that it does not know, so a lineage may be that of another commit.
#[test]
fn a_lineage_that_ends_before_the_commit_counts_as_empty() {
    let folder = scratch();
    let store = new_store(folder.path());
    let a = dataset(&store, "a");
    let version = first(&a);
    forge(folder.path(), "a", |parts| parts.with("oups.commit", "5").with("oups.durable", "5"));
    let found = a.version().unwrap();
    assert_eq!(found.commit(), 5);
    assert_ne!(found.draw(), version.draw());
    assert_eq!(a.change_metadata().metadata("a", "b").if_version(found).commit().unwrap().version.commit(), 6);
    assert_eq!(lineage(folder.path(), "a").len(), 1);
}

#[test]
fn a_lineage_that_is_not_as_the_format_says_is_damage() {
    let one = r#"[1,"00000000000000aa","write",null,null]"#;
    let many = (1..=65).map(|commit| one.replacen('1', &commit.to_string(), 1)).collect::<Vec<_>>().join(",");
    for (commit, lineage) in [
        ("1", String::new()),
        ("1", "[]".to_owned()),
        ("1", "null".to_owned()),
        ("1", format!("[{one}")),
        ("1", format!("[{one},{one}]")),
        ("1", format!("[{}]", one.replace("aa", "a"))),
        ("1", format!("[{}]", one.replace("aa", "AA"))),
        ("1", format!("[{}]", one.replace(",null]", "]"))),
        ("1", format!("[{}]", one.replace(",null]", ",null,null]"))),
        ("1", format!("[{}]", one.replace(",null]", ",7]"))),
        ("1", format!("[{}]", one.replacen('1', "2", 1))),
        ("65", format!("[{many}]")),
    ] {
        let folder = scratch();
        let store = new_store(folder.path());
        let a = dataset(&store, "a");
        first(&a);
        let change = |parts: ManifestParts| parts.with("oups.commit", commit).with("oups.durable", commit);
        forge(folder.path(), "a", |parts| change(parts).with(LINEAGE, &lineage));
        let error = a.version().unwrap_err();
        assert!(matches!(&error, Error::Damaged { detail, .. } if detail.contains(LINEAGE)), "{lineage}: {error}");
        assert!(a.write(rows(5..6)).commit().is_err(), "{lineage}");
        assert_eq!(a.repair().commit().unwrap().rows, 4, "{lineage}");
        assert_eq!(
            store.verify(KeyFilter::all()).run().unwrap().findings.iter().filter(|one| one.kind.is_damage()).count(),
            0
        );
    }
    for at in ["", "-1", "soon", "18446744073709551616"] {
        let folder = scratch();
        first(&dataset(&new_store(folder.path()), "a"));
        forge(folder.path(), "a", |parts| parts.with(AT, at));
        let error = dataset(&Store::open(folder.path()).unwrap(), "a").version().unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{at}: {error}");
    }
}

/// The entries of newer programs about a commit are kept, although this program does not use them.
#[test]
fn tokens_and_kinds_of_newer_programs_are_carried_along() {
    let folder = scratch();
    let a = dataset(&new_store(folder.path()), "a");
    first(&a);
    let newer = r#"[1,"00000000000000aa","restore","load \"7\", [x]","group 9"]"#;
    forge(folder.path(), "a", |parts| parts.with(LINEAGE, &format!("[{newer}]")));
    assert_eq!(a.version().unwrap().to_string(), "1-00000000000000aa");
    a.change_metadata().metadata("a", "b").commit().unwrap();
    let found = text(&parts(folder.path(), "a"), LINEAGE).unwrap();
    assert!(found.starts_with(&format!("[{newer},[2,")), "{found}");
}
