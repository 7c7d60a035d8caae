//! Counts the rows of a file. Its footer has the number twice: for the file, and for each row group.

use arrow::error::ArrowError;
use parquet::file::metadata::{FileMetaData, ParquetMetaData, RowGroupMetaData};

use super::refused;

/// The number of rows, by its row groups.
pub(super) fn rows(metadata: &ParquetMetaData) -> u64 {
    metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).sum()
}

/// The metadata with the file's number of rows set to that of its row groups. The reader relies on the former, but some
/// writers leave it at 0 or do not count rows that they append.
///
/// # Errors
///
/// If rows are missing: the file's number is larger than that of its row groups.
pub(super) fn corrected(metadata: ParquetMetaData) -> Result<ParquetMetaData, ArrowError> {
    let file = metadata.file_metadata();
    let rows = metadata.row_groups().iter().map(RowGroupMetaData::num_rows).try_fold(0, i64::checked_add);
    let Some(rows) = rows.filter(|rows| *rows >= file.num_rows()) else {
        let text = "it is damaged: its footer counts more rows than its row groups hold";
        return Err(refused(text));
    };
    if rows == file.num_rows() {
        return Ok(metadata);
    }
    let counted = FileMetaData::new(
        file.version(),
        rows,
        file.created_by().map(str::to_owned),
        file.key_value_metadata().cloned(),
        file.schema_descr_ptr(),
        file.column_orders().cloned(),
    );
    Ok(ParquetMetaData::new(counted, metadata.row_groups().to_vec()))
}
