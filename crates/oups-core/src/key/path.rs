//! Keys to paths and back. The derived code calls this field by field.

use std::borrow::Cow;
use std::str::Split;

use super::escape::{self, MAX_COMPONENT, Malformed, disguise_reserved, is_reserved, undisguise};
use super::{FieldValue, KeyError, KeyField, KeySchema, Separator};

/// Takes the fields of a key in order and builds its path or its list of values.
#[derive(Debug)]
pub struct KeyWriter {
    purpose: Purpose,
}

#[derive(Debug)]
enum Purpose {
    Path { separator: char, path: String, component_start: usize },
    Values(Vec<FieldValue>),
}

impl KeyWriter {
    pub(super) fn path(separator: Separator) -> Self {
        let separator = separator.as_char();
        Self { purpose: Purpose::Path { separator, path: String::new(), component_start: 0 } }
    }

    pub(super) fn values() -> Self {
        Self { purpose: Purpose::Values(Vec::new()) }
    }

    /// Takes the next field of the level.
    pub fn field<F: KeyField>(&mut self, value: &F) {
        let text = value.to_text();
        match &mut self.purpose {
            Purpose::Path { .. } => self.text(&text),
            // A faulty `KeyField` may write a text that its type does not read. Such a key has no path, but is shown.
            Purpose::Values(values) => {
                values.push(FieldValue::parse(F::TYPE, &text).unwrap_or_else(|| FieldValue::Text(text.into_owned())))
            }
        }
    }

    /// Takes the next field's text. Has an effect only if a path is built.
    pub(super) fn text(&mut self, text: &str) {
        if let Purpose::Path { separator, path, component_start } = &mut self.purpose {
            if path.len() > *component_start {
                path.push(*separator);
            }
            escape::push_field(path, text, *separator);
        }
    }

    /// Begins the next level.
    pub fn level(&mut self) {
        if let Purpose::Path { path, component_start, .. } = &mut self.purpose {
            disguise_reserved(path, *component_start);
            path.push('/');
            *component_start = path.len();
        }
    }

    /// The path, whatever its length.
    pub(super) fn finish_path(self) -> String {
        match self.purpose {
            Purpose::Path { mut path, component_start, .. } => {
                disguise_reserved(&mut path, component_start);
                path
            }
            Purpose::Values(_) => String::new(),
        }
    }

    pub(super) fn finish_values(self) -> Vec<FieldValue> {
        match self.purpose {
            Purpose::Path { .. } => Vec::new(),
            Purpose::Values(values) => values,
        }
    }
}

/// The component of one level's fields; `None` if it is too long.
pub(crate) fn component(separator: Separator, texts: &[&str]) -> Option<String> {
    let mut writer = KeyWriter::path(separator);
    for text in texts {
        writer.text(text);
    }
    let component = writer.finish_path();
    check_length(&component).ok().map(|()| component)
}

/// Fails if a component of the path has more than [`MAX_COMPONENT`] bytes.
pub(super) fn check_length(path: &str) -> Result<(), KeyError> {
    match path.split('/').find(|component| component.len() > MAX_COMPONENT) {
        None => Ok(()),
        Some(component) => Err(KeyError::TooLong {
            key: path.to_owned(),
            component: component.to_owned(),
            bytes: component.len(),
            limit: MAX_COMPONENT,
        }),
    }
}

/// Gives the fields of a path, in order.
#[derive(Debug)]
pub struct KeyReader<'a> {
    path: &'a str,
    separator: char,
    /// Makes the schema for an error message. A function, since making one is slow and most paths are right.
    schema: fn() -> KeySchema,
    component: &'a str,
    fields: Fields<'a>,
    levels: Split<'a, char>,
}

impl<'a> KeyReader<'a> {
    pub(super) fn new(path: &'a str, separator: Separator, schema: fn() -> KeySchema) -> Result<Self, KeyError> {
        let mut levels = path.split('/');
        let component = levels.next().unwrap_or_default();
        let separator = separator.as_char();
        let fields = Fields::new(path, component, separator)?;
        Ok(Self { path, separator, schema, component, fields, levels })
    }

    /// The next field of the level.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the level has no further field, or the field's text is not the canonical text of a value.
    pub fn field<F: KeyField>(&mut self, name: &str) -> Result<F, KeyError> {
        let text = self.text()?;
        let value = F::from_text(&text).filter(|value| value.to_text() == text);
        value.ok_or_else(|| self.no_value::<F>(name, &text))
    }

