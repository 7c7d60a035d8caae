use crate::{Error, Result};
use std::path::Path;
pub(crate) fn guard<T>(path: &Path, f: impl FnOnce() -> parquet::errors::Result<T>) -> Result<T> {
    f().map_err(|e| Error::Damaged {
        path: path.to_owned(),
        detail: e.to_string(),
    })
}
