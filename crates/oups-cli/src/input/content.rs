//! The bytes of one input: of a file, packed or not, or of standard input.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tempfile::TempPath;

use crate::progress::Progress;

/// The text or the table that is read; how it is unpacked comes from its name.
pub(super) type Bytes = Box<dyn Read + Send>;

/// Bytes that can be read several times.
#[derive(Clone, Debug)]
pub(super) struct Content {
    name: String,
    path: PathBuf,
    packing: Packing,
    /// The copy of standard input goes with its last user.
    _copy: Option<Arc<TempPath>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Content {
    pub(super) fn of_file(path: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if !metadata.is_file() {
            bail!("cannot read {}: it is no regular file (a pipe is read as `-`)", path.display());
        }
        let (packing, _) = packing(path);
        Ok(Self { name: path.display().to_string(), path: path.to_owned(), packing, _copy: None })
    }

    /// Standard input, copied to a temporary file: types are inferred from all of it before it is read.
    pub(super) fn of_stdin(start: &[u8]) -> Result<Self> {
        let copy = || -> io::Result<TempPath> {
            let mut file = tempfile::NamedTempFile::new()?;
            io::copy(&mut Cursor::new(start).chain(io::stdin().lock()), &mut file)?;
            Ok(file.into_temp_path())
        };
        let copy = copy().context("cannot read standard input")?;
        let path = copy.to_path_buf();
        Ok(Self { name: STDIN.to_owned(), path, packing: Packing::None, _copy: Some(Arc::new(copy)) })
    }

    /// The length of the file as it is on disk.
    pub(super) fn length(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// The file itself, for formats that are read at random.
    pub(super) fn file(&self) -> io::Result<File> {
        if self.packing != Packing::None {
            return Err(io::Error::other("only text is read out of a packed file: unpack it first"));
        }
        File::open(&self.path)
    }

    /// The bytes, unpacked, after the mark that some spreadsheets put in front of a text.
    pub(super) fn text(&self, progress: &Progress) -> io::Result<Bytes> {
        const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
        let packed = progress.counting(File::open(&self.path)?);
        let mut bytes: Bytes = match self.packing {
            Packing::None => Box::new(packed),
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(packed)),
            Packing::Zstd => Box::new(zstd::Decoder::new(packed)?),
        };
        let mut start = Vec::new();
        (&mut bytes).take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut start)?;
        if start == BYTE_ORDER_MARK {
            start.clear();
        }
        Ok(Box::new(Cursor::new(start).chain(bytes)))
    }
}

/// What standard input is called.
pub(super) const STDIN: &str = "standard input";

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// How a file is packed, and its name without saying so.
fn packing(path: &Path) -> (Packing, PathBuf) {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("gz") => (Packing::Gzip, path.with_extension("")),
        Some("zst") => (Packing::Zstd, path.with_extension("")),
        _ => (Packing::None, path.to_owned()),
    }
}

/// The extension that tells the format.
pub(super) fn extension(path: &Path) -> Option<String> {
    let (_, name) = packing(path);
    name.extension().map(|extension| extension.to_string_lossy().to_lowercase())
}
