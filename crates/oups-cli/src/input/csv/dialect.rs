//! The dialect of a CSV file: delimiter, quotes, comments, decimal comma, texts for null.

use std::borrow::Cow;

use super::records::Field;
use crate::args::Csv;
use crate::explain::hint;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// Whether the user gave the delimiter. Then no first line and no extension changes it.
    pub(crate) delimiter_is_told: bool,
    /// The quote; `None` if quotes have no meaning.
    pub(crate) quote: Option<u8>,
    /// The first character of lines that are left out.
    pub(crate) comment: Option<u8>,
    /// Whether numbers have a comma as decimal point.
    pub(crate) decimal_comma: bool,
    /// Texts that stand for null, besides the empty text.
    pub(crate) nulls: Vec<String>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            delimiter_is_told: false,
            quote: Some(b'"'),
            comment: None,
            decimal_comma: false,
            nulls: Vec::new(),
        }
    }
}

impl Dialect {
    /// The dialect of the options, with this delimiter (from the file's extension) unless the options give one.
    ///
    /// # Errors
    ///
    /// If one character has two meanings.
    pub(in crate::input) fn of(told: &Csv, delimiter: u8) -> anyhow::Result<Self> {
        let dialect = Self::told(told, delimiter);
        let Self { delimiter, quote, comment, .. } = dialect;
        let twice = [
            (quote == Some(delimiter), "--quote and --delimiter"),
            (comment == Some(delimiter), "--comment and --delimiter"),
            (comment.is_some() && comment == quote, "--comment and --quote"),
        ];
        match twice.iter().find(|(is_so, _)| *is_so) {
            Some((_, options)) => Err(hint::with(
                anyhow::anyhow!("{options} are the same character"),
                "--quote none reads a file without quotes".to_owned(),
            )),
            None => Ok(dialect),
        }
    }

    fn told(told: &Csv, delimiter: u8) -> Self {
        let Csv { null, delimiter: told, quote, comment, decimal_comma } = told;
        let default = Self::default();
        Self {
            delimiter: told.map_or(delimiter, |told| told.0),
            quote: quote.map_or(default.quote, |quote| quote.0),
            comment: comment.map(|comment| comment.0),
            decimal_comma: *decimal_comma,
            nulls: null.clone(),
            delimiter_is_told: told.is_some(),
        }
    }

    /// Whether the field is null. In a column of texts, a quoted field is never null; in other columns, an empty field
    /// is null even if it is quoted.
    pub(super) fn is_null(&self, field: Field<'_>, is_text: bool) -> bool {
        let is_null = field.text.is_empty() || self.nulls.iter().any(|null| null == field.text);
        is_null && !(is_text && field.quoted)
    }

    /// With a decimal comma, the text of a number with a point in place of the comma. A text that is not a number stays
    /// as it is. `None` for a number that has a point itself: it may stand before thousands or before a fraction.
    pub(super) fn pointed<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        if !self.decimal_comma {
            return Some(Cow::Borrowed(text));
        }
        let is_number = |text: &str| text.contains(|c: char| c.is_ascii_digit()) && text.bytes().all(is_of_number);
        match (text.matches(',').count(), text.matches('.').count()) {
            (1, 0) if is_number(text) => Some(Cow::Owned(text.replace(',', "."))),
            (0, 1) if is_number(text) => None,
            (0 | 1, 1..) if is_number(text) && is_grouped(text) => None,
            _ => Some(Cow::Borrowed(text)),
        }
    }
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'+' | b'-' | b'e' | b'E' | b' ')
}

/// Whether the text is like `1.234.567`: a point before each three digits.
fn is_grouped(text: &str) -> bool {
    let whole = text.split(',').next().unwrap_or_default();
    whole.split('.').skip(1).all(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_comma_becomes_a_point_in_numbers_only() {
        let german = Dialect { decimal_comma: true, ..Dialect::default() };
        let pointed = |text| german.pointed(text).map(Cow::into_owned);
        for (text, expected) in [
            ("1,5", Some("1.5")),
            ("-0,25e3", Some("-0.25e3")),
            ("15", Some("15")),
            ("1.5", None),
            ("1.234,5", None),
            ("1.234.567", None),
            ("31.12.2024", Some("31.12.2024")),
            ("a,b", Some("a,b")),
            ("1,2,3", Some("1,2,3")),
            ("2024-01-01T00:00:00,250", Some("2024-01-01T00:00:00,250")),
        ] {
            assert_eq!(pointed(text).as_deref(), expected, "{text}");
        }
        assert_eq!(Dialect::default().pointed("1,5").as_deref(), Some("1,5"));
    }
}
