//! The parts of an error's text that take more than a field: what was tried, what is there, what to do.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::paths;
use crate::version::{Expected, Version};

/// What was tried, and on what.
pub(super) fn attempt(what: &str, dataset: Option<&str>, version: Option<Version>) -> String {
    match (dataset, version) {
        (Some(dataset), Some(version)) if version != Version::ABSENT => {
            format!("dataset {dataset}: {what} of version {}", version.commit())
        }
        (Some(dataset), _) => format!("dataset {dataset}: {what}"),
        (None, _) => what.to_owned(),
    }
}

pub(super) fn found_version(expected: &Expected, found: Version) -> String {
    match found {
        Version::ABSENT => "is not there, so at version 0".to_owned(),
        found => format!("is at version {}", expected.told_alike(found)),
    }
}

/// A time as people tell it.
pub(super) fn in_seconds(time: Duration) -> String {
    match time {
        time if time < Duration::from_secs(1) => format!("{} ms", time.as_millis()),
        time => format!("{:.1} s", time.as_secs_f64()),
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
    if path.ends_with(paths::STORE_FILE) { "" } else { " (`oups repair` or `Dataset::repair` saves what is intact)" }
}

/// The first names of a list, which may be of any length.
pub(super) fn some_of(names: &[String]) -> String {
    match names {
        [first, second, third, others @ ..] if !others.is_empty() => {
            format!("{first}, {second}, {third} and {} more", others.len())
        }
        names => names.join(", "),
    }
}

/// Whether the process or the system has as many files open as it may (`EMFILE`, `ENFILE`, of which `std` has no names).
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}
