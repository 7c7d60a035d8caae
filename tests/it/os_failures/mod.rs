//! Refusals by the real operating system: a full disk, read-only media, no permission, too many open files. Each gives
//! a typed error that names the path and says what to do. The old state stays, the space is given back, and the next
//! write works.
//!
//! Each test runs in a process of its own, in its own mount namespace, so no mount is left over. If the system does not
//! allow that, the test says so and is skipped.

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
/// The exit code of the shell if it may not prepare the folder.
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

/// A shell with mounts of its own, which end with it.
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

/// A command that mounts a file system in memory of this size as the folder of the test.
fn in_memory(size: &str) -> String {
    format!("mount -t tmpfs -o size={size} none \"${FOLDER}\" || exit {SKIP}")
}

/// All files and folders, without the folder of pins.
fn everything(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tree = tree_with_folders(root);
    tree.retain(|name, _| !name.starts_with("oups.pins"));
    tree
}

/// Checks of the state after an operation that may be refused: the old state to the byte, or the new one past the
/// commit point.
struct After<'a> {
    root: &'a Path,
    before: &'a BTreeMap<String, Vec<u8>>,
    old: &'a Seen,
    new: &'a Seen,
    at: &'a str,
}

impl After<'_> {
    /// Checks that no file was added or changed, and that only files that nobody needs are gone. A write that begins
    /// clears away files that readers have let go, even if it is then refused.
    fn check_tree(&self, at: &str) {
        let left = everything(self.root);
        for (name, bytes) in &left {
            assert_eq!(Some(bytes), self.before.get(name), "{at}: {name}");
        }
        let needed = |name: &String| self.old.is_some() && !name.contains(".retired-") && !name.ends_with(".removed");
        let gone: Vec<_> = self.before.keys().filter(|name| !left.contains_key(*name)).collect();
        assert!(!gone.iter().any(|name| needed(name) || *name == "oups.json"), "{at}: {gone:?}");
    }

    /// Checks the result of an operation, and returns whether it was refused. `is_it` recognises the expected error.
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
