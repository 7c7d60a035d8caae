//! The one function through which stored bytes are decoded.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use crate::{Error, Result};

/// Runs code that decodes the bytes of a stored file: its errors, and its panics, become [`Error::Damaged`].
///
/// The process's panic hook still runs, so the default hook prints the panic's message to stderr: a library does not
/// replace it. The code must not leave a shared value half changed when it panics: decoders are dropped after it.
///
/// # Errors
///
/// [`Error::Io`] where reading failed; [`Error::Damaged`] for everything else.
pub fn guard<T, E: Into<DecodeError>>(path: &Path, decode: impl FnOnce() -> Result<T, E>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(match error.into() {
            DecodeError::Io(source) => Error::Io { action: "read", path: path.into(), source },
            DecodeError::Content(detail) => damaged(path, detail),
        }),
        Err(panic) => Err(damaged(path, format!("the decoder stopped: {}", message(&*panic)))),
    }
}

/// An error of decoding: reading failed, or the content is not what it should be.
#[derive(Debug)]
pub enum DecodeError {
    /// The operating system could not read the file.
    Io(std::io::Error),
    /// The content is not valid.
    Content(String),
}

impl From<std::io::Error> for DecodeError {
    /// A file that ends too early is a damaged one.
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

/// The most letters of a library's words: they are for who mends the library, not for who has the file.
const DETAIL: usize = 100;

/// That the bytes are not what they should be, with what the library says of it.
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
