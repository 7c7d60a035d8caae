//! One field's value, for programs that do not have the key's struct.

use std::borrow::Cow;
use std::fmt;

use super::{FieldType, KeyField};

/// The value of one field of a key.
///
/// Values of one field compare as in the struct: numbers as numbers, texts by their characters. Of a user's own type
/// only the text is known, so its values compare by their texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FieldValue {
    /// A text.
    Str(String),
    /// A truth value.
    Bool(bool),
    /// One character.
    Char(char),
    /// A signed integer of any width.
    Int(i128),
    /// An unsigned integer of any width.
    UInt(u128),
    /// The text of a value of a user's own type.
    Text(String),
}

impl FieldValue {
    /// The value of a text; `None` if it is not the canonical text of a value of the type.
    ///
    /// # Examples
    ///
    /// ```
    /// use oups_core::key::{FieldType, FieldValue};
    ///
    /// assert_eq!(FieldValue::parse(FieldType::U8, "7"), Some(FieldValue::UInt(7)));
    /// assert_eq!(FieldValue::parse(FieldType::U8, "07"), None);
    /// assert_eq!(FieldValue::parse(FieldType::U8, "256"), None);
    /// ```
    pub fn parse(field_type: FieldType, text: &str) -> Option<Self> {
        fn signed<T: KeyField + Into<i128>>(text: &str) -> Option<FieldValue> {
            T::from_text(text).map(|number| FieldValue::Int(number.into()))
        }
        fn unsigned<T: KeyField + Into<u128>>(text: &str) -> Option<FieldValue> {
            T::from_text(text).map(|number| FieldValue::UInt(number.into()))
        }
        match field_type {
            FieldType::Str => Some(Self::Str(text.to_owned())),
            FieldType::Text => Some(Self::Text(text.to_owned())),
            FieldType::Bool => bool::from_text(text).map(Self::Bool),
            FieldType::Char => char::from_text(text).map(Self::Char),
            FieldType::I8 => signed::<i8>(text),
            FieldType::I16 => signed::<i16>(text),
            FieldType::I32 => signed::<i32>(text),
            FieldType::I64 => signed::<i64>(text),
            FieldType::I128 => signed::<i128>(text),
            FieldType::U8 => unsigned::<u8>(text),
            FieldType::U16 => unsigned::<u16>(text),
            FieldType::U32 => unsigned::<u32>(text),
            FieldType::U64 => unsigned::<u64>(text),
            FieldType::U128 => unsigned::<u128>(text),
        }
    }

    /// The value's text, before it is encoded for the path.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Str(text) | Self::Text(text) => Cow::Borrowed(text),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Char(value) => Cow::Owned(value.to_string()),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::UInt(value) => Cow::Owned(value.to_string()),
        }
    }
}

/// The value's text.
impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_text())
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for FieldValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<char> for FieldValue {
    fn from(value: char) -> Self {
        Self::Char(value)
    }
}

/// A macro, since the implementations differ only in the name of the type.
macro_rules! from_integers {
    ($variant:ident: $($integer:ident),*) => {$(
        impl From<$integer> for FieldValue {
            fn from(value: $integer) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from_integers!(Int: i8, i16, i32, i64, i128);
from_integers!(UInt: u8, u16, u32, u64, u128);
