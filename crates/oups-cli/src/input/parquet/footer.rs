//! Reads the footer of a Parquet file, and refuses files that the program does not read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use arrow::error::ArrowError;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::{FOOTER, counted, guard, refused, sealed};

/// The first and last bytes of a file.
const MAGIC: &[u8] = b"PAR1";
/// The first and last bytes of a file whose footer is encrypted too.
const MAGIC_ENCRYPTED: &[u8] = b"PARE";

/// The bytes after the footer: its length and the magic bytes.
const TAIL: u64 = 8;

const ENCRYPTED: &str = "it is encrypted, which is not read here: decrypt it first";

/// Reads the footer.
///
/// # Errors
///
/// If the file is not a Parquet file, is damaged or encrypted, or is packed in a way that is not read.
pub(super) fn read(file: &File) -> Result<ParquetMetaData, ArrowError> {
    let bytes = bytes(file)?;
    if sealed::is_encrypted(&bytes) {
        return Err(refused(ENCRYPTED));
    }
    let metadata = guard(FOOTER, || ParquetMetaDataReader::decode_metadata(&bytes))?;
    for (at, group) in metadata.row_groups().iter().enumerate() {
        if let Some(column) = group.columns().iter().find(|column| !is_unpacked_here(column.compression())) {
            let (path, packing) = (column.column_path().string(), column.compression());
            return Err(refused(format!("column `{path}` is packed with {packing}, which is not read here: use Zstd")));
        }
        if group.num_rows() < 0 {
            return Err(refused(format!("it is damaged: row group {at} counts {} rows", group.num_rows())));
        }
    }
    counted::corrected(without_empty_dictionaries(metadata)?)
}

/// The bytes of the footer, without its length and the magic bytes.
fn bytes(mut file: &File) -> Result<Vec<u8>, ArrowError> {
    let length = file.metadata()?.len();
    let mut start = [0; 4];
    let mut tail = [0; TAIL as usize];
    if length < TAIL + start.len() as u64 {
        return Err(refused(format!("it has {length} bytes, too few for a Parquet file: it is cut short")));
    }
    file.rewind()?;
    file.read_exact(&mut start)?;
    file.seek(SeekFrom::Start(length - TAIL))?;
    file.read_exact(&mut tail)?;
    let (size, magic) = tail.split_at(4);
    match (magic, start.as_slice()) {
        (MAGIC_ENCRYPTED, _) => return Err(refused(ENCRYPTED)),
        (MAGIC, _) => {}
        (_, MAGIC | MAGIC_ENCRYPTED) => {
            return Err(refused("it does not end as Parquet files do, with `PAR1`: it is cut short"));
        }
        _ => return Err(refused("it is not a Parquet file: it does not begin and end with `PAR1`")),
    }
    let size = size.try_into().map_or(0, u32::from_le_bytes);
    if u64::from(size) > length - TAIL {
        return Err(refused(FOOTER));
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(length - TAIL - u64::from(size)))?;
    file.take(size.into()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_unpacked_here(packing: Compression) -> bool {
    !matches!(packing, Compression::LZO)
}

/// The metadata without dictionaries at offset 0, where the magic bytes are. Some writers (Dremio's) name that offset
/// for columns without a dictionary.
fn without_empty_dictionaries(metadata: ParquetMetaData) -> Result<ParquetMetaData, ArrowError> {
    let is_empty = |column: &ColumnChunkMetaData| column.dictionary_page_offset().is_some_and(|offset| offset <= 0);
    if !metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).any(is_empty) {
        return Ok(metadata);
    }
    let column = |column: &ColumnChunkMetaData| match is_empty(column) {
        true => column.clone().into_builder().set_dictionary_page_offset(None).build(),
        false => Ok(column.clone()),
    };
    let group = |group: &RowGroupMetaData| {
        let columns = group.columns().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        group.clone().into_builder().set_column_metadata(columns).build()
    };
    let groups = guard(FOOTER, || metadata.row_groups().iter().map(group).collect::<Result<Vec<_>, _>>())?;
    Ok(ParquetMetaData::new(metadata.file_metadata().clone(), groups))
}
