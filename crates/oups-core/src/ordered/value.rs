//! One value of an ordered column.

/// One value of an ordered column, mapped so that its order in Rust is the order of the column.
///
/// A column maps to one variant only: signed integers, dates, times, timestamps and durations of up to 64 bits to
/// [`I64`](Self::I64) as they are; unsigned integers with the sign bit flipped; floats through their total order;
/// decimals to the narrowest variant that holds them; text and binary to [`Bytes`](Self::Bytes).
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
