//! Several files at once are damaged in several ways. A repair keeps every intact row group, deletes nothing, and
//! leaves nothing for `verify` to find.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use oups_core::{Finding, FindingKind, KeyFilter};
use oups_tests::disk::draw;
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree};

use super::sample::{batch, dataset, files, flip, make, open, read};

/// The number of damaged stores: more with `OUPS_CRASH=exhaustive`.
fn rounds() -> u64 {
    if crate::crash::is_exhaustive() { 3000 } else { 60 }
}

/// A row group before the damage.
struct Group {
    file: String,
    bytes: Vec<u8>,
    rows: RecordBatch,
}

/// A sequence of numbers from a seed.
struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.drawn += 1;
        draw(self.seed, self.drawn) as usize % end
    }
}

fn groups(root: &Path) -> Vec<Group> {
    let snapshot = dataset(root, "a").snapshot().unwrap();
    let all = read(&snapshot, true).unwrap();
    let mut start = 0;
    let mut groups = Vec::new();
    for entry in snapshot.row_groups() {
        let rows = all.slice(start, entry.rows() as usize);
        start += rows.num_rows();
        groups.push(Group {
            file: entry.file_name().to_owned(),
            bytes: fs::read(root.join("a").join(entry.file_name())).unwrap(),
            rows,
        });
    }
    groups
}

/// Damages one or two files, or adds a file that does not belong there. Returns a text of what it did.
fn harm(root: &Path, files: &[PathBuf], draws: &mut Draws) -> String {
    let at = draws.below(files.len());
    let (file, other) = (&files[at], &files[draws.below(files.len())]);
    let read = |path: &Path| fs::read(path).unwrap_or_default();
    let write = |path: &Path, bytes: &[u8]| fs::write(path, bytes).unwrap();
    let (mine, theirs) = (read(file), read(other));
    match draws.below(8) {
        0 | 1 if !mine.is_empty() => flip(file, draws.below(mine.len()), draws.below(8) as u8),
        2 if !mine.is_empty() => write(file, &mine[..draws.below(mine.len())]),
        3 => drop(fs::remove_file(file)),
        4 if !mine.is_empty() && !theirs.is_empty() => {
            write(file, &theirs);
            write(other, &mine);
            return format!("swap of {at} with {}", other.display());
        }
        5 => {
            let foreign = dataset(root, "b");
            write(file, &read(&super::sample::files(&foreign, root)[0]));
            return format!("foreign bytes in {at}");
        }
        6 => write(&root.join("a/8000000000000000_8000000000000001-0000000002-000007-0123456789abcdef.parquet"), b"x"),
        _ => write(&root.join("a/0000000009-000000-0123456789abcdef.tmp"), b"torn"),
    }
    format!("file {at}")
}

/// Damages the manifest, or not. Returns whether it is still good.
fn harm_manifest(root: &Path, draws: &mut Draws) -> bool {
    let path = root.join("a.opdmd");
    let length = fs::read(&path).unwrap().len();
    match draws.below(5) {
        0 => fs::remove_file(path).unwrap(),
        1 => flip(&path, draws.below(length), 3),
        2 => fs::write(&path, &fs::read(&path).unwrap()[..draws.below(length)]).unwrap(),
        _ => return true,
    }
    false
}

/// Checks that the rows found are those of whole row groups, in order, and of every intact one.
fn assert_rows(groups: &[Group], found: Option<RecordBatch>, is_intact: impl Fn(&Group) -> bool, at: &str) {
    let mut start = 0;
    let length = found.as_ref().map_or(0, RecordBatch::num_rows);
    for group in groups {
        let rows = group.rows.num_rows();
        let is_there = found
            .as_ref()
            .filter(|_| start + rows <= length)
            .is_some_and(|found| found.slice(start, rows) == group.rows);
        assert!(is_there || !is_intact(group), "{at}: the rows of {} are lost", group.file);
        start += if is_there { rows } else { 0 };
    }
    assert_eq!(start, length, "{at}: rows that were never stored");
}

#[test]
fn whatever_is_damaged_repair_keeps_what_is_intact_and_deletes_nothing() {
    let folder = scratch();
    let prepared = folder.path().join("prepared");
    make(&prepared);
    for number in 0..3 {
        dataset(&prepared, "a").write(batch(300 + 20 * number..310 + 20 * number, "more")).commit().unwrap();
    }
    let groups = groups(&prepared);
    let (mut kept, mut lost) = (0, 0);
    for seed in 0..rounds() {
        let root = folder.path().join("hit");
        copy_tree(&prepared, &root);
        let mut draws = Draws { seed, drawn: 0 };
        let files = files(&dataset(&root, "a"), &root);
        let harms: Vec<String> = (0..=draws.below(5)).map(|_| harm(&root, &files, &mut draws)).collect();
        let is_listed = harm_manifest(&root, &mut draws);
        let at = format!("seed {seed}, {harms:?}, manifest {is_listed}");
        let before = tree(&root);
        let report = dataset(&root, "a").repair().commit().unwrap_or_else(|error| panic!("{at}: {error}"));
        assert_nothing_is_deleted(&before, &tree(&root), &at);
        // With a manifest, a repair recognises the bytes of a row group under any name; without one, only under their
        // own.
        let is_intact = |group: &Group| {
            let mut named = before.iter().filter(|(name, _)| files.iter().any(|file| file.ends_with(name)));
            named.any(|(name, bytes)| *bytes == group.bytes && (is_listed || name.ends_with(&group.file)))
        };
        let snapshot = dataset(&root, "a").snapshot_if_there().unwrap();
        let found = snapshot.as_ref().map(|snapshot| read(snapshot, true).unwrap());
        assert_rows(&groups, found.filter(|rows| rows.num_rows() > 0), is_intact, &at);
        let intact = groups.iter().filter(|group| is_intact(group)).count();
        (kept, lost) = (kept + intact, lost + groups.len() - intact);
        if is_listed {
            assert_eq!(report.lost.len(), groups.len() - intact, "{at}: {report}");
        }
        assert_eq!(findings(&root), [], "{at}: {report}");
        fs::remove_dir_all(&root).unwrap();
    }
    println!("{} random damages: {kept} row groups were intact and kept, {lost} were not", rounds());
}

/// Checks that the bytes of every file still exist somewhere, except those of the mark and of the replaced manifest.
fn assert_nothing_is_deleted(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>, at: &str) {
    for (name, bytes) in before {
        let is_replaced = name.ends_with(".lock") || name == "a.opdmd";
        assert!(is_replaced || after.values().any(|found| found == bytes), "{at}: {name} is nowhere any more");
    }
}

/// The findings, without strangers: if no row group was left, the dataset is gone, and files set aside are strangers.
fn findings(root: &Path) -> Vec<Finding> {
    let is_one = |finding: &Finding| finding.kind != FindingKind::Stranger;
    open(root).verify(KeyFilter::all()).run().unwrap().findings.into_iter().filter(is_one).collect()
}
