//! A user who may only read, and users who share a store.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use oups_core::{Error, KeyFilter};
use oups_tests::process::tool;
use oups_tests::scratch;

use super::{folder_of, is_root, run};
use crate::crash::{KINDS, create, dataset_of, insert, look, open};

/// The user `nobody`.
const OTHER: u32 = 65_534;
const READS: &str = "os_failures::permission::a_user_who_may_only_read";
const SHARES: &str = "os_failures::permission::a_pin_of_another_user_is_respected_and_keeps_no_longer_than_it_is_held";

/// A process of another user, if this user may start one.
fn as_other(folder: &Path) -> Command {
    let mut command = tool("env");
    if is_root(folder) {
        command.uid(OTHER).gid(OTHER);
    }
    command
}

fn allow(root: &Path, folders: u32, files: u32) {
    for entry in fs::read_dir(root).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => allow(&entry.path(), folders, files),
            false => fs::set_permissions(entry.path(), Permissions::from_mode(files)).unwrap(),
        }
    }
    fs::set_permissions(root, Permissions::from_mode(folders)).unwrap();
}

#[test]
fn a_user_who_may_only_read() {
    if let Some(folder) = folder_of(READS) {
        return reads_only(&folder);
    }
    let folder = scratch();
    for (number, kind) in KINDS.iter().enumerate() {
        let store = create(&folder.path().join(number.to_string()));
        kind.before.iter().for_each(|act| act(&store).unwrap());
    }
    allow(folder.path(), 0o555, 0o444);
    run(as_other(folder.path()), READS, folder.path(), "");
    allow(folder.path(), 0o755, 0o644);
    for (number, kind) in KINDS.iter().enumerate() {
        (kind.act)(&open(None, &folder.path().join(number.to_string())).unwrap()).unwrap();
    }
}

fn reads_only(folder: &Path) {
    for (number, kind) in KINDS.iter().enumerate() {
        let root = folder.join(number.to_string());
        let (before, old, store) = (super::everything(&root), look(&root), open(None, &root).unwrap());
        let damage = store
            .verify(KeyFilter::all())
            .run()
            .unwrap()
            .findings
            .into_iter()
            .filter(|finding| finding.kind.is_damage());
        assert_eq!(damage.count(), 0, "{}", kind.name);
        let error = (kind.act)(&store).unwrap_err();
        let is_it = matches!(&error, Error::Io { source, path, .. }
            if source.kind() == io::ErrorKind::PermissionDenied && path.starts_with(&root));
        assert!(is_it && error.to_string().ends_with("run as a user who has it"), "{}: {error}", kind.name);
        assert_eq!((super::everything(&root), look(&root)), (before, old), "{}", kind.name);
    }
}

#[test]
fn a_pin_of_another_user_is_respected_and_keeps_no_longer_than_it_is_held() {
    if let Some(folder) = folder_of(SHARES) {
        return insert(&open(None, &folder.join("store")).unwrap()).unwrap();
    }
    let folder = scratch();
    let root = folder.path().join("store");
    (KINDS[1].before[0])(&create(&root)).unwrap();
    let files = || fs::read_dir(root.join("a-1/b")).unwrap().count();
    let reader = dataset_of(&open(None, &root).unwrap()).unwrap().snapshot().unwrap();
    allow(folder.path(), 0o777, 0o666);
    // Others may read a pin and not write to it, as with a mask of 022.
    allow(&root.join("oups.pins"), 0o777, 0o644);
    let live = || dataset_of(&open(None, &root).unwrap()).unwrap().snapshot().unwrap().row_groups().len();
    run(as_other(folder.path()), SHARES, folder.path(), "");
    assert!(files() > live(), "the reader's files are kept");
    assert_eq!(crate::crash::seen_in(&reader).unwrap().len(), 10);
    drop(reader);
    run(as_other(folder.path()), SHARES, folder.path(), "");
    run(as_other(folder.path()), SHARES, folder.path(), "");
    assert_eq!(files(), live(), "no file is kept for a pin that nobody holds");
}

/// The same for a reader that was killed: its pin remains, nobody holds it, and only its owner may remove it.
#[test]
fn a_dead_pin_that_cannot_be_removed_keeps_nothing() {
    let folder = scratch();
    let root = folder.path().join("store");
    let store = create(&root);
    (KINDS[1].before[0])(&store).unwrap();
    fs::create_dir_all(root.join("oups.pins")).unwrap();
    fs::write(root.join("oups.pins/00000001-0123456789abcdef"), "1 a-1/b\n").unwrap();
    std::os::unix::fs::symlink("/dev/null", root.join("oups.pins/00000001-0123456789abcdee")).unwrap();
    fs::set_permissions(root.join("oups.pins"), Permissions::from_mode(0o555)).unwrap();
    insert(&store).unwrap();
    let live = dataset_of(&store).unwrap().snapshot().unwrap().row_groups().len();
    fs::set_permissions(root.join("oups.pins"), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fs::read_dir(root.join("a-1/b")).unwrap().count(), live);
}
