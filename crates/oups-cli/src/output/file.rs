//! Writes output files, which appear once they are complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::{Builder, NamedTempFile};

use crate::interrupt;

/// Writes to the path. A regular file appears, or is replaced, only once everything is written. A pipe or a device is
/// written to directly.
pub fn write<T>(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let reason = || format!("cannot write {}", path.display());
    // The target of a link is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let file = File::options().write(true).open(&target).with_context(reason)?;
        return into(Named { file: &file, path }, write);
    }
    let (temporary, _unfinished) = interrupt::unfinished(|| new_beside(&target)).with_context(reason)?;
    let result = into(Named { file: temporary.as_file(), path }, write)?;
    temporary.persist(&target).map_err(|error| error.error).with_context(reason)?;
    Ok(result)
}

fn into<T>(file: Named<'_>, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let mut out = BufWriter::new(file);
    let result = write(&mut out)?;
    out.flush()?;
    Ok(result)
}

/// A file whose errors name it as it was typed.
struct Named<'f> {
    file: &'f File,
    path: &'f Path,
}

impl Named<'_> {
    fn told<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {error}", self.path.display())))
    }
}

impl Write for Named<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.file.write(bytes);
        self.told(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.file.flush();
        self.told(result)
    }
}

fn new_beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = Builder::new();
    builder.prefix(".oups-").suffix(".tmp");
    // Temporary files are private by default. With this mode, the user's mask applies, as for other new files.
    #[cfg(unix)]
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(readable);
    fs::metadata(&folder)?;
    // Only the kind of the error: its text names the temporary file, which the user has not asked for.
    builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write(&path, |out| Ok(out.write_all(b"old")?)).unwrap();
        let failed: Result<()> = write(&path, |out| {
            out.write_all(b"new")?;
            bail!("no")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write(&path, |out| Ok(out.write_all(b"new")?)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.csv"), folder.path().join("link.csv"));
        fs::write(&path, b"old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, |out| Ok(out.write_all(b"new")?)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        write(Path::new("/dev/null"), |out| Ok(out.write_all(b"new")?)).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
