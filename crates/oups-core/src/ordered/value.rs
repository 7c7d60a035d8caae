//! One value of an ordered column.

/// One value of an ordered column, mapped so that values compare as in the column.
///
/// All values of a column are the same variant. [`I64`](Self::I64) holds types of up to 64 bits: signed integers,
/// dates, times, timestamps and durations as they are, unsigned integers with the sign bit flipped, and floats as
/// integers that sort by their total order. Decimals are in the narrowest variant that holds their type, text and
/// binary in [`Bytes`](Self::Bytes).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrdValue {
    /// Types of up to 64 bits.
    I64(i64),
    /// 128-bit decimals.
    I128(i128),
    /// 256-bit decimals.
    I256(arrow::datatypes::i256),
    /// Text and binary.
    Bytes(Box<[u8]>),
}
