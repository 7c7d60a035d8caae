//! The seal of a row group file. It shows, without the manifest, whether a byte has changed.

use std::io;

use twox_hash::XxHash3_128;

use super::checksum::hash_first;
use crate::fs::ReadFile;

/// The number of bytes before the page index, and a hash of these bytes and of all key-values before the seal. It shows
/// whether a byte of the rows or of the key-values has changed.
#[derive(Clone)]
pub(crate) struct Seal {
    hasher: XxHash3_128,
    bytes: u64,
}

impl Seal {
    /// The seal over the first bytes of a file, which were hashed already.
    pub(crate) fn of_data(hasher: XxHash3_128, bytes: u64) -> Self {
        Self { hasher, bytes }
    }

    /// Adds the next key-value.
    pub(crate) fn add(&mut self, key: &str, value: &str) {
        for text in [key, value] {
            self.hasher.write(text.as_bytes());
            self.hasher.write(&[0]);
        }
    }

    pub(crate) fn text(&self) -> String {
        format!("{} {:032x}", self.bytes, self.hasher.finish_128())
    }

    /// Whether the file's bytes fit the seal in its footer.
    pub(crate) fn fits(file: &dyn ReadFile, pairs: &[(String, String)]) -> io::Result<bool> {
        let Some(((key, text), before)) = pairs.split_last() else { return Ok(false) };
        let bytes = text.split(' ').next().and_then(|bytes| bytes.parse().ok());
        let Some(bytes) = bytes.filter(|&bytes| key == SEAL && bytes <= file.len()) else { return Ok(false) };
        let mut seal = Self::of_data(hash_first(file, bytes)?, bytes);
        before.iter().for_each(|(key, value)| seal.add(key, value));
        Ok(seal.text() == *text)
    }
}

/// The key of the [`Seal`], the last key-value.
pub(crate) const SEAL: &str = "oups.seal";
