//! Folders for stores that live as long as a test.

use std::path::Path;

use tempfile::TempDir;

/// A folder that is removed when dropped: in memory where the system has such a place, as syncing a real disk is slow.
///
/// # Panics
///
/// If none can be made.
pub fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let in_memory = memory.is_dir().then(|| tempfile::tempdir_in(memory).ok()).flatten();
    in_memory.unwrap_or_else(|| tempfile::tempdir().unwrap())
}
