//! The inputs that all peers share, and where results go.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// Rows of a batch that is read. This is a whole row group of the input, as other libraries read it.
const BATCH_ROWS: usize = 1 << 20;

/// Files in a folder for a number of rows; `docs/performance.md` describes them.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) rows: usize,
    dir: PathBuf,
    folder: PathBuf,
    out: PathBuf,
}

/// A half-open range of times in nanoseconds.
pub(crate) type Span = std::ops::Range<i64>;

impl Inputs {
    pub(crate) fn new(dir: &Path, rows: usize) -> Self {
        let (folder, out) = (dir.join(format!("in{rows}")), dir.join("out").join("oups"));
        Self { rows, dir: dir.to_owned(), folder, out }
    }

    /// The folder of `--dir`.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A file or folder of the inputs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder that a workload writes to.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// The folder that a workload writes to, emptied.
    pub(crate) fn fresh_out(&self) -> Result<PathBuf> {
        if self.out.exists() {
            fs::remove_dir_all(&self.out).with_context(|| format!("clear {}", self.out.display()))?;
        }
        fs::create_dir_all(&self.out)?;
        Ok(self.out.clone())
    }

    /// All rows.
    pub(crate) fn base(&self) -> Result<Vec<RecordBatch>> {
        read(&self.path("base.parquet"))
    }

    /// The late rows of `upsert`.
    pub(crate) fn late(&self) -> Result<Vec<RecordBatch>> {
        read(&self.path("late.parquet"))
    }

    /// The files of a folder of the inputs, by name.
    pub(crate) fn files(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let folder = self.path(folder);
        let entries = fs::read_dir(&folder).with_context(|| missing(&folder))?;
        let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        files.sort();
        Ok(files)
    }

    /// The spans that every peer reads: `"range"` or `"cross"` in `spans.json`.
    pub(crate) fn spans(&self, work: &str) -> Result<Vec<Span>> {
        let path = self.path("spans.json");
        let text = fs::read_to_string(&path).with_context(|| missing(&path))?;
        let spans: Value = serde_json::from_str(&text)?;
        let spans = spans.get(work).and_then(Value::as_array).with_context(|| missing(&path))?;
        let bound =
            |span: &Value, at: usize| span.get(at).and_then(Value::as_i64).context("a span is not a pair of numbers");
        spans.iter().map(|span| Ok(bound(span, 0)?..bound(span, 1)?)).collect()
    }
}

/// The rows of a Parquet file.
pub(crate) fn read(path: &Path) -> Result<Vec<RecordBatch>> {
    let file = File::open(path).with_context(|| missing(path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH_ROWS).build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

fn missing(path: &Path) -> String {
    format!("{}: make the inputs with `compare.py gen` or `oups-bench gen`", path.display())
}
