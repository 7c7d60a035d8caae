//! Read-only media.

use std::io;
use std::path::Path;

use oups_core::{AnyKey, Error, KeyFilter, Store};
use oups_tests::process::tool;
use oups_tests::scratch;

use super::{After, everything, folder_of, in_memory, run, with_own_mounts};
use crate::crash::{KINDS, create, look, try_create};

const TEST: &str = "os_failures::read_only::media_that_can_only_be_read";

#[test]
fn media_that_can_only_be_read() {
    match folder_of(TEST) {
        Some(folder) => read_only(&folder),
        None => {
            let folder = scratch();
            run(with_own_mounts(folder.path()), TEST, folder.path(), &in_memory("4m"));
        }
    }
}

fn open(root: &Path) -> Store<AnyKey> {
    Store::open(root).unwrap()
}

fn remount(folder: &Path, how: &str) {
    let status = tool("mount").args(["-o", &format!("remount,{how}"), "none"]).arg(folder).status().unwrap();
    assert!(status.success());
}

fn read_only(folder: &Path) {
    for kind in KINDS {
        let root = folder.join("store");
        let made = create(&root);
        kind.before.iter().for_each(|act| act(&made).unwrap());
        drop(made);
        let found = open(&root).verify(KeyFilter::all()).run().unwrap().findings;
        let (old, before) = (look(&root), everything(&root));
        // A handle that has read keeps a pin file open for writing, which keeps the media busy. This handle has not
        // read.
        let store = open(&root);
        remount(folder, "ro");
        assert_eq!(look(&root), old, "reading needs no permission to write");
        assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, found);
        let result = (kind.act)(&store);
        let made = try_create(&folder.join("other")).unwrap_err();
        remount(folder, "rw");
        assert!(is_read_only(&made), "{made:?}");
        let at = format!("{} on read-only media", kind.name);
        let after = After { root: &root, before: &before, old: &old, new: &old, at: &at };
        assert!(after.check(&store, result, is_read_only), "{at}");
        std::fs::remove_dir_all(&root).unwrap();
    }
}

fn is_read_only(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == io::ErrorKind::ReadOnlyFilesystem)
        && error.to_string().ends_with("it can be read, but not written to")
}
