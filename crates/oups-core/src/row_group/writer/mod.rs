//! Writes rows into one Parquet file with one row group. It does not decide which rows belong together.

mod distinct;
mod properties;
mod sample;
mod sink;

#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowSchemaConverter};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

use crate::format::seal::SEAL;
use crate::ordered::OrdValue;
use crate::parallel::try_map;
use crate::schema::DatasetSchema;
use crate::{Error, Result};
use distinct::DistinctLimit;
use properties::properties;
use sink::HashingSink;

/// How many rows are gathered before the columns are encoded in parallel.
const BLOCK_ROWS: usize = 64 << 10;

/// Fewer rows are encoded by the calling thread: waking others would take about as long.
const FEW_ROWS: usize = 8 << 10;

/// The facts of a written file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    /// The number of rows.
    pub(crate) rows: u64,
    /// The ordered value of the first row.
    pub(crate) min: OrdValue,
    /// The ordered value of the last row.
    pub(crate) max: OrdValue,
    /// The length of the file in bytes.
    pub(crate) bytes: u64,
    /// XXH3-128 of all bytes of the file.
    pub(crate) checksum: u128,
}

/// Writes one row group file.
///
/// It takes the memory of a block of rows and of the row group's encoded bytes. Before [`finish`](Self::finish), only
/// the first four bytes reach the sink.
pub(crate) struct RowGroupWriter<W: Write + Send> {
    path: PathBuf,
    schema: Arc<DatasetSchema>,
    sink: Option<W>,
    state: Option<Encoder<W>>,
    limits: Vec<DistinctLimit>,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    rows: u64,
    min: Option<OrdValue>,
    max: Option<OrdValue>,
}

/// The open file and the encoders of its columns. They are made once the first rows show how to encode.
struct Encoder<W: Write + Send> {
    file: SerializedFileWriter<HashingSink<W>>,
    /// For each column of the dataset the encoders of its leaves.
    columns: Vec<Vec<ArrowColumnWriter>>,
}

impl<W: Write + Send> std::fmt::Debug for RowGroupWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowGroupWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<W: Write + Send> RowGroupWriter<W> {
    /// A writer into a sink. The path is only for error messages.
    ///
    /// # Errors
    ///
    /// If the values of a dictionary column cannot be counted; those of all allowed types can.
    pub(crate) fn new(sink: W, path: impl Into<PathBuf>, schema: &Arc<DatasetSchema>) -> Result<Self> {
        Ok(Self {
            path: path.into(),
            schema: schema.clone(),
            sink: Some(sink),
            state: None,
            limits: DistinctLimit::of(schema)?,
            waiting: Vec::new(),
            waiting_rows: 0,
            rows: 0,
            min: None,
            max: None,
        })
    }

    /// Adds a batch in the dataset's plain schema. Its rows are sorted, and follow those of the batches before.
    ///
    /// # Errors
    ///
    /// [`Error::DictionaryFull`] if a dictionary column has more values than its keys can number; [`Error::Io`] if the
    /// sink fails.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let value = |at: usize| {
            let keys = self.schema.keys(&batch.slice(at, 1)).map_err(|error| self.schema.arrow_error(error))?;
            Ok::<_, Error>(keys.first())
        };
        self.min = self.min.take().map_or_else(|| value(0), |min| Ok(Some(min)))?;
        self.max = value(batch.num_rows() - 1)?;
        self.rows += batch.num_rows() as u64;
        self.waiting_rows += batch.num_rows();
        self.waiting.push(batch.clone());
        if self.waiting_rows >= BLOCK_ROWS { self.encode_waiting() } else { Ok(()) }
    }

    /// Ends the file, with these key-values in its footer, before the Arrow schema and the seal.
    ///
    /// Returns the sink for syncing.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the sink fails; [`Error::InvalidOption`] if no rows were written.
    pub(crate) fn finish(mut self, key_values: Vec<(String, String)>) -> Result<(Encoded, W)> {
        self.encode_waiting()?;
        let (Some(state), Some(min), Some(max)) = (self.state.take(), self.min.take(), self.max.take()) else {
            let (expected, found) = ("at least one".into(), "none".into());
            return Err(Error::InvalidOption { option: "rows of a row group", expected, found });
        };
        let (sink, bytes, checksum) =
            end_file(state, &self.schema, key_values, self.rows < FEW_ROWS as u64).map_err(|e| self.error(e))?;
        Ok((Encoded { rows: self.rows, min, max, bytes, checksum }, sink))
    }

    /// Encodes the gathered rows. The first time, opens the file with encodings chosen by these rows.
    fn encode_waiting(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.waiting);
        self.waiting_rows = 0;
        let Some(first) = batches.first() else { return Ok(()) };
        for limit in &mut self.limits {
            batches.iter().try_for_each(|batch| limit.count(&self.schema, batch.columns(), self.min.as_ref()))?;
        }
        if let Some(sink) = self.sink.take() {
            let sample = largest(&batches).unwrap_or(first);
            let encoder = Encoder::new(sink, &self.schema, sample.columns());
            self.state = Some(encoder.map_err(|error| self.error(error))?);
        }
        let encoded = self.state.as_mut().map_or(Ok(()), |state| state.encode(&self.schema, &batches));
        encoded.map_err(|error| self.error(error))
    }

    fn error(&self, error: ParquetError) -> Error {
        sink_error(&self.path, &self.schema, error)
    }
}

