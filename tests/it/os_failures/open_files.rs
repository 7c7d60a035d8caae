//! A process that may not open another file, at every point of every kind of commit.

use std::fs::File;
use std::path::Path;

use oups_core::Error;
use oups_tests::process::tool;
use oups_tests::scratch;
use oups_tests::tree::copy_tree;

use super::{After, everything, folder_of, run};
use crate::crash::{KINDS, create, look, open};

const TEST: &str = "os_failures::open_files::no_more_files_at_any_point_of_any_commit";

#[test]
fn no_more_files_at_any_point_of_any_commit() {
    match folder_of(TEST) {
        Some(folder) => exhaust(&folder),
        None => {
            let folder = scratch();
            run(tool("env"), TEST, folder.path(), "ulimit -n 48");
        }
    }
}

fn exhaust(folder: &Path) {
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
        std::fs::remove_dir_all(&root).unwrap();
        for free in 0.. {
            copy_tree(&prepared, &root);
            let before = everything(&root);
            let store = open(None, &root).unwrap();
            let mut held: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
            held.truncate(held.len().checked_sub(free).unwrap());
            let result = (kind.act)(&store);
            drop(held);
            let at = format!("{} with {free} files free", kind.name);
            let after = After { root: &root, before: &before, old: &old, new: &new, at: &at };
            let is_refused = after.check(&store, result, is_out_of_files);
            std::fs::remove_dir_all(&root).unwrap();
            tried += 1;
            if !is_refused {
                break;
            }
            refused += 1;
        }
        std::fs::remove_dir_all(&prepared).unwrap();
    }
    assert!(refused > KINDS.len(), "{refused}");
    println!("\ntried {tried} commits with few files to open, {refused} were refused");
}

fn is_out_of_files(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.raw_os_error() == Some(24))
        && error.to_string().ends_with("raise the limit (`ulimit -n`)")
}
