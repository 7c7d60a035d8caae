//! Finds the files of the inputs as typed, and their formats.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::content::{Content, extension};
use super::source::Source;
use super::{Kind, ipc};
use crate::args::InputFormat;
use crate::args::usage::Usage;
use crate::explain::hint;

/// One input that was found. Nothing is known of its columns yet.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) from: From,
}

pub(super) enum From {
    Content(Content),
    /// An Arrow stream on standard input. It is read as it comes, so only once.
    Stream(Source),
}

/// The inputs in the given order. The files of a pattern are in the order of their names.
pub(super) fn find(inputs: &[PathBuf], format: Option<InputFormat>) -> Result<Vec<Found>> {
    if inputs.iter().filter(|input| is_stdin(input)).count() > 1 {
        bail!(Usage("standard input can be read once: give `-` once".to_owned()));
    }
    let mut found = Vec::new();
    for input in inputs {
        if is_stdin(input) {
            found.push(stdin(format)?);
            continue;
        }
        for path in matching(input)? {
            let kind = kind(&path, format)?;
            found.push(Found { kind, from: From::Content(Content::of_file(&path)?) });
        }
    }
    Ok(found)
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The file, or the files of a pattern.
fn matching(input: &Path) -> Result<Vec<PathBuf>> {
    let pattern = input.to_string_lossy();
    if input.exists() || !pattern.contains(['*', '?', '[']) {
        return Ok(vec![input.to_owned()]);
    }
    let paths =
        glob::glob(&pattern).map_err(|error| Usage(format!("`{pattern}` is not a pattern of files: {error}")))?;
    let paths = paths.collect::<Result<Vec<_>, _>>().with_context(|| format!("cannot look for {pattern}"))?;
    if paths.is_empty() {
        bail!("no file matches {pattern}");
    }
    Ok(paths)
}

fn kind(path: &Path, format: Option<InputFormat>) -> Result<Kind> {
    if path.is_dir() {
        let (folder, pattern) = (path.display(), path.join("*.parquet"));
        let files = format!("a quoted pattern names its files, such as '{}'", pattern.display());
        return Err(hint::told(format!("{folder} is a folder, not a file"), Some(files)));
    }
    let extension = extension(path);
    let by_name = match extension.as_deref() {
        Some("parquet" | "pq") => Some(Kind::Parquet),
        Some("csv") => Some(Kind::Csv { delimiter: b',' }),
        Some("tsv") => Some(Kind::Csv { delimiter: b'\t' }),
        Some("json" | "jsonl" | "ndjson") => Some(Kind::Json),
        Some("arrow" | "arrows" | "feather" | "ipc") => Some(Kind::Arrow),
        _ => None,
    };
    match (format, by_name) {
        // `--format csv` does not say whether fields are separated by commas or tabs; the extension does.
        (Some(InputFormat::Csv), Some(kind @ Kind::Csv { .. })) => Ok(kind),
        (Some(format), _) => Ok(format.into()),
        (None, Some(kind)) => Ok(kind),
        (None, None) => bail!(Usage(format!(
            "cannot tell the format of {}: expected .parquet, .csv, .tsv, .json, .jsonl or .arrow, or --format",
            path.display()
        ))),
    }
}

const NO_STREAM: &str = "standard input is not an Arrow stream";

fn stdin(format: Option<InputFormat>) -> Result<Found> {
    let kind = format.map_or(Kind::Arrow, Kind::from);
    let mut start = Vec::new();
    if kind == Kind::Arrow {
        // The lock must not live longer than this statement, because the stream takes it itself.
        io::stdin().take(ipc::MAGIC.len() as u64).read_to_end(&mut start).context("cannot read standard input")?;
        match start.as_slice() {
            ipc::MAGIC => {}
            // A stream begins with this mark, or with a length below 2^16; no text begins with either.
            [0xFF, 0xFF, 0xFF, 0xFF, ..] | [_, _, 0, 0, ..] => {
                return Ok(Found { kind, from: From::Stream(ipc::stdin(start)?) });
            }
            _ => {
                return Err(hint::told(NO_STREAM.to_owned(), Some("--format says what it is, such as csv".to_owned())));
            }
        }
    }
    Ok(Found { kind, from: From::Content(Content::of_stdin(&start)?) })
}

impl std::convert::From<InputFormat> for Kind {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Csv => Self::Csv { delimiter: b',' },
            InputFormat::Tsv => Self::Csv { delimiter: b'\t' },
            InputFormat::Json => Self::Json,
            InputFormat::Parquet => Self::Parquet,
            InputFormat::Arrow => Self::Arrow,
        }
    }
}
