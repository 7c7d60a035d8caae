//! Chooses the encoding of a column by a sample of its rows.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use hashbrown::HashSet;

/// The rows of the sample.
const ROWS: usize = 16 << 10;

/// A dictionary with more values than this share of the rows does not pay.
const DICTIONARY_SHARE: f64 = 0.25;

/// The encoding of a leaf column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnEncoding {
    /// A dictionary and packed positions in it.
    Dictionary,
    /// The values themselves, in the encoding of their type.
    Values,
}

/// Chooses by the first rows of a column. It gets a dictionary if few values repeat, unless it has whole numbers whose
/// differences pack as tightly (counters, times).
pub(super) fn choose(array: &ArrayRef) -> ColumnEncoding {
    let array = array.slice(0, array.len().min(ROWS));
    let Some(values) = Fingerprints::of(&array) else {
        return ColumnEncoding::Dictionary;
    };
    if values.all.is_empty() {
        return ColumnEncoding::Dictionary;
    }
    let most = (DICTIONARY_SHARE * values.all.len() as f64) as usize;
    let Some(distinct) = distinct_up_to(most, &values.all) else {
        return ColumnEncoding::Values;
    };
    let dictionary_bits = bits(distinct as u64 - 1);
    match values.is_integer.then(|| delta_bits(&values.all)) {
        Some(delta_bits) if delta_bits <= dictionary_bits => ColumnEncoding::Values,
        _ => ColumnEncoding::Dictionary,
    }
}

/// The number of distinct values; `None` if it is above `most`, which is found without reading all values.
///
/// Every small write calls this for every column. The standard library's hash, which guards against chosen values, took
/// more time than encoding. Chosen values can only slow down this sample, so a faster hash is good enough.
fn distinct_up_to(most: usize, values: &[u64]) -> Option<usize> {
    let mut seen = HashSet::with_capacity(most.min(values.len()) + 1);
    values.iter().all(|value| !seen.insert(value) || seen.len() <= most).then_some(seen.len())
}

/// Each value that is not null as 64 bits: the value itself, or a hash of it.
struct Fingerprints {
    all: Vec<u64>,
    is_integer: bool,
}

impl Fingerprints {
    fn of(array: &ArrayRef) -> Option<Self> {
        use DataType::*;
        let is_integer = array.data_type().is_integer() || array.data_type().is_temporal();
        let all = match array.data_type() {
            Utf8 => hashed(array.as_string::<i32>().iter().map(|v| v.map(str::as_bytes))),
            LargeUtf8 => hashed(array.as_string::<i64>().iter().map(|v| v.map(str::as_bytes))),
            Utf8View => hashed(array.as_string_view().iter().map(|v| v.map(str::as_bytes))),
            Binary => hashed(array.as_binary::<i32>().iter()),
            LargeBinary => hashed(array.as_binary::<i64>().iter()),
            BinaryView => hashed(array.as_binary_view().iter()),
            FixedSizeBinary(_) => hashed(array.as_fixed_size_binary().iter()),
            data_type if data_type.is_primitive() => fixed_width(array)?,
            _ => return None,
        };
        Some(Self { all, is_integer })
    }
}

fn hashed<'a>(values: impl Iterator<Item = Option<&'a [u8]>>) -> Vec<u64> {
    values.flatten().map(|v| twox_hash::XxHash3_128::oneshot(v) as u64).collect()
}

/// Values of a fixed number of bytes, sign-extended to 64 bits; wider ones are hashed.
fn fixed_width(array: &ArrayRef) -> Option<Vec<u64>> {
    let width = array.data_type().primitive_width()?;
    let data = array.to_data();
    let from = data.offset().checked_mul(width)?;
    let bytes = data.buffers().first()?.as_slice().get(from..from + array.len().checked_mul(width)?)?;
    let all = match width {
        1 => widened(bytes, |[byte]: [u8; 1]| byte as i8 as i64),
        2 => widened(bytes, |value| i16::from_le_bytes(value).into()),
        4 => widened(bytes, |value| i32::from_le_bytes(value).into()),
        8 => widened(bytes, i64::from_le_bytes),
        _ => bytes.chunks_exact(width).map(|value| twox_hash::XxHash3_128::oneshot(value) as u64).collect(),
    };
    match array.nulls() {
        None => Some(all),
        Some(nulls) => Some(all.into_iter().zip(nulls).filter_map(|(value, valid)| valid.then_some(value)).collect()),
    }
}

fn widened<const WIDTH: usize>(bytes: &[u8], widen: impl Fn([u8; WIDTH]) -> i64) -> Vec<u64> {
    bytes.as_chunks().0.iter().map(|value| widen(*value) as u64).collect()
}

/// The average bits of a difference in Parquet's delta packing, which has miniblocks of 32 values in blocks of 128.
fn delta_bits(values: &[u64]) -> u32 {
    let deltas: Vec<i64> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]) as i64).collect();
    let (mut total, mut miniblocks) = (0, 0);
    for block in deltas.chunks(128) {
        let min = block.iter().copied().min().unwrap_or_default();
        for miniblock in block.chunks(32) {
            let max = miniblock.iter().copied().max().unwrap_or_default();
            total += bits(max.wrapping_sub(min) as u64);
            miniblocks += 1;
        }
    }
    total.div_ceil(miniblocks.max(1))
}

/// How many bits a number takes.
fn bits(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}
