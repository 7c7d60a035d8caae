//! Values as fixed-width, order-preserving texts for file names.

use std::fmt::Write;

use super::{OrdValue, OrderedType};

/// Text and binary are cut to this many bytes in names.
const PREFIX: usize = 16;

impl OrderedType {
    /// The value of a text of [`name_text`](Self::name_text). Of text and binary only the start that the name holds is
    /// known. `None` for any other text, and for decimals of 256 bits.
    pub fn value_of_name(&self, text: &str) -> Option<OrdValue> {
        use arrow::datatypes::DataType::*;
        match (self.data_type(), text.len()) {
            (Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_), _) => {
                let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
                let bytes = digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.get(1)?));
                let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
                let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                Some(OrdValue::Bytes(bytes.get(..end)?.into()))
            }
            (_, 16) => Some(OrdValue::I64((u64::from_str_radix(text, 16).ok()? ^ (1 << 63)) as i64)),
            (_, 32) => Some(OrdValue::I128((u128::from_str_radix(text, 16).ok()? ^ (1 << 127)) as i128)),
            _ => None,
        }
    }

    /// A text for file names. Of two values of one type, the smaller never has the greater text.
    ///
    /// The text has lower-case hexadecimal digits, and their number depends on the type alone. Numbers of 64, 128 and
    /// 256 bits have 16, 32 and 64 digits, most significant first, with the sign bit flipped. Text and binary have 32
    /// digits: the first 16 bytes, padded with zeros. So values with a long common start may have the same text.
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
