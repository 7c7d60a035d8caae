//! Parts of an error's text that are made of several fields: the action that failed, the state found, the advice.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::paths;
use crate::version::{Expected, Version};

/// The action that failed, with its dataset and version.
pub(super) fn attempt(what: &str, dataset: Option<&str>, version: Option<Version>) -> String {
    match (dataset, version) {
        (Some(dataset), Some(version)) if version != Version::ABSENT => {
            format!("dataset {dataset}: {what} of version {}", version.commit())
        }
        (Some(dataset), _) => format!("dataset {dataset}: {what}"),
        (None, _) => what.to_owned(),
    }
}

/// The found version, for an error about another expected one.
pub(super) fn found_version(expected: &Expected, found: Version) -> String {
    match found {
        Version::ABSENT => "does not exist, so it is at version 0".to_owned(),
        found => format!("is at version {}", expected.told_alike(found)),
    }
}

/// A time in milliseconds or seconds.
pub(super) fn in_seconds(time: Duration) -> String {
    match time {
        time if time < Duration::from_secs(1) => format!("{} ms", time.as_millis()),
        time => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// Advice for an error of the operating system; empty for most.
pub(super) fn io_hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and try again",
        io::ErrorKind::ReadOnlyFilesystem => "; it can be read, but not written to",
        io::ErrorKind::PermissionDenied => "; ask for the permission, or run as a user who has it",
        _ if is_out_of_files(source) => "; close some, or raise the limit (`ulimit -n`)",
        _ => "",
    }
}

/// Advice for a damaged file. A dataset can be repaired; the store's own file cannot.
pub(super) fn repair_hint(path: &Path) -> &'static str {
    if path.ends_with(paths::STORE_FILE) { "" } else { " (`oups repair` or `Dataset::repair` saves what is intact)" }
}

/// The first names of a list, and how many follow.
pub(super) fn some_of(names: &[String]) -> String {
    match names {
        [first, second, third, others @ ..] if !others.is_empty() => {
            format!("{first}, {second}, {third} and {} more", others.len())
        }
        names => names.join(", "),
    }
}

/// Whether the process or the system has as many files open as it may: `ENFILE` (23) or `EMFILE` (24). `std` has no
/// kinds for them.
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}
