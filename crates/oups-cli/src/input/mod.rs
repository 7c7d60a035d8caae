//! Input files, read one after the other as one stream of batches.

mod concat;
mod csv;
mod infer;
mod parquet;
mod places;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::RecordBatchReader;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;

pub(crate) use places::Places;

use crate::exit::Usage;
use crate::progress::Progress;

/// One input file, and the columns it is read with.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    kind: Kind,
    schema: SchemaRef,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Parquet,
    Csv { delimiter: u8 },
}

type BatchReader = Box<dyn RecordBatchReader + Send>;

/// The rows of all files, in the order given.
///
/// `stored` are the columns of the dataset that the rows are for: they say what the texts of a CSV file mean.
pub(crate) fn open(
    paths: &[PathBuf],
    stored: Option<SchemaRef>,
    progress: Progress,
    places: Places,
) -> Result<BatchReader> {
    let kinds = paths.iter().map(|path| kind(path)).collect::<Result<Vec<_>>>()?;
    let files: Vec<(&Path, Kind)> = paths.iter().map(PathBuf::as_path).zip(kinds).collect();
    for (path, _) in &files {
        readable(path)?;
    }
    let sources = sources(&files, stored)?;
    let schema = agreed_schema(&sources)?;
    let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    progress.expect_bytes(paths.iter().map(length).sum());
    Ok(Box::new(concat::Concat::new(schema, sources, progress, places)))
}

fn kind(path: &Path) -> Result<Kind> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("parquet" | "pq") => Ok(Kind::Parquet),
        Some("csv") => Ok(Kind::Csv { delimiter: b',' }),
        Some("tsv") => Ok(Kind::Csv { delimiter: b'\t' }),
        _ => bail!(Usage(format!("cannot tell the format of {}: expected .parquet, .csv or .tsv", path.display()))),
    }
}

/// CSV is read twice, Parquet from its end: neither works for pipes.
fn readable(path: &Path) -> Result<()> {
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !metadata.is_file() {
        bail!("cannot read {}: it is no regular file", path.display());
    }
    Ok(())
}

/// The columns of each file. Those of Parquet files are known; those of CSV files follow the dataset's, or the first
/// Parquet file's, or are inferred from all CSV files together.
fn sources(files: &[(&Path, Kind)], stored: Option<SchemaRef>) -> Result<Vec<Source>> {
    let mut schemas = Vec::new();
    for (path, kind) in files {
        schemas.push(match kind {
            Kind::Parquet => Some(parquet::schema(path)?),
            Kind::Csv { .. } => None,
        });
    }
    let known = stored.or_else(|| schemas.iter().flatten().next().cloned());
    let csv = |(path, kind): &(&Path, Kind)| match kind {
        Kind::Csv { delimiter } => Some(csv::File { path: path.to_path_buf(), delimiter: *delimiter }),
        Kind::Parquet => None,
    };
    let csv_files: Vec<csv::File> = files.iter().filter_map(csv).collect();
    let mut csv_schemas = infer::schemas(&csv_files, known.as_deref())?.into_iter();
    let mut sources = Vec::new();
    for ((path, kind), schema) in files.iter().zip(schemas) {
        let Some(schema) = schema.or_else(|| csv_schemas.next()) else { continue };
        sources.push(Source { path: path.to_path_buf(), kind: *kind, schema });
    }
    Ok(sources)
}

/// The first file's columns, which all others must have too, in any order. A column is nullable if it is in any file.
fn agreed_schema(sources: &[Source]) -> Result<SchemaRef> {
    let Some((first, others)) = sources.split_first() else { return Ok(Arc::new(Schema::empty())) };
    let mut fields: Vec<Field> = first.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    for other in others {
        let differ = |detail: String| {
            anyhow!("{} and {} have different columns: {detail}", first.path.display(), other.path.display())
        };
        if let Some(field) = other.schema.fields().iter().find(|field| first.schema.index_of(field.name()).is_err()) {
            return Err(differ(format!("`{}` is only in the second", field.name())));
        }
        for field in &mut fields {
            let Ok(found) = other.schema.field_with_name(field.name()) else {
                return Err(differ(format!("`{}` is only in the first", field.name())));
            };
            if found.data_type() != field.data_type() {
                let types = format!("`{}` is {} and {}", field.name(), field.data_type(), found.data_type());
                return Err(differ(types));
            }
            field.set_nullable(field.is_nullable() || found.is_nullable());
        }
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, first.schema.metadata().clone())))
}

impl Source {
    fn open(&self, progress: &Progress) -> Result<BatchReader, ArrowError> {
        match self.kind {
            Kind::Parquet => parquet::open(&self.path, progress),
            Kind::Csv { delimiter } => {
                let file = csv::File { path: self.path.clone(), delimiter };
                csv::open(&file, self.schema.clone(), progress)
            }
        }
    }
}
