//! What the fuzz targets use: texts as values, and values as texts. It may change at any time.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use crate::text::{Column, Guess, Role, Times, Written, shown, types};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A field of CSV.
    Csv,
    /// A string of JSON, unescaped.
    JsonString,
    /// A number of JSON.
    JsonNumber,
}

impl Form {
    fn of(self, text: &str) -> Written<'_> {
        match self {
            Self::Csv => Written::Text(text),
            Self::JsonString => Written::String(text),
            Self::JsonNumber => Written::Number(text),
        }
    }
}

/// The type that has this name in `--types`.
#[must_use]
pub fn data_type(name: &str) -> Option<DataType> {
    types::parse(name)
}

/// Reads the text as the only value of an array.
///
/// # Errors
///
/// If the text is refused, or the type has no texts.
pub fn value(data_type: &DataType, form: Form, text: &str) -> Result<ArrayRef, String> {
    let column = Column::new(data_type, &Times::default(), 1);
    let mut column = column.ok_or_else(|| format!("{data_type} has no texts"))?;
    column.append(form.of(text)).map_err(|refused| refused.why)?;
    Ok(column.finish())
}

/// The text that the program writes for the first value.
///
/// # Errors
///
/// If the value has no text.
pub fn text(value: &dyn Array) -> Result<String, String> {
    let mut text = String::new();
    shown::write(value, 0, &mut text).map_err(|unshown| format!("{}: {}", unshown.value, unshown.why))?;
    Ok(text)
}

/// The form of JSON that the first value is written in.
#[must_use]
pub fn json_form(value: &dyn Array) -> Form {
    if shown::is_json_number(value, 0) { Form::JsonNumber } else { Form::JsonString }
}

/// The type that is inferred from these texts of CSV.
#[must_use]
pub fn guess<'a>(texts: impl IntoIterator<Item = &'a str>, is_ordered: bool) -> Option<DataType> {
    let role = if is_ordered { Role::Ordered } else { Role::Other };
    let mut guess = Guess::new(&Times::default(), role);
    for (text, line) in texts.into_iter().zip(2..) {
        guess.add(Written::Text(text), line);
    }
    guess.finish().data_type
}