    /// As [`field`](Self::field), for a type that only reads texts that it writes: nothing is written again to compare.
    pub(super) fn exact_field<F: KeyField>(&mut self, name: &str) -> Result<F, KeyError> {
        let text = self.text()?;
        F::from_text(&text).ok_or_else(|| self.no_value::<F>(name, &text))
    }

    fn text(&mut self) -> Result<Cow<'a, str>, KeyError> {
        let text = self.fields.next().ok_or_else(|| self.wrong_shape())?;
        text.map_err(|malformed| not_canonical(self.path, self.component, malformed))
    }

    fn no_value<F: KeyField>(&self, name: &str, text: &str) -> KeyError {
        KeyError::Value {
            key: self.path.to_owned(),
            field: name.to_owned(),
            expected: F::expected(),
            found: text.to_owned(),
        }
    }

    /// Ends the level and begins the next.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the level has more fields, the path has no further level, or the next component is malformed.
    pub fn level(&mut self) -> Result<(), KeyError> {
        if self.fields.next().is_some() {
            return Err(self.wrong_shape());
        }
        let Some(component) = self.levels.next() else {
            return Err(self.wrong_shape());
        };
        self.component = component;
        self.fields = Fields::new(self.path, component, self.separator)?;
        Ok(())
    }

    /// Fails if fields or levels are left.
    pub(super) fn finish(mut self) -> Result<(), KeyError> {
        if self.fields.next().is_some() || self.levels.next().is_some() {
            return Err(self.wrong_shape());
        }
        Ok(())
    }

    /// The error for a path with too many or too few levels or fields.
    fn wrong_shape(&self) -> KeyError {
        wrong_shape(&(self.schema)(), self.path)
    }
}

/// The texts of a component's fields.
#[derive(Debug)]
pub(super) enum Fields<'a> {
    /// The single field of a component whose first letter was encoded because Windows reserves the name.
    Disguised(Option<String>),
    Split {
        fields: Split<'a, char>,
        separator: char,
    },
}

impl<'a> Fields<'a> {
    /// Checks the component as a whole: its length and its name; `path` is for the error message.
    pub(super) fn new(path: &str, component: &'a str, separator: char) -> Result<Self, KeyError> {
        if component.len() > MAX_COMPONENT {
            check_length(path)?;
        }
        if is_reserved(component) {
            let mut expected = component.to_owned();
            disguise_reserved(&mut expected, 0);
            return Err(not_canonical(
                path,
                component,
                Malformed::NotCanonical { expected, found: component.to_owned() },
            ));
        }
        if component.starts_with('%')
            && let Some(name) = undisguise(component)
        {
            return Ok(Self::Disguised(Some(name)));
        }
        Ok(Self::Split { fields: component.split(separator), separator })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Cow<'a, str>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Disguised(name) => name.take().map(|name| Ok(Cow::Owned(name))),
            Self::Split { fields, separator } => fields.next().map(|field| escape::parse_field(field, *separator)),
        }
    }
}

/// The error for a component that encoding would not give.
pub(super) fn not_canonical(path: &str, component: &str, malformed: Malformed) -> KeyError {
    let (expected, found) = match malformed {
        Malformed::Escape { found } => ("`%` and two upper-case hexadecimal digits of UTF-8".to_owned(), found),
        Malformed::NotCanonical { expected, found } => (format!("`{expected}`"), found),
    };
    KeyError::NotCanonical { key: path.to_owned(), component: component.to_owned(), expected, found }
}

/// The error for a path whose number of levels, or of fields in a level, is not the schema's.
pub(super) fn wrong_shape(schema: &KeySchema, path: &str) -> KeyError {
    let levels = schema.levels();
    // A disguised component is one field, whatever its text.
    let uneven = path.split('/').zip(levels).map(|(component, level)| {
        let found =
            if undisguise(component).is_some() { 1 } else { component.split(schema.separator().as_char()).count() };
        (component, level, found)
    });
    match uneven.into_iter().find(|(_, level, found)| level.fields.len() != *found) {
        Some((component, level, found)) => KeyError::Fields {
            key: path.to_owned(),
            component: component.to_owned(),
            fields: level.fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            expected: level.fields.len(),
            found,
        },
        None => KeyError::Levels {
            key: path.to_owned(),
            schema: schema.to_string(),
            expected: levels.len(),
            found: path.split('/').count(),
        },
    }
}
