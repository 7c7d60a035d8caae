//! Repair keeps every intact row group, sets the others aside, and says what is lost.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use oups_core::StoreOptions;
use oups_core::{Error, KeyFilter, ManifestState, RepairReport, Version};
use oups_tests::disk::draw;
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree};

use super::sample::{batch, dataset, files, flip, make, open, read, rows};

fn repair(root: &Path) -> RepairReport {
    let before = tree(root);
    let report = dataset(root, "a").repair().commit().unwrap();
    // The bytes of every file still exist somewhere, except those of the lock's mark.
    let after: Vec<Vec<u8>> = tree(root).into_values().collect();
    for (name, bytes) in before.iter().filter(|(name, _)| !name.ends_with(".lock") && !name.ends_with(".opdmd")) {
        assert!(after.contains(bytes), "{name} is nowhere any more");
    }
    if report.version.is_some() {
        assert_eq!(open(root).verify(KeyFilter::all()).run().unwrap().findings, [], "after the repair");
    }
    let again = tree(root);
    if report.version.is_some() {
        assert!(!dataset(root, "a").repair().commit().unwrap().changed, "a second repair has nothing to do");
        assert_eq!(tree(root), again);
    }
    report
}

/// The rows of all files but the lost ones.
fn without(root: &Path, lost: &[usize]) -> RecordBatch {
    let snapshot = dataset(root, "a").snapshot().unwrap();
    let all = read(&snapshot, true).unwrap();
    let mut start = 0;
    let mut kept = Vec::new();
    for (at, entry) in snapshot.row_groups().iter().enumerate() {
        if !lost.contains(&at) {
            kept.push(all.slice(start, entry.rows() as usize));
        }
        start += entry.rows() as usize;
    }
    concat_batches(&all.schema(), &kept).unwrap()
}

