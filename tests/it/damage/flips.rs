//! 1,000 changed bytes, one at a time: 1,000 found.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use oups_core::{AnyKey, Error, FindingKind, Store};
use oups_query::ReadDataset;
use oups_tests::disk::draw;
use oups_tests::scratch;

use super::sample::{dataset, files, flip, make, open, rows};

const FLIPS: u64 = 1000;

#[test]
fn each_of_1000_changed_bytes_is_found() {
    let folder = scratch();
    let root = folder.path();
    make(root);
    let (a, b) = (dataset(root, "a"), dataset(root, "b"));
    let good = [("a", rows(&a)), ("b", rows(&b))];
    let store = open(root);
    assert_eq!(store.verify(oups_core::KeyFilter::all()).run().unwrap().findings, []);
    let manifests = [root.join("a.opdmd"), root.join("b.opdmd")];
    let groups = [files(&a, root), files(&b, root)].concat();
    let mut found = 0;
    for number in 0..FLIPS {
        let pick = |from: &[PathBuf]| from[draw(number, 1) as usize % from.len()].clone();
        let path = match number % 10 {
            0 => root.join("oups.json"),
            1..=3 => pick(&manifests),
            _ => pick(&groups),
        };
        let bytes = std::fs::read(&path).unwrap();
        let (at, bit) = (draw(number, 2) as usize % bytes.len(), (draw(number, 3) % 8) as u8);
        flip(&path, at, bit);
        let what = format!("bit {bit} of byte {at} of {}", path.display());
        found += usize::from(is_found(&store, root, &path, &what));
        if number % 10 > 0 {
            let (key, good) = &good[usize::from(path.starts_with(root.join("b")) || path.ends_with("b.opdmd"))];
            reads_are_right_or_refused(root, key, good, &path, &what);
        }
        std::fs::write(&path, bytes).unwrap();
    }
    println!("{found} of {FLIPS} changed bytes found");
    assert_eq!(found as u64, FLIPS);
    assert_eq!(store.verify(oups_core::KeyFilter::all()).run().unwrap().findings, []);
}

fn is_found(store: &Store<AnyKey>, root: &Path, path: &Path, what: &str) -> bool {
    let findings = store.verify(oups_core::KeyFilter::all()).run().unwrap().findings;
    if path.ends_with("oups.json") {
        let error = Store::<AnyKey>::open(root).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{what}: {error}");
    }
    assert!(findings.len() <= 2, "{what}: {findings:#?}");
    let kinds = [FindingKind::StoreFile, FindingKind::Manifest, FindingKind::Changed, FindingKind::Swapped];
    findings.iter().any(|finding| finding.file == path && kinds.contains(&finding.kind))
}

/// Checks that a verified read notices the change, and that a plain read, which may give changed values of a page,
/// never gives another number of rows.
fn reads_are_right_or_refused(root: &Path, key: &str, good: &RecordBatch, path: &Path, what: &str) {
    let names_the_file = |error: &Error| error.to_string().contains(&*path.to_string_lossy());
    let snapshot = match dataset(root, key).snapshot() {
        Ok(snapshot) => snapshot,
        Err(error) => return assert!(names_the_file(&error), "{what}: {error}"),
    };
    let refused = |error: &Error| matches!(error, Error::Damaged { .. }) && names_the_file(error);
    for verified in [snapshot.scan().verified().collect().map(drop), snapshot.scan().verified().count().map(drop)] {
        let error = verified.unwrap_err();
        assert!(refused(&error), "{what}: {error}");
    }
    match snapshot.scan().collect() {
        Ok(rows) => assert_eq!(rows.num_rows(), good.num_rows(), "{what}"),
        Err(error) => assert!(refused(&error), "{what}: {error}"),
    }
}
