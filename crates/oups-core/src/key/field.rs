//! The types that a field of a key can have: each value has one text.

use std::borrow::Cow;

use super::{FieldType, KeyError, KeyReader, KeyWriter, SchemaBuilder};

/// A type whose values can be fields of a key.
///
/// `String`, all integers, `bool` and `char` implement it. An enum of unit variants can derive it; any other type of
/// yours can implement it:
///
/// ```
/// use std::borrow::Cow;
/// use oups_core::key::KeyField;
///
/// #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// struct Isin([u8; 12]);
///
/// impl KeyField for Isin {
///     fn to_text(&self) -> Cow<'_, str> {
///         String::from_utf8_lossy(&self.0)
///     }
///
///     fn from_text(text: &str) -> Option<Self> {
///         text.as_bytes().try_into().ok().map(Self)
///     }
/// }
///
/// let isin = Isin::from_text("US0378331005").unwrap();
/// assert_eq!(isin.to_text(), "US0378331005");
/// ```
///
/// The text must be one to one: `from_text(to_text(v))` is `v`, and two values never have the same text. Any characters
/// are allowed: the path encodes those that a file name cannot hold. A key whose field breaks this is refused with
/// [`KeyError::NotOneToOne`](super::KeyError::NotOneToOne).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a key",
    label = "not a type that a key's path can hold",
    note = "fields are `String`, integers, `bool`, `char`, and types that implement or derive `KeyField`",
    note = "a struct that derives `SubLevel` goes last, marked `#[oups(sublevel)]`"
)]
pub trait KeyField: Sized {
    /// The type that the store's schema keeps: [`FieldType::Text`] for types of your own.
    ///
    /// A newtype of an integer may name the integer's type if it writes the same texts as the integer. Programs without
    /// the struct then order and show it as a number.
    const TYPE: FieldType = FieldType::Text;

    /// The value's text, before it is encoded for the path.
    fn to_text(&self) -> Cow<'_, str>;

    /// The value of a text; `None` if no value has this text.
    fn from_text(text: &str) -> Option<Self>;

    /// Describes the valid texts, for error messages.
    fn expected() -> String {
        Self::TYPE.expected()
    }

    /// Adds the field's name and type to the schema. Derived code calls this; do not override it.
    fn describe_field(schema: &mut SchemaBuilder, name: &str) {
        schema.field(name, Self::TYPE);
    }

    /// Writes the value. Derived code calls this; do not override it.
    fn write_field(&self, writer: &mut KeyWriter) {
        writer.field(self);
    }

    /// Reads the next field of a path. Derived code calls this; do not override it.
    ///
    /// # Errors
    ///
    /// As [`KeyReader::field`].
    fn read_field(reader: &mut KeyReader<'_>, name: &str) -> Result<Self, KeyError> {
        reader.field(name)
    }
}

impl KeyField for String {
    const TYPE: FieldType = FieldType::Str;

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn read_field(reader: &mut KeyReader<'_>, name: &str) -> Result<Self, KeyError> {
        reader.exact_field(name)
    }
}

impl KeyField for bool {
    const TYPE: FieldType = FieldType::Bool;

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn read_field(reader: &mut KeyReader<'_>, name: &str) -> Result<Self, KeyError> {
        reader.exact_field(name)
    }
}

impl KeyField for char {
    const TYPE: FieldType = FieldType::Char;

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn read_field(reader: &mut KeyReader<'_>, name: &str) -> Result<Self, KeyError> {
        reader.exact_field(name)
    }
}

/// Whether the text is how an integer is written: no `+`, no leading zeros, no `-0`.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| ('1'..='9').contains(&c)) || text == "0"
}

/// A macro, since the implementations differ only in the name of the type.
macro_rules! integers {
    ($($integer:ident: $name:ident),*) => {$(
        impl KeyField for $integer {
            const TYPE: FieldType = FieldType::$name;

            fn to_text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }

            fn from_text(text: &str) -> Option<Self> {
                if is_plain_number(text) { text.parse().ok() } else { None }
            }

            fn read_field(reader: &mut KeyReader<'_>, name: &str) -> Result<Self, KeyError> {
                reader.exact_field(name)
            }
        }
    )*};
}

integers!(i8: I8, i16: I16, i32: I32, i64: I64, i128: I128, isize: I64);
integers!(u8: U8, u16: U16, u32: U32, u64: U64, u128: U128, usize: U64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_text() {
        for (text, number) in [("0", Some(0)), ("-128", Some(-128)), ("127", Some(127)), ("128", None)] {
            assert_eq!(i8::from_text(text), number);
        }
        for text in ["", "-", "+7", "07", "-0", "-07", "00", " 7", "7 ", "1e3", "٣", "--1"] {
            assert_eq!(i64::from_text(text), None, "{text:?}");
        }
        assert_eq!(u128::from_text(&u128::MAX.to_text()), Some(u128::MAX));
        assert_eq!(i128::from_text(&i128::MIN.to_text()), Some(i128::MIN));
    }

    #[test]
    fn chars_and_bools_have_one_text() {
        assert_eq!(char::from_text("é"), Some('é'));
        assert_eq!(char::from_text("e\u{301}"), None);
        assert_eq!(char::from_text(""), None);
        assert_eq!(bool::from_text("true"), Some(true));
        assert_eq!(bool::from_text("True"), None);
    }
}
