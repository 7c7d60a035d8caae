//! The encoding of each column of a row group, by its type and its first rows.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use parquet::basic::{Compression, Encoding, Type as PhysicalType};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::sample::{ColumnEncoding, choose};
use crate::schema::DatasetSchema;

/// The rows of a page. A narrow range decodes whole pages, so small pages are faster. Pages of 4,096 rows cost less
/// than 1 % of size and write speed against 20,000.
const PAGE_ROWS: usize = 4096;

/// How many values the encoders take at a time. Pages only end between these steps.
const STEP_ROWS: usize = 1024;

/// The writer gives up a dictionary of more bytes than this and goes on without it.
const DICTIONARY_BYTES: usize = 1 << 20;

/// Statistics of text and binary are cut to this many bytes.
const STATISTICS_BYTES: usize = 64;

/// The properties of a row group whose first rows are these columns, in the plain schema.
///
/// - Snappy, data pages of version 1, and the encodings dictionary, plain and delta: every reader knows them.
/// - Whole numbers, dates and times are delta packed, or have a dictionary if that is smaller. Text and binary have a
///   dictionary if values repeat, else their lengths are packed apart. Floats have a dictionary if values repeat, else
///   they are plain.
/// - The ordered column has statistics for each page, by which ranges are pruned; the others have them for the whole
///   chunk. All have page offsets, so that any rows of any column can be read by themselves.
pub(super) fn properties(schema: &DatasetSchema, parquet: &SchemaDescriptor, first: &[ArrayRef]) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_created_by(concat!("oups ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_statistics_truncate_length(Some(STATISTICS_BYTES))
        .set_column_index_truncate_length(Some(STATISTICS_BYTES))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(STEP_ROWS)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_max_row_group_row_count(None);
    for (leaf, column) in parquet.columns().iter().enumerate() {
        let root = parquet.get_column_root_idx(leaf);
        let is_ordered = root == schema.ordered_index();
        let declared = schema.stored().fields().get(root).map(|field| field.data_type());
        builder = match (declared, first.get(root)) {
            (Some(declared), Some(array)) => encoded(builder, column, declared, array, is_ordered),
            _ => builder,
        };
        if is_ordered {
            let sorting = SortingColumn { column_idx: leaf as i32, descending: false, nulls_first: false };
            builder = builder
                .set_sorting_columns(Some(vec![sorting]))
                .set_column_statistics_enabled(column.path().clone(), EnabledStatistics::Page);
        }
    }
    builder.build()
}

/// Sets the encoding of one leaf column. A column that the dataset declares as a dictionary gets one. Ordered integers
/// are sorted, so their differences always pack well and no sample is needed.
fn encoded(
    builder: WriterPropertiesBuilder,
    column: &ColumnDescPtr,
    declared: &DataType,
    array: &ArrayRef,
    is_ordered: bool,
) -> WriterPropertiesBuilder {
    let path = column.path().clone();
    let values = match column.physical_type() {
        PhysicalType::INT32 | PhysicalType::INT64 => Encoding::DELTA_BINARY_PACKED,
        PhysicalType::BYTE_ARRAY => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        _ => Encoding::PLAIN,
    };
    let choice = match declared {
        DataType::Dictionary(..) => ColumnEncoding::Dictionary,
        DataType::Boolean => ColumnEncoding::Values,
        _ if is_ordered && values == Encoding::DELTA_BINARY_PACKED => ColumnEncoding::Values,
        _ => choose(array),
    };
    builder
        .set_column_encoding(path.clone(), values)
        .set_column_dictionary_enabled(path, choice == ColumnEncoding::Dictionary)
}
