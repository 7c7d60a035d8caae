//! How a CSV file is written.

use std::borrow::Cow;

use super::records::Field;
use crate::args::Csv;
use crate::explain::hint;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// Whether the user says so: then it is not doubted.
    pub(crate) delimiter_is_told: bool,
    /// None: quotes stand for themselves.
    pub(crate) quote: Option<u8>,
    /// What lines that are left out begin with.
    pub(crate) comment: Option<u8>,
    /// Whether a comma is before the fraction of a number.
    pub(crate) decimal_comma: bool,
    /// Texts that stand for null, as the empty one does.
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
    /// How a file is written whose name tells this delimiter.
    ///
    /// # Errors
    ///
    /// One character stands for two things.
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

    /// Whether the field has no value. Between quotes, a column of texts has every text; others have no use for an empty one.
    pub(super) fn is_null(&self, field: Field<'_>, is_text: bool) -> bool {
        let is_null = field.text.is_empty() || self.nulls.iter().any(|null| null == field.text);
        is_null && !(is_text && field.quoted)
    }

    /// A number of this dialect as one with a point; what is not a number stays as it is, and one that has a point itself, which
    /// may be before the thousands, is `None`.
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

/// `1.234.567`: points before each three digits.
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
