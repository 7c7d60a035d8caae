//! What an error adds to itself: what to do about it, and the first of many names.

use std::io;
use std::path::Path;

use crate::fs::is_out_of_files;
use crate::layout;

/// The first names of a list, which may be of any length.
pub(super) fn some_of(names: &[String]) -> String {
    match names {
        [first, second, third, others @ ..] if !others.is_empty() => {
            format!("{first}, {second}, {third} and {} more", others.len())
        }
        names => names.join(", "),
    }
}

/// What to do about it, where that is known.
pub(super) fn io_hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and try again",
        io::ErrorKind::ReadOnlyFilesystem => "; it can be read, but not written to",
        io::ErrorKind::PermissionDenied => "; ask for the permission, or run as a user who has it",
        _ if is_out_of_files(source) => "; close some, or raise the limit (`ulimit -n`)",
        _ => "",
    }
}

/// A dataset can be repaired; the store's own file cannot.
pub(super) fn repair_hint(path: &Path) -> &'static str {
    if path.ends_with(layout::STORE_FILE) { "" } else { " (`oups repair` or `Dataset::repair` saves what is intact)" }
}
