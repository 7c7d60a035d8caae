//! A disk that becomes full at every point of every kind of commit.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use oups_core::Error;
use oups_tests::scratch;
use oups_tests::tree::copy_tree;

use super::{After, everything, folder_of, in_memory, run, with_own_mounts};
use crate::crash::{KINDS, create, look, open};

const TEST: &str = "os_failures::disk_full::a_disk_that_is_full_at_any_point_of_any_commit";
const PAGE: u64 = 4096;

#[test]
fn a_disk_that_is_full_at_any_point_of_any_commit() {
    match folder_of(TEST) {
        Some(folder) => fill(&folder),
        None => {
            let folder = scratch();
            run(with_own_mounts(folder.path()), TEST, folder.path(), &in_memory("512k"));
        }
    }
}

fn fill(folder: &Path) {
    let (mut tried, mut refused) = (0, 0);
    for kind in KINDS {
        let prepared = folder.join("prepared");
        let store = create(&prepared);
        kind.before.iter().for_each(|act| act(&store).unwrap());
        let old = look(&prepared);
        let root = folder.join("hit");
        copy_tree(&prepared, &root);
        (kind.act)(&open(None, &root).unwrap()).unwrap();
        let new = look(&root);
        fs::remove_dir_all(&root).unwrap();
        for pages in 0.. {
            copy_tree(&prepared, &root);
            let before = everything(&root);
            let store = open(None, &root).unwrap();
            leave_free(&folder.join("ballast"), pages * PAGE);
            let result = (kind.act)(&store);
            assert_eq!(look(&root).is_some(), if result.is_ok() { &new } else { &old }.is_some(), "reading goes on");
            fs::remove_file(folder.join("ballast")).unwrap();
            let at = format!("{} with {pages} pages free", kind.name);
            let after = After { root: &root, before: &before, old: &old, new: &new, at: &at };
            let is_refused = after.check(&store, result, is_full);
            fs::remove_dir_all(&root).unwrap();
            tried += 1;
            if !is_refused {
                break;
            }
            refused += 1;
        }
        fs::remove_dir_all(&prepared).unwrap();
    }
    assert!(refused > KINDS.len(), "{refused}");
    println!("\ntried {tried} commits on a full disk, {refused} were refused");
}

fn is_full(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull)
        && error.to_string().ends_with("make room and try again")
}

/// Fills the disk except for this number of bytes.
fn leave_free(ballast: &Path, bytes: u64) {
    let mut file = File::create(ballast).unwrap();
    let mut length = 0;
    while let Ok(written @ 1..) = file.write(&[1; PAGE as usize]) {
        length += written as u64;
    }
    file.set_len(length.checked_sub(bytes).expect("the disk is large enough for the commit")).unwrap();
}
