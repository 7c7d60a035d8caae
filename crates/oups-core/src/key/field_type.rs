//! The types of a key's fields, by name.

use std::fmt;
use std::str::FromStr;

use super::{FieldValue, KeyError};

/// The type of one field of a key, as the store's schema keeps it.
///
/// # Examples
///
/// ```
/// use oups_core::key::FieldType;
///
/// assert_eq!("u16".parse(), Ok(FieldType::U16));
/// assert_eq!("int".parse(), Ok(FieldType::I64));
/// assert_eq!(FieldType::Str.to_string(), "str");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// Any text: `str`.
    Str,
    /// `bool`: `true` or `false`.
    Bool,
    /// One character: `char`.
    Char,
    /// A signed integer of 8 bits.
    I8,
    /// A signed integer of 16 bits.
    I16,
    /// A signed integer of 32 bits.
    I32,
    /// A signed integer of 64 bits; `isize` and the name `int` are this too.
    I64,
    /// A signed integer of 128 bits.
    I128,
    /// An unsigned integer of 8 bits.
    U8,
    /// An unsigned integer of 16 bits.
    U16,
    /// An unsigned integer of 32 bits.
    U32,
    /// An unsigned integer of 64 bits; `usize` is this too.
    U64,
    /// An unsigned integer of 128 bits.
    U128,
    /// A user's own type, kept as its text: `text`.
    Text,
}

impl FieldType {
    /// Every type.
    pub const ALL: [Self; 14] = [
        Self::Str,
        Self::Bool,
        Self::Char,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::I128,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::U128,
        Self::Text,
    ];

    /// The name in schemas and in `oups.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Bool => "bool",
            Self::Char => "char",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::Text => "text",
        }
    }

    /// Whether the text is the canonical text of a value of the type. A `Text` field of a user's own type may be
    /// stricter; only the user's struct knows.
    pub(crate) fn has(self, text: &str) -> bool {
        matches!(self, Self::Str | Self::Text) || FieldValue::parse(self, text).is_some()
    }

    /// Describes the values of the type, for error messages.
    pub fn expected(self) -> String {
        let (min, max) = match self {
            Self::Str | Self::Text => return "a text".to_owned(),
            Self::Bool => return "`true` or `false`".to_owned(),
            Self::Char => return "one character".to_owned(),
            Self::I8 => (i8::MIN.to_string(), i8::MAX.to_string()),
            Self::I16 => (i16::MIN.to_string(), i16::MAX.to_string()),
            Self::I32 => (i32::MIN.to_string(), i32::MAX.to_string()),
            Self::I64 => (i64::MIN.to_string(), i64::MAX.to_string()),
            Self::I128 => (i128::MIN.to_string(), i128::MAX.to_string()),
            Self::U8 => (u8::MIN.to_string(), u8::MAX.to_string()),
            Self::U16 => (u16::MIN.to_string(), u16::MAX.to_string()),
            Self::U32 => (u32::MIN.to_string(), u32::MAX.to_string()),
            Self::U64 => (u64::MIN.to_string(), u64::MAX.to_string()),
            Self::U128 => (u128::MIN.to_string(), u128::MAX.to_string()),
        };
        format!("a whole number from {min} to {max}, without `+` or leading zeros")
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FieldType {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        if name == "int" {
            return Ok(Self::I64);
        }
        Self::ALL.into_iter().find(|field_type| field_type.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|field_type| field_type.name()).collect();
            KeyError::Type { found: name.to_owned(), expected: format!("int, {}", names.join(", ")) }
        })
    }
}
