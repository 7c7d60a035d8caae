//! Random bits for names that must never be used twice.

use std::io;
use std::path::PathBuf;

use crate::{Error, Result};

/// 64 bits from the operating system.
pub(crate) fn random() -> Result<u64> {
    getrandom::u64().map_err(|error| Error::Io {
        action: "read random bits from",
        path: PathBuf::from("the operating system"),
        source: io::Error::other(error),
    })
}
