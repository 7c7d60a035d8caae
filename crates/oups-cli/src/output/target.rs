//! The file that rows go to, and their format.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::args::Format;
use crate::args::usage::Usage;

/// The file that rows go to, and their format.
#[derive(Debug)]
pub struct Target {
    /// The file; `None` for standard output.
    pub path: Option<PathBuf>,
    /// The format.
    pub format: Format,
    /// Whether Arrow has its form for files, and not the one for streams.
    pub is_file: bool,
}

impl Target {
    /// Takes the target from the options. `-` is standard output. The default format is that of the file's extension, and a
    /// table on standard output.
    ///
    /// # Errors
    ///
    /// [`Usage`] if the extension names no format, or if Parquet or Arrow would go to a terminal.
    pub fn of(output: Option<&Path>, format: Option<Format>) -> Result<Self> {
        let path = output.filter(|path| *path != Path::new("-")).map(Path::to_owned);
        let format = match (format, &path) {
            (Some(format), _) => format,
            (None, None) => Format::Table,
            (None, Some(path)) => format_of(path)?,
        };
        if matches!(format, Format::Parquet | Format::Arrow) && path.is_none() && io::stdout().is_terminal() {
            bail!(Usage("Parquet and Arrow do not go to a terminal: give --output FILE, or a pipe".to_owned()));
        }
        let is_file = path.is_some();
        Ok(Self { path, format, is_file })
    }
}

fn format_of(path: &Path) -> Result<Format> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("csv") => Ok(Format::Csv),
        Some("json" | "jsonl" | "ndjson") => Ok(Format::Json),
        Some("parquet" | "pq") => Ok(Format::Parquet),
        Some("arrow" | "feather" | "ipc") => Ok(Format::Arrow),
        Some("txt") => Ok(Format::Table),
        _ => {
            let path = path.display();
            bail!(Usage(format!(
                "cannot tell the format of {path}: expected .csv, .json, .arrow or .parquet, or --format"
            )))
        }
    }
}
