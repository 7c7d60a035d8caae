//! Each kind of finding, made by hand: `verify` names the file and the kind.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use oups_core::{Finding, FindingKind, KeyFilter};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, pins, tree};

use super::sample::{batch, dataset, files, flip, make, open};

fn verify(root: &Path) -> Vec<Finding> {
    open(root).verify(KeyFilter::all()).run().unwrap().findings
}

/// Harms a fresh copy of the sample. Returns the findings as kind, file below the root and row group.
fn found_after(harm: impl FnOnce(&Path, &[std::path::PathBuf])) -> Vec<(FindingKind, String, Option<usize>)> {
    let folder = scratch();
    let root = folder.path();
    make(root);
    let files = files(&dataset(root, "a"), root);
    harm(root, &files);
    let before = tree(root);
    let findings = verify(root);
    assert_eq!(tree(root), before, "verify changes nothing");
    let name = |finding: &Finding| finding.file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    findings.iter().map(|finding| (finding.kind, name(finding), finding.row_group)).collect()
}

fn name_of(path: &Path) -> String {
    format!("a/{}", path.file_name().unwrap().to_string_lossy())
}

#[test]
fn a_good_store_has_no_findings() {
    assert_eq!(found_after(|_, _| ()), []);
}

#[test]
fn what_happens_to_row_group_files_is_found() {
    let mut names = Vec::new();
    let found = found_after(|_, files| {
        names = files.iter().map(|file| name_of(file)).collect();
        fs::remove_file(&files[0]).unwrap();
        let bytes = fs::read(&files[1]).unwrap();
        fs::write(&files[1], &bytes[..bytes.len() - 1]).unwrap();
        flip(&files[2], 40, 3);
    });
    assert_eq!(
        found,
        [
            (FindingKind::Missing, names[0].clone(), Some(0)),
            (FindingKind::Truncated, names[1].clone(), Some(1)),
            (FindingKind::Changed, names[2].clone(), Some(2)),
        ]
    );
    let found = found_after(|_, files| {
        names = files.iter().map(|file| name_of(file)).collect();
        let (left, right) = (fs::read(&files[0]).unwrap(), fs::read(&files[2]).unwrap());
        fs::write(&files[0], right).unwrap();
        fs::write(&files[2], left).unwrap();
    });
    assert_eq!(
        found,
        [(FindingKind::Swapped, names[0].clone(), Some(0)), (FindingKind::Swapped, names[2].clone(), Some(2)),]
    );
}

#[test]
fn a_symbolic_link_in_place_of_a_row_group_file_is_found_though_its_bytes_are_right() {
    let mut name = String::new();
    let found = found_after(|root, files| {
        name = name_of(&files[1]);
        fs::rename(&files[1], root.join("a.moved")).unwrap();
        std::os::unix::fs::symlink(root.join("a.moved"), &files[1]).unwrap();
    });
    assert!(found.contains(&(FindingKind::Missing, name, Some(1))), "{found:?}");
}

#[test]
fn what_lies_about_is_found() {
    let random = "0123456789abcdef";
    let span = "8000000000000000_8000000000000001";
    for (name, kind) in [
        ("a/notes.txt".to_owned(), FindingKind::Foreign),
        ("a/00000000ff-000000.parquet".to_owned(), FindingKind::Foreign),
        (format!("a/0000000009-000000-{random}.tmp"), FindingKind::Leftover),
        (format!("a/{span}-0000000009-000000-{random}.parquet"), FindingKind::Leftover),
        (format!("a/{span}-0000000001-000000-{random}.parquet"), FindingKind::Leftover),
        (format!("a/{span}-0000000001-000000-{random}.retired-0000000002"), FindingKind::Leftover),
        ("a.opdmd.tmp".to_owned(), FindingKind::Leftover),
        ("a.opdmd.removed".to_owned(), FindingKind::Tombstone),
        ("a.lock".to_owned(), FindingKind::Mark),
        (format!("oups.pins/00ffffff-{random}"), FindingKind::Pin),
        ("oups.pins/x".to_owned(), FindingKind::Stranger),
        ("notes.txt".to_owned(), FindingKind::Stranger),
    ] {
        let found = found_after(|root, _| {
            fs::create_dir_all(root.join("oups.pins")).unwrap();
            fs::write(root.join(&name), "4 a\n").unwrap();
        });
        assert_eq!(found, [(kind, name, None)]);
    }
    let found = found_after(|root, _| fs::create_dir(root.join("a/x")).unwrap());
    assert_eq!(found, [(FindingKind::Foreign, "a/x".to_owned(), None)]);
}

#[test]
fn a_lost_manifest_is_found() {
    for filter in ["", "name=a"] {
        let folder = scratch();
        make(folder.path());
        fs::remove_file(folder.path().join("a.opdmd")).unwrap();
        let store = open(folder.path());
        let filter =
            if filter.is_empty() { KeyFilter::all() } else { KeyFilter::parse(store.schema(), [filter]).unwrap() };
        let found = store.verify(filter).run().unwrap().findings;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, FindingKind::ManifestLost);
        assert_eq!(
            found[0].to_string(),
            format!(
                "dataset a: lost manifest: {}: the folder holds 6 row group files",
                folder.path().join("a.opdmd").display()
            )
        );
    }
}

#[test]
fn a_removed_dataset_is_no_finding_while_it_is_read() {
    let folder = scratch();
    make(folder.path());
    let store = open(folder.path());
    let handle = dataset(folder.path(), "a");
    let reader = handle.snapshot().unwrap();
    store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap();
    assert_eq!(verify(folder.path()), []);
    drop(reader);
    let kinds = || verify(folder.path()).iter().map(|found| found.kind).collect::<Vec<_>>();
    // The handle keeps the pin, idle, and the process that the pin names lives: only the lock shows that nobody reads.
    assert_eq!(pins(folder.path()).len(), 1);
    assert_eq!(kinds(), [FindingKind::Tombstone]);
    drop(handle);
    assert_eq!(pins(folder.path()).len(), 0);
    assert_eq!(kinds(), [FindingKind::Tombstone]);
}

#[test]
fn beside_writers_and_readers_nothing_is_found() {
    let folder = scratch();
    let root = folder.path();
    make(root);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let dataset = dataset(root, "a");
            for round in 0..15 {
                dataset.write(batch(round * 15..round * 15 + 9, "busy")).commit().unwrap();
            }
            let store = open(root);
            store.dataset(&store.parse_key("b").unwrap()).unwrap().remove().commit().unwrap();
            super::sample::dataset(root, "b").write(batch(0..9, "again")).ordered_on("time").commit().unwrap();
            done.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                drop(dataset(root, "a").snapshot().unwrap());
            }
        });
        let mut rounds = 0;
        while !done.load(Ordering::Acquire) || rounds == 0 {
            assert_eq!(verify(root), [], "round {rounds}");
            rounds += 1;
        }
    });
    assert_eq!(verify(root), []);
}

#[test]
fn a_copied_store_is_as_good() {
    let folder = scratch();
    make(&folder.path().join("one"));
    copy_tree(&folder.path().join("one"), &folder.path().join("two"));
    assert_eq!(verify(&folder.path().join("two")), []);
}