#[test]
fn all_is_well() {
    let folder = scratch();
    make(folder.path());
    let before = tree(folder.path());
    let report = repair(folder.path());
    assert!(!report.changed && report.version.map(Version::commit) == Some(4) && !report.metadata_lost());
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn where_there_is_nothing_there_is_nothing_to_repair() {
    let folder = scratch();
    make(folder.path());
    let before = tree(folder.path());
    let error = dataset(folder.path(), "none").repair().commit().unwrap_err();
    assert!(matches!(error, Error::NoDataset { .. }), "{error}");
    assert_eq!(tree(folder.path()), before);
    let store = open(folder.path());
    let _reader = dataset(folder.path(), "a").snapshot().unwrap();
    store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap();
    let error = dataset(folder.path(), "a").repair().commit().unwrap_err();
    assert!(matches!(error, Error::NoDataset { .. }), "a removed dataset does not come back: {error}");
}

#[test]
fn a_lost_or_damaged_manifest_is_rebuilt() {
    for is_lost in [true, false] {
        let folder = scratch();
        let root = folder.path();
        make(root);
        let before = dataset(root, "a");
        let (good, settings, schema) = (rows(&before), before.info().unwrap().settings, before.info().unwrap().schema);
        let manifest = root.join("a.opdmd");
        if is_lost {
            fs::remove_file(&manifest).unwrap();
            let error = dataset(root, "a").write(batch(0..1, "x")).ordered_on("time").commit().unwrap_err();
            assert!(
                matches!(error, Error::ManifestLost { .. }) && error.to_string().contains("oups repair"),
                "{error}"
            );
        } else {
            flip(&manifest, 100, 1);
            let error = dataset(root, "a").snapshot().unwrap_err();
            assert!(error.to_string().contains("Dataset::repair"), "{error}");
        }
        let report = repair(root);
        let state = if is_lost { ManifestState::Lost } else { ManifestState::Damaged };
        assert_eq!(
            (report.manifest.clone(), report.lost.len(), report.version.map(Version::commit)),
            (state, 0, Some(5)),
            "{report}"
        );
        assert!(report.metadata_lost());
        assert_eq!(rows(&before), good);
        assert_eq!((before.info().unwrap().settings, before.info().unwrap().schema), (settings, schema));
        assert!(before.info().unwrap().metadata.is_empty());
        assert_eq!(root.join("a.damaged/a.opdmd").exists(), !is_lost);
        before.write(batch(500..501, "next")).commit().unwrap();
    }
}

#[test]
fn each_file_that_is_gone_or_damaged_is_reported_by_its_span() {
    for at in 0..5 {
        for (is_gone, is_listed) in [(true, true), (false, true), (false, false)] {
            let folder = scratch();
            let root = folder.path();
            make(root);
            let files = files(&dataset(root, "a"), root);
            let expected = without(root, &[at]);
            let entry = dataset(root, "a").snapshot().unwrap().row_groups()[at].clone();
            if is_gone {
                fs::remove_file(&files[at]).unwrap();
            } else {
                flip(&files[at], 60, 2);
            }
            if !is_listed {
                fs::remove_file(root.join("a.opdmd")).unwrap();
            }
            let report = repair(root);
            assert_eq!(rows(&dataset(root, "a")), expected, "file {at}: {report}");
            assert_eq!(report.lost.len(), 1, "file {at}: {report}");
            let lost = &report.lost[0];
            let text = |value: &oups_core::ordered::OrdValue| match value {
                oups_core::ordered::OrdValue::I64(value) => value.to_string(),
                _ => unreachable!(),
            };
            assert_eq!(lost.span, Some((text(entry.min()), text(entry.max()))), "file {at}");
            assert_eq!(lost.rows, is_listed.then_some(entry.rows()));
            assert_eq!(report.set_aside.len(), usize::from(!is_gone), "{report}");
            if is_listed {
                assert_eq!(dataset(root, "a").info().unwrap().metadata["source"], "buoy 7");
            }
        }
    }
}

#[test]
fn swapped_files_get_their_names_back() {
    let folder = scratch();
    let root = folder.path();
    make(root);
    let good = rows(&dataset(root, "a"));
    let files = files(&dataset(root, "a"), root);
    let contents: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for at in 0..3 {
        fs::write(&files[at], &contents[(at + 1) % 3]).unwrap();
    }
    let report = repair(root);
    assert!(report.lost.is_empty() && report.set_aside.is_empty(), "{report}");
    assert_eq!(rows(&dataset(root, "a")), good);
    fs::write(&files[0], &contents[1]).unwrap();
    let report = repair(root);
    assert_eq!((report.lost.len(), report.set_aside.len()), (1, 1), "a copy in place of another: {report}");
}

#[test]
fn leftovers_and_unfinished_files_are_set_aside() {
    let folder = scratch();
    let root = folder.path();
    make(root);
    let good = rows(&dataset(root, "a"));
    fs::write(root.join("a/0000000009-000000-0123456789abcdef.tmp"), "torn").unwrap();
    fs::write(root.join("a/80_81-0000000002-000007-0123456789abcdef.parquet"), "leftover").unwrap();
    let report = repair(root);
    assert_eq!(
        (report.set_aside.len(), report.lost.len(), report.version.map(Version::commit)),
        (2, 0, Some(4)),
        "{report}"
    );
    assert_eq!(rows(&dataset(root, "a")), good);
}

#[test]
fn without_a_manifest_no_changed_value_gets_in() {
    let folder = scratch();
    let prepared = folder.path().join("prepared");
    make(&prepared);
    fs::remove_file(prepared.join("b.opdmd")).unwrap();
    let snapshot = dataset(&prepared, "a").snapshot().unwrap();
    let names: Vec<String> = snapshot.row_groups().iter().map(|entry| entry.file_name().to_owned()).collect();
    drop(snapshot);
    let expected: Vec<RecordBatch> = (0..names.len()).map(|at| without(&prepared, &[at])).collect();
    let all = rows(&dataset(&prepared, "a"));
    fs::remove_file(prepared.join("a.opdmd")).unwrap();
    fs::remove_dir_all(prepared.join("b")).unwrap();
    let mut lost = 0;
    for number in 0..150 {
        let root = folder.path().join("hit");
        copy_tree(&prepared, &root);
        let at = draw(number, 5) as usize % names.len();
        let path = root.join("a").join(&names[at]);
        let length = fs::read(&path).unwrap().len();
        flip(&path, draw(number, 6) as usize % length, (number % 8) as u8);
        let report = dataset(&root, "a").repair().commit().unwrap();
        let found = rows(&dataset(&root, "a"));
        // A flip in the page index, or in a part of the footer that does not concern rows, may go unnoticed. Then all
        // rows are kept.
        assert!(found == expected[at] || found == all, "flip {number} of file {at}: {report}");
        lost += usize::from(found == expected[at]);
        fs::remove_dir_all(&root).unwrap();
    }
    println!("of 150 changed bytes without a manifest, {lost} made a file be set aside");
}

#[test]
fn a_repair_that_dies_is_gone_on_with() {
    let folder = scratch();
    let prepared = folder.path().join("prepared");
    make(&prepared);
    let paths = files(&dataset(&prepared, "a"), &prepared);
    let expected = without(&prepared, &[2]);
    flip(&paths[2], 60, 2);
    let (left, right) = (fs::read(&paths[0]).unwrap(), fs::read(&paths[1]).unwrap());
    let listed = folder.path().join("listed");
    copy_tree(&prepared, &listed);
    let inside = |path: &Path| listed.join(path.strip_prefix(&prepared).unwrap());
    fs::write(inside(&paths[0]), right).unwrap();
    fs::write(inside(&paths[1]), left).unwrap();
    flip(&prepared.join("a.opdmd"), 50, 0);
    for prepared in [prepared, listed] {
        let mut operation = 0;
        loop {
            let root = folder.path().join("hit");
            copy_tree(&prepared, &root);
            let faulty = FaultFs::hitting(operation, Fault::DiesAfter);
            let store = oups_core::Store::<oups_core::AnyKey>::open_with(
                &root,
                StoreOptions::new().file_system(faulty.clone()),
            )
            .unwrap();
            let result = store.dataset(&store.parse_key("a").unwrap()).unwrap().repair().commit();
            let is_over = !faulty.is_dead();
            assert!(result.is_ok() || !is_over, "{result:?}");
            dataset(&root, "a").repair().commit().unwrap();
            assert_eq!(rows(&dataset(&root, "a")), expected, "death after operation {operation}");
            std::fs::remove_dir_all(&root).unwrap();
            if is_over {
                break;
            }
            operation += 1;
        }
        assert!(operation > 5);
    }
}
