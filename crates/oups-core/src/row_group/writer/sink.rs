//! A sink that counts and hashes the bytes of a file.

use std::io::{self, Write};

use twox_hash::XxHash3_128;

use crate::format::seal::Seal;

/// Passes bytes on, and hashes each of them once.
pub(super) struct HashingSink<W> {
    inner: Option<W>,
    hasher: XxHash3_128,
    bytes: u64,
}

impl<W: Write> HashingSink<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner: Some(inner), hasher: XxHash3_128::new(), bytes: 0 }
    }

    /// The inner sink, the number of bytes and their XXH3-128; `None` the second time.
    pub(super) fn take(&mut self) -> Option<(W, u64, u128)> {
        Some((self.inner.take()?, self.bytes, self.hasher.finish_128()))
    }

    /// The seal over the bytes so far.
    pub(super) fn seal(&self) -> Seal {
        Seal::of_data(self.hasher.clone(), self.bytes)
    }

    fn inner(&mut self) -> io::Result<&mut W> {
        self.inner.as_mut().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

impl<W: Write> Write for HashingSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner()?.write(bytes)?;
        self.hasher.write(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner()?.flush()
    }
}
