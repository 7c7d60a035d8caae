//! Checks the sizes in a manifest's footer and page headers before the manifest is decoded.
//!
//! Parquet's reader allocates the size that a page header claims, and loops over lists that claim to be longer than the
//! file. A manifest with forged headers and a right checksum could make it allocate gigabytes or loop for minutes. The
//! manifests of oups hold only plain values, which Snappy can make at most some twenty times smaller, so that claims
//! can be checked against the length of the file.

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

/// The best ratio of Snappy: a copy of at most 64 bytes takes three.
const MOST_TIMES_SMALLER: u64 = 22;
/// The least bytes of a row before compression: its checksum.
const ROW_BYTES: u64 = 16;
/// The deepest nesting that is followed. Real footers nest some eight deep.
const MOST_NESTED: usize = 16;
/// The bytes behind the footer: its length and a marker.
const END: usize = 8;

/// Checks that every list in the footer can be as long as it claims.
///
/// # Errors
///
/// A text that says what is impossible.
pub(super) fn check_footer(bytes: &[u8]) -> Result<(), String> {
    let footer = || {
        let (rest, end) = bytes.split_at(bytes.len().checked_sub(END)?);
        let len = u32::from_le_bytes(end.get(..4)?.try_into().ok()?);
        let mut footer = rest.get(rest.len().checked_sub(usize::try_from(len).ok()?)?..)?;
        read_struct(&mut footer, &mut Vec::new(), &mut |_, _| ())
    };
    footer().ok_or_else(|| "its footer cannot be read".to_owned())
}

/// Checks the number of rows and the sizes of all pages.
///
/// # Errors
///
/// A text that says what is impossible.
pub(super) fn check(bytes: &[u8], metadata: &ParquetMetaData) -> Result<(), String> {
    let rows = metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(u64::MAX));
    if rows.fold(0, u64::saturating_add) > bytes.len() as u64 * MOST_TIMES_SMALLER / ROW_BYTES {
        return Err("it has more rows than bytes".to_owned());
    }
    metadata.row_groups().iter().flat_map(|group| group.columns()).try_for_each(|chunk| check_chunk(bytes, chunk))
}

/// Checks a column's pages as the writer of a manifest makes them: data pages of the first version, plain values, no
/// levels, Snappy or no compression (Parquet's `Encodings.md` and `parquet.thrift`). A page that claims more bytes than
/// Snappy can pack into it is forged. Dictionaries and levels are refused, since they could claim many values in few
/// bytes.
fn check_chunk(bytes: &[u8], chunk: &ColumnChunkMetaData) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("column `{}` {what}", chunk.column_path().string()));
    if chunk.column_descr().max_def_level() > 0 || chunk.column_descr().max_rep_level() > 0 {
        return wrong("has nulls or lists");
    }
    if !matches!(chunk.compression(), Compression::UNCOMPRESSED | Compression::SNAPPY) {
        return wrong("is not compressed as a manifest is");
    }
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let place = (usize::try_from(start), usize::try_from(chunk.compressed_size()));
    let pages = match place {
        (Ok(start), Ok(len)) => bytes.get(start..).and_then(|rest| rest.get(..len)),
        _ => None,
    };
    let Some(mut pages) = pages else { return wrong("is not in the file") };
    while !pages.is_empty() {
        let Some((header, content)) = Header::read(pages) else { return wrong("has a page that cannot be read") };
        if !header.is_plain() {
            return wrong("has a page that is not plain");
        }
        match header.sizes() {
            Some((unpacked, packed)) if unpacked <= packed.saturating_mul(MOST_TIMES_SMALLER) => {
                let next = usize::try_from(packed).ok().and_then(|packed| content.get(packed..));
                let Some(next) = next else { return wrong("has a page that ends outside of it") };
                pages = next;
            }
            _ => return wrong("has a page of an impossible size"),
        }
    }
    Ok(())
}

/// The fields of a page header that are checked.
#[derive(Default)]
struct Header {
    kind: Option<i64>,
    unpacked: Option<i64>,
    packed: Option<i64>,
    encoding: Option<i64>,
}

impl Header {
    /// The header at the start of the bytes, and the bytes behind it.
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (mut header, mut rest) = (Self::default(), bytes);
        read_struct(&mut rest, &mut Vec::new(), &mut |path, value| match path {
            [1] => header.kind = Some(value),
            [2] => header.unpacked = Some(value),
            [3] => header.packed = Some(value),
            // Field 5 is the header of a data page of the first version; its field 2 is the encoding.
            [5, 2] => header.encoding = Some(value),
            _ => {}
        })?;
        Some((header, rest))
    }

    /// Whether this is a data page of the first version (type 0) with plain values (encoding 0).
    fn is_plain(&self) -> bool {
        (self.kind, self.encoding) == (Some(0), Some(0))
    }

    /// The uncompressed and the compressed size in bytes.
    fn sizes(&self) -> Option<(u64, u64)> {
        Some((u64::try_from(self.unpacked?).ok()?, u64::try_from(self.packed?).ok()?))
    }
}

/// Walks over a structure in Thrift's compact protocol. `tell` gets every integer in it, with the ids of the fields
/// that lead to it.
fn read_struct(bytes: &mut &[u8], path: &mut Vec<i64>, tell: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
    if path.len() > MOST_NESTED {
        return None;
    }
    path.push(0);
    loop {
        let head = byte(bytes)?;
        let (delta, kind) = (head >> 4, head & 15);
        if head == 0 {
            path.pop();
            return Some(());
        }
        let last = path.last_mut()?;
        *last = if delta > 0 { last.checked_add(delta.into())? } else { zigzag(bytes)? };
        read_value(bytes, kind, path, tell)?;
    }
}

/// Reads a value by its type code in the compact protocol. Codes that Parquet does not use are refused.
fn read_value(bytes: &mut &[u8], kind: u8, path: &mut Vec<i64>, tell: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
    match kind {
        // The field's head holds the value of a boolean.
        1 | 2 => Some(()),
        3 => skip(bytes, 1),
        4..=6 => {
            let value = zigzag(bytes)?;
            tell(path, value);
            Some(())
        }
        7 => skip(bytes, 8),
        8 => {
            let len = varint(bytes)?;
            skip(bytes, len)
        }
        9 => read_list(bytes, path, tell),
        12 => read_struct(bytes, path, tell),
        // Neither footers nor headers have sets or maps.
        _ => None,
    }
}

fn read_list(bytes: &mut &[u8], path: &mut Vec<i64>, tell: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
    let head = byte(bytes)?;
    let (short, kind) = (head >> 4, head & 15);
    let len = if short < 15 { short.into() } else { varint(bytes)? };
    // Every item has at least one byte, except for booleans. Footers have no lists of these.
    if len > bytes.len() as u64 || kind < 3 || path.len() > MOST_NESTED {
        return None;
    }
    path.push(0);
    (0..len).try_for_each(|_| read_value(bytes, kind, path, tell))?;
    path.pop();
    Some(())
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn skip(bytes: &mut &[u8], len: u64) -> Option<()> {
    *bytes = bytes.get(usize::try_from(len).ok()?..)?;
    Some(())
}

/// An unsigned number of the compact protocol: seven bits in each byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = byte(bytes)?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// A signed number of the compact protocol: its sign is the lowest bit.
fn zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let value = varint(bytes)?;
    Some((value >> 1) as i64 ^ -((value & 1) as i64))
}
