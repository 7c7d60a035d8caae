//! What the operating system refuses, for real: a full disk, read-only media, no permission, too many open files. A typed
//! error that names the path and says what to do; the old state; the space given back; and the next write works.
//!
//! Each test runs in a process of its own, in its own mount namespace: whatever happens to it, no mount is left. Where that
//! may not be done, it says so and is skipped.

mod disk_full;
mod open_files;
mod permission;
mod read_only;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use oups_core::{AnyKey, Error, KeyFilter, Store};
use oups_tests::process::tool;
use oups_tests::tree::tree_with_folders;

use crate::crash::{Seen, look, next_write, next_write_succeeds};

const TEST: &str = "OUPS_TESTS_OS_TEST";
const FOLDER: &str = "OUPS_TESTS_OS_FOLDER";
/// What the shell exits with where it may not prepare the folder.
const SKIP: i32 = 77;

/// The folder, if this process is the one that was made for the test.
pub(crate) fn folder_of(test: &str) -> Option<PathBuf> {
    let is_ours = std::env::var_os(TEST).is_some_and(|name| name == test);
    is_ours.then(|| PathBuf::from(std::env::var_os(FOLDER).unwrap()))
}

/// Runs a test of this binary in its own process, from a shell that prepares the folder first.
pub(crate) fn run(mut command: Command, test: &str, folder: &Path, prepare: &str) {
    let script = format!("{prepare}\nexec \"$0\" --exact {test} --nocapture --test-threads 1");
    command.args(["sh", "-c", &script]).arg(std::env::current_exe().unwrap());
    let output = match command.env(TEST, test).env(FOLDER, folder).output() {
        Ok(output) => output,
        Err(error) => return println!("skipped: {command:?} cannot be run: {error}"),
    };
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(SKIP) || said.contains("unshare failed") {
        return println!("skipped: {said}");
    }
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    said.lines().filter(|line| line.starts_with("tried ")).for_each(|line| println!("{line}"));
}

/// A shell with mounts of its own, which are gone with it.
fn with_own_mounts(folder: &Path) -> Command {
    let mut command = tool("unshare");
    command.arg("--mount");
    if !is_root(folder) {
        command.args(["--user", "--map-root-user"]);
    }
    command
}

fn is_root(own_folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(own_folder).unwrap().uid() == 0
}

/// A file system in memory, of this size, where the test works.
fn in_memory(size: &str) -> String {
    format!("mount -t tmpfs -o size={size} none \"${FOLDER}\" || exit {SKIP}")
}

/// All files and folders, but for the folder of pins.
fn everything(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tree = tree_with_folders(root);
    tree.retain(|name, _| !name.starts_with("oups.pins"));
    tree
}

/// What a refused operation has left: the old state to the byte, or where the commit point was passed, the new one.
struct After<'a> {
    root: &'a Path,
    before: &'a BTreeMap<String, Vec<u8>>,
    old: &'a Seen,
    new: &'a Seen,
    at: &'a str,
}

impl After<'_> {
    /// Nothing is there that was not before, and nothing is gone but what nobody needs any more: whoever begins a write
    /// clears away what readers have let go, also where the write is then refused.
    fn check_tree(&self, at: &str) {
        let left = everything(self.root);
        for (name, bytes) in &left {
            assert_eq!(Some(bytes), self.before.get(name), "{at}: {name}");
        }
        let needed = |name: &String| self.old.is_some() && !name.contains(".retired-") && !name.ends_with(".removed");
        let gone: Vec<_> = self.before.keys().filter(|name| !left.contains_key(*name)).collect();
        assert!(!gone.iter().any(|name| needed(name) || *name == "oups.json"), "{at}: {gone:?}");
    }

    /// Returns whether it was refused. `is_it` tells the error that is expected.
    fn check(&self, store: &Store<AnyKey>, result: Result<(), Error>, is_it: fn(&Error) -> bool) -> bool {
        let Self { root, at, .. } = self;
        let refused = result.is_err();
        let seen = match result {
            Ok(()) => self.new,
            Err(Error::NotDurable { source, .. }) => {
                assert!(is_it(&source), "{at}: {source}");
                self.new
            }
            Err(error) => {
                assert!(is_it(&error), "{at}: {error:?}");
                let Error::Io { path, .. } = &error else { panic!("{at}: {error:?}") };
                assert!(path.starts_with(root) && error.to_string().contains("; "), "{at}: {error}");
                self.check_tree(&format!("{at}: refused with {error}"));
                self.old
            }
        };
        assert_eq!(look(root), *seen, "{at}");
        next_write(store).unwrap_or_else(|error| panic!("{at}: the next write of the same handle: {error}"));
        assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, [], "{at}");
        let seen = look(root);
        next_write_succeeds(root, seen, at);
        refused
    }
}
