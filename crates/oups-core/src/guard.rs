//! The one function through which all stored bytes are decoded.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use crate::{Error, Result};

/// Runs code that decodes the bytes of a stored file: its errors, and its panics, become [`Error::Damaged`].
///
/// The process's panic hook still runs, and the default hook prints the panic's message to stderr: a library must not
/// replace it. `decode` must not leave a shared value half changed when it panics. A decoder that panicked must be
/// dropped.
///
/// # Errors
///
/// [`Error::Io`] if the operating system could not read the file; [`Error::Damaged`] for every other failure.
pub(crate) fn guard<T, E: Into<DecodeError>>(path: &Path, decode: impl FnOnce() -> Result<T, E>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(match error.into() {
            DecodeError::Io(source) => Error::Io { action: "read", path: path.into(), source },
            DecodeError::Content(detail) => damaged(path, detail),
        }),
        Err(panic) => Err(damaged(path, format!("the decoder stopped: {}", message(&*panic)))),
    }
}

/// Why decoding failed: the file could not be read, or its content is not valid.
#[derive(Debug)]
pub(crate) enum DecodeError {
    /// The operating system could not read the file.
    Io(std::io::Error),
    /// The content is not valid.
    Content(String),
}

impl From<std::io::Error> for DecodeError {
    /// A file that ends too early is damaged.
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::Content(error.to_string()),
            _ => Self::Io(error),
        }
    }
}

impl From<ParquetError> for DecodeError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(source) => (*source).into(),
                Err(source) => Self::Content(undecodable(&source.to_string())),
            },
            other => Self::Content(undecodable(&other.to_string())),
        }
    }
}

impl From<ArrowError> for DecodeError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, source) => source.into(),
            ArrowError::ExternalError(source) => match source.downcast::<ParquetError>() {
                Ok(source) => (*source).into(),
                Err(source) => Self::Content(undecodable(&source.to_string())),
            },
            other => Self::Content(undecodable(&other.to_string())),
        }
    }
}

/// How many characters of a decoder's own message an error shows. The message helps those who work on the decoder more
/// than the owner of the file.
const DETAIL: usize = 100;

/// The detail of [`Error::Damaged`] for a decoder's message: one line, without the decoder's names of kinds, cut if
/// long.
fn undecodable(detail: &str) -> String {
    const KINDS: [&str; 5] = ["Parquet error: ", "Arrow: ", "Parquet argument error: ", "EOF: ", "External: "];
    let mut detail = detail.lines().next().unwrap_or_default();
    while let Some(rest) = KINDS.iter().find_map(|kind| detail.strip_prefix(kind)) {
        detail = rest;
    }
    let cut = detail.char_indices().nth(DETAIL).and_then(|(end, _)| detail.get(..end));
    match cut {
        Some(start) => format!("it cannot be decoded ({start}\u{2026})"),
        None => format!("it cannot be decoded ({detail})"),
    }
}

impl From<String> for DecodeError {
    fn from(detail: String) -> Self {
        Self::Content(detail)
    }
}

pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> Error {
    Error::Damaged { path: path.into(), detail: detail.into() }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("an unknown panic")
}