/// The batch with the most rows, as a sample of the data.
fn largest(batches: &[RecordBatch]) -> Option<&RecordBatch> {
    batches.iter().max_by_key(|batch| batch.num_rows())
}

fn sink_error(path: &Path, schema: &DatasetSchema, error: ParquetError) -> Error {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => Error::Io { action: "write", path: path.into(), source: *source },
            Err(source) => schema.arrow_error(arrow::error::ArrowError::ExternalError(source)),
        },
        other => schema.arrow_error(arrow::error::ArrowError::ParquetError(other.to_string())),
    }
}

impl<W: Write + Send> Encoder<W> {
    fn new(sink: W, schema: &DatasetSchema, sample: &[ArrayRef]) -> Result<Self, ParquetError> {
        let parquet = ArrowSchemaConverter::new().convert(schema.stored())?;
        let properties = Arc::new(properties(schema, &parquet, sample));
        let file = SerializedFileWriter::new(HashingSink::new(sink), parquet.root_schema_ptr(), properties)?;
        let factory = ArrowRowGroupWriterFactory::new(&file, schema.plain().clone());
        let mut leaves = factory.create_column_writers(0)?.into_iter();
        let mut columns: Vec<Vec<_>> = schema.plain().fields().iter().map(|_| Vec::new()).collect();
        for leaf in 0..parquet.num_columns() {
            if let (Some(column), Some(writer)) = (columns.get_mut(parquet.get_column_root_idx(leaf)), leaves.next()) {
                column.push(writer);
            }
        }
        Ok(Self { file, columns })
    }

    /// Encodes the batches column by column, in parallel if they have many rows.
    fn encode(&mut self, schema: &DatasetSchema, batches: &[RecordBatch]) -> Result<(), ParquetError> {
        let encode = |(at, writers): (usize, &mut Vec<ArrowColumnWriter>)| {
            for batch in batches {
                let leaves = compute_leaves(schema.plain().field(at), batch.column(at))?;
                for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                    writer.write(leaf)?;
                }
            }
            Ok(())
        };
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let columns = &mut self.columns;
        if rows < FEW_ROWS {
            return columns.iter_mut().enumerate().try_for_each(encode);
        }
        try_map(columns.iter_mut().enumerate().collect(), encode).map(drop)
    }
}

/// Ends the columns, puts them one after another into the file, and writes the footer.
fn end_file<W: Write + Send>(
    state: Encoder<W>,
    schema: &DatasetSchema,
    key_values: Vec<(String, String)>,
    is_small: bool,
) -> Result<(W, u64, u128), ParquetError> {
    let Encoder { mut file, columns } = state;
    let writers: Vec<_> = columns.into_iter().flatten().collect();
    let chunks: Vec<ArrowColumnChunk> = if is_small {
        writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, _>>()?
    } else {
        try_map(writers, ArrowColumnWriter::close)?
    };
    let mut group = file.next_row_group()?;
    for chunk in chunks {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close()?;
    // Only now are the last pages in the sink, and hashed.
    file.flush().map_err(|error| ParquetError::External(Box::new(error)))?;
    let mut seal = file.inner_mut().seal();
    let arrow_schema = (ARROW_SCHEMA_META_KEY.to_string(), schema.footer_text().to_owned());
    for (key, value) in key_values.into_iter().chain([arrow_schema]) {
        seal.add(&key, &value);
        file.append_key_value_metadata(KeyValue::new(key, value));
    }
    file.append_key_value_metadata(KeyValue::new(SEAL.to_owned(), seal.text()));
    // Not `into_inner`, which turns an error of the sink into a text, so that its kind is lost.
    file.finish()?;
    file.inner_mut().take().ok_or_else(|| ParquetError::General("the sink is gone".into()))
}
