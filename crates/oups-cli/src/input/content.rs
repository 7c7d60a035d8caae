//! The bytes of one input: a file, packed or not, or standard input.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tempfile::{SpooledData, spooled_tempfile};

use super::encoding::decoded;
use super::packing::{Packing, unpacked};
use super::wrong::Wrong;
use crate::terminal::progress::Progress;

pub(super) type Bytes = Box<dyn Read + Send>;

/// Bytes of an input that can be read several times.
#[derive(Clone, Debug)]
pub(super) struct Content {
    name: String,
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    File(PathBuf),
    /// A small copy of standard input.
    Memory(Arc<Vec<u8>>),
    /// A large copy of standard input. The file has no name, so that nothing is left of it however the program ends.
    Nameless(Arc<File>),
}

/// The most bytes of standard input that are held in memory.
const MEMORY: usize = 8 << 20;

impl Content {
    pub(super) fn of_file(path: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if !metadata.is_file() {
            bail!("cannot read {}: it is not a regular file (a pipe is read as `-`)", path.display());
        }
        Ok(Self { name: path.display().to_string(), held: Held::File(path.to_owned()) })
    }

    /// Copies standard input, because types are inferred from all of it before rows are read.
    pub(super) fn of_stdin(start: &[u8]) -> Result<Self> {
        let copy = || -> io::Result<Held> {
            let mut copy = spooled_tempfile(MEMORY);
            io::copy(&mut Cursor::new(start).chain(io::stdin().lock()), &mut copy)?;
            Ok(match copy.into_inner() {
                SpooledData::InMemory(bytes) => Held::Memory(Arc::new(bytes.into_inner())),
                SpooledData::OnDisk(file) => Held::Nameless(Arc::new(file)),
            })
        };
        let held = copy().context("cannot read standard input")?;
        Ok(Self { name: STDIN.to_owned(), held })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The length in bytes, before unpacking.
    pub(super) fn length(&self) -> u64 {
        match &self.held {
            Held::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Held::Memory(bytes) => bytes.len() as u64,
            Held::Nameless(file) => file.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// The bytes as a file, for formats that are not read in order. Files of one input may share their position, so
    /// that only one of them may be read at a time.
    pub(super) fn file(&self) -> io::Result<File> {
        let mut file = match &self.held {
            Held::File(path) => File::open(path)?,
            Held::Memory(bytes) => {
                let mut file = tempfile::tempfile()?;
                file.write_all(bytes)?;
                file
            }
            Held::Nameless(file) => file.try_clone()?,
        };
        file.rewind()?;
        Ok(file)
    }

    /// Refuses packed bytes, for formats that cannot be read from them.
    pub(super) fn refuse_packed(&self) -> Result<(), Wrong> {
        let mut start = Vec::new();
        let read = self.bytes().and_then(|bytes| bytes.take(8).read_to_end(&mut start));
        read.map_err(|error| Wrong::unreadable(&error))?;
        Packing::of(&start).refused().map_or(Ok(()), Err)
    }

    /// The text, unpacked and decoded.
    pub(super) fn text(&self, progress: &Progress) -> Result<Bytes, Wrong> {
        let bytes = self.bytes().map_err(|error| Wrong::unreadable(&error))?;
        let bytes = unpacked(Box::new(progress.counting(bytes)))?;
        decoded(bytes).map_err(|error| Wrong::unreadable(&error))
    }

    fn bytes(&self) -> io::Result<Bytes> {
        Ok(match &self.held {
            Held::File(path) => Box::new(File::open(path)?),
            Held::Memory(bytes) => Box::new(Cursor::new(Shared(bytes.clone()))),
            Held::Nameless(file) => Box::new(Positioned { file: file.clone(), at: 0 }),
        })
    }
}

struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A reader with a position of its own. Handles on one open file share the file's position.
struct Positioned {
    file: Arc<File>,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read_at(buffer, self.at)?;
        self.at += length as u64;
        Ok(length)
    }
}

/// The name of standard input in messages.
pub(super) const STDIN: &str = "standard input";

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The extension that names the format; an extension of a packed file, such as `.gz`, is skipped.
pub(super) fn extension(path: &Path) -> Option<String> {
    let last = |path: &Path| path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match last(path).as_deref() {
        Some("gz" | "zst" | "bz2" | "xz" | "lz4" | "zip") => last(&path.with_extension("")),
        _ => last(path),
    }
}
