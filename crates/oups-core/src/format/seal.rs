//! The seal of a row group file: it says, without the manifest, whether a byte has changed.

use std::io;

use twox_hash::XxHash3_128;

use super::checksum::hash_first;
use crate::fs::ReadFile;

/// What tells, without the manifest, that no byte of the rows and of the key-values has changed: the number of bytes
/// before the page index, and a hash of them and of every key-value before this one.
#[derive(Clone)]
pub(crate) struct Seal {
    hasher: XxHash3_128,
    bytes: u64,
}

impl Seal {
    /// Over the first bytes of a file, hashed already.
    pub(crate) fn of_data(hasher: XxHash3_128, bytes: u64) -> Self {
        Self { hasher, bytes }
    }

    /// Takes in the next key-value.
    pub(crate) fn add(&mut self, key: &str, value: &str) {
        for text in [key, value] {
            self.hasher.write(text.as_bytes());
            self.hasher.write(&[0]);
        }
    }

    pub(crate) fn text(&self) -> String {
        format!("{} {:032x}", self.bytes, self.hasher.finish_128())
    }

    /// Whether the file has the seal that its footer holds.
    pub(crate) fn fits(file: &dyn ReadFile, pairs: &[(String, String)]) -> io::Result<bool> {
        let Some(((key, text), before)) = pairs.split_last() else { return Ok(false) };
        let bytes = text.split(' ').next().and_then(|bytes| bytes.parse().ok());
        let Some(bytes) = bytes.filter(|&bytes| key == SEAL && bytes <= file.len()) else { return Ok(false) };
        let mut seal = Self::of_data(hash_first(file, bytes)?, bytes);
        before.iter().for_each(|(key, value)| seal.add(key, value));
        Ok(seal.text() == *text)
    }
}

/// The last key-value: the [`Seal`].
pub(crate) const SEAL: &str = "oups.seal";
