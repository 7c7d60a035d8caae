//! Values as fixed-width, order-preserving texts for file names.

use std::fmt::Write;

use super::{OrdValue, OrderedType};

/// Text and binary are cut to this many bytes in names.
const PREFIX: usize = 16;

impl OrderedType {
    /// A text for file names: of two values of one type, the smaller never has the greater text.
    ///
    /// Lower-case hexadecimal digits, their number fixed by the type's form: 16, 32 and 64 for numbers of 64, 128 and
    /// 256 bits, with the sign bit flipped, most significant first; 32 for text and binary: the first 16 bytes,
    /// padded with zeros. So different texts with a long common start may have the same name.
    pub fn name_text(&self, value: &OrdValue) -> String {
        match value {
            OrdValue::I64(v) => format!("{:016x}", (*v as u64) ^ (1 << 63)),
            OrdValue::I128(v) => format!("{:032x}", (*v as u128) ^ (1 << 127)),
            OrdValue::I256(v) => {
                let (low, high) = v.to_parts();
                format!("{:032x}{low:032x}", (high as u128) ^ (1 << 127))
            }
            OrdValue::Bytes(bytes) => {
                let padded = bytes.iter().copied().chain(std::iter::repeat(0)).take(PREFIX);
                padded.fold(String::with_capacity(2 * PREFIX), |mut text, byte| {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "{byte:02x}");
                    text
                })
            }
        }
    }
}
