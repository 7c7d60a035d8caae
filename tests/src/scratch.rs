//! Folders for stores that live as long as a test.

use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

/// A folder that is removed when dropped. It is in the folder that `OUPS_SCRATCH` names, else in memory (`/dev/shm`) if
/// the system has that, because syncing a real disk is slow.
///
/// # Panics
///
/// If the folder cannot be made.
pub fn scratch() -> TempDir {
    let mut folder = Builder::new();
    folder.prefix("oups-test-");
    match std::env::var_os("OUPS_SCRATCH") {
        Some(named) => folder.tempdir_in(PathBuf::from(named)).unwrap(),
        None => folder.tempdir_in(Path::new("/dev/shm")).or_else(|_| folder.tempdir()).unwrap(),
    }
}
