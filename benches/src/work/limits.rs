//! The time that arrow and parquet alone need for the same files, with the same settings and threads, but without
//! checks, checksums, manifest and locks.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::{ROW_GROUP, bytes_under, count_ordered};

/// Rows that are encoded together, as in the library.
const BLOCK_ROWS: usize = 64 << 10;
/// Rows of a decoded batch, as a scan's.
const BATCH_ROWS: usize = 32 << 10;

pub(crate) fn write(inputs: &Inputs) -> Result<Report> {
    let out = inputs.fresh_out()?;
    let rows = row_groups(&inputs.base()?)?;
    let (report, _) = Report::of(|| {
        rows.iter().enumerate().try_for_each(|(at, rows)| encode(&out.join(format!("{at:03}.parquet")), rows))?;
        Ok(File::open(&out)?.sync_all()?)
    })?;
    let n = count_ordered(&decode_all(&files(&out)?)?)?;
    ensure!(n == inputs.rows as u64, "{n} rows of {} are there", inputs.rows);
    Ok(report.with("peer", "limit").with("n", n).with("bytes", bytes_under(&out)?))
}

pub(crate) fn scan(inputs: &Inputs) -> Result<Report> {
    let dataset = super::bulk::stored(inputs)?;
    let folder = inputs.out().join(dataset.path_text());
    let files = files(&folder)?;
    let mut best: Option<(f64, Report)> = None;
    for _ in 0..3 {
        let (report, batches) = Report::of(|| decode_all(&files))?;
        let n = count_ordered(&batches)?;
        ensure!(n == inputs.rows as u64, "{n} rows of {} are there", inputs.rows);
        let seconds = report.seconds();
        if best.as_ref().is_none_or(|(fastest, _)| seconds < *fastest) {
            best = Some((seconds, report.with("n", n)));
        }
    }
    Ok(best.context("no round")?.1.with("peer", "limit"))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// The rows, as one list of batches per row group. Batches of the input are cut without a copy.
fn row_groups(batches: &[RecordBatch]) -> Result<Vec<Vec<RecordBatch>>> {
    let (mut groups, mut open, mut left) = (Vec::new(), Vec::new(), ROW_GROUP as usize);
    for batch in batches {
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = (batch.num_rows() - from).min(left).min(BLOCK_ROWS);
            open.push(batch.slice(from, rows));
            (from, left) = (from + rows, left - rows);
            if left == 0 {
                groups.push(std::mem::take(&mut open));
                left = ROW_GROUP as usize;
            }
        }
    }
    groups.extend((!open.is_empty()).then_some(open));
    Ok(groups)
}

fn encode(path: &Path, blocks: &[RecordBatch]) -> Result<()> {
    let schema = blocks.first().context("no rows")?.schema();
    let parquet = ArrowSchemaConverter::new().convert(&schema)?;
    let file = File::create(path)?;
    let mut writer = SerializedFileWriter::new(file, parquet.root_schema_ptr(), Arc::new(properties()))?;
    let mut columns = ArrowRowGroupWriterFactory::new(&writer, schema.clone()).create_column_writers(0)?;
    for block in blocks {
        encode_block(&schema, &mut columns, block)?;
    }
    let chunks = columns.into_par_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>()?;
    let mut group = writer.next_row_group()?;
    for chunk in chunks {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close()?;
    writer.finish()?;
    Ok(writer.inner().sync_all()?)
}

fn encode_block(
    schema: &SchemaRef,
    columns: &mut [ArrowColumnWriter],
    block: &RecordBatch,
) -> Result<(), ParquetError> {
    columns.par_iter_mut().zip(block.columns()).enumerate().try_for_each(|(at, (writer, array))| {
        compute_leaves(schema.field(at), array)?.iter().try_for_each(|leaf| writer.write(leaf))
    })
}

/// The properties that the library chooses for these columns.
fn properties() -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_statistics_enabled("ts".into(), EnabledStatistics::Page)
        .set_data_page_row_count_limit(4096)
        .set_write_batch_size(1024)
        .set_dictionary_page_size_limit(1 << 20)
        .set_max_row_group_row_count(None);
    for column in ["ts", "seq"] {
        builder = builder
            .set_column_dictionary_enabled(column.into(), false)
            .set_column_encoding(column.into(), Encoding::DELTA_BINARY_PACKED);
    }
    builder.build()
}

fn decode_all(files: &[PathBuf]) -> Result<Vec<RecordBatch>> {
    let decode = |path: &PathBuf| -> Result<Vec<RecordBatch>> {
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.with_batch_size(BATCH_ROWS).build()?;
        Ok(reader.collect::<Result<_, _>>()?)
    };
    Ok(files.par_iter().map(decode).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}
