//! Filters of keys: which datasets a listing or a query takes.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use super::escape;
use super::glob::Glob;
use super::{FieldValue, KeyError, KeySchema, StoreKey};

/// A condition on keys: for each field a set of texts, patterns, or anything.
///
/// The derive makes a typed filter for each key, [`TopLevel::filter`](super::TopLevel::filter), which turns into this.
///
/// # Examples
///
/// ```
/// use oups_core::key::{AnyKey, KeyFilter, KeySchema, Separator};
///
/// let schema = KeySchema::parse("quantity:str,city:str/frequency:str", Separator::Dash)?;
/// let filter = KeyFilter::parse(&schema, ["city=ber*", "frequency=1D"])?;
/// assert!(filter.matches(&AnyKey::parse(&schema, "temperature-bern/1D")?));
/// assert!(!filter.matches(&AnyKey::parse(&schema, "temperature-oslo/1D")?));
///
/// let error = KeyFilter::parse(&schema, ["citty=bern"]).unwrap_err();
/// assert!(error.to_string().contains("did you mean `city`?"));
/// # Ok::<(), oups_core::key::KeyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// One for each field, outermost level first; fields beyond its end may be anything.
    fields: Vec<FieldFilter>,
}

/// What one field may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum FieldFilter {
    #[default]
    Any,
    /// One of the texts, or a text that matches one of the patterns.
    OneOf { texts: BTreeSet<String>, globs: Vec<Glob> },
}

impl FieldFilter {
    fn passes(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf { texts, globs } => texts.contains(text) || globs.iter().any(|glob| glob.matches(text)),
        }
    }
}

/// `..` lets every key through.
impl From<std::ops::RangeFull> for KeyFilter {
    fn from(_: std::ops::RangeFull) -> Self {
        Self::all()
    }
}

impl KeyFilter {
    /// The filter that every key passes.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads conditions of the form `field=value` or `field=pattern`, where a pattern has `*` or `?`.
    ///
    /// A key passes if it meets a condition for each field that is named; conditions for the same field are
    /// alternatives. `\*` and `\?` stand for the characters themselves. A value is the field's text, such as `BRK.B`.
    /// Its encoding in a path, `BRK%2EB`, is understood too.
    ///
    /// # Errors
    ///
    /// [`KeyError::Filter`] if a condition has no `=` or its value is not one of the field's type;
    /// [`KeyError::UnknownField`] or [`KeyError::AmbiguousField`] if the name is not that of one field.
    pub fn parse<S: AsRef<str>>(schema: &KeySchema, conditions: impl IntoIterator<Item = S>) -> Result<Self, KeyError> {
        let mut filter = Self::all();
        for condition in conditions {
            let condition = condition.as_ref();
            let Some((field, value)) = condition.split_once('=') else {
                return Err(KeyError::Filter { found: condition.to_owned(), expected: "`field=value`".to_owned() });
            };
            filter = filter.with(schema, field, value)?;
        }
        Ok(filter)
    }

    /// Adds one condition: a value or a pattern for the named field.
    ///
    /// # Errors
    ///
    /// As [`KeyFilter::parse`].
    pub fn with(mut self, schema: &KeySchema, field: &str, pattern: &str) -> Result<Self, KeyError> {
        let at = schema.field_index(field)?;
        let field_type = schema.field_type(at);
        let glob = Glob::new(pattern);
        let literal = glob.literal();
        let is_value = |text: &str| FieldValue::parse(field_type, text).is_some();
        // Listings show paths, so a copied `BRK%2EB` shall find `BRK.B`.
        let encoded = literal.as_deref().filter(|text| text.contains('%'));
        let decoded = encoded.and_then(|text| escape::parse_field(text, schema.separator().as_char()).ok());
        let decoded = decoded.filter(|text| is_value(text)).map(|text| text.into_owned());
        if let Some(text) = &literal
            && decoded.is_none()
            && !is_value(text)
        {
            return Err(KeyError::Filter {
                found: format!("{field}={pattern}"),
                expected: format!("{} for `{field}`", field_type.expected()),
            });
        }
        let slot = slot(&mut self.fields, at);
        if *slot == FieldFilter::Any {
            *slot = FieldFilter::OneOf { texts: BTreeSet::new(), globs: Vec::new() };
        }
        if let FieldFilter::OneOf { texts, globs } = slot {
            texts.extend(decoded);
            match literal {
                Some(text) => _ = texts.insert(text),
                None => globs.push(glob),
            }
        }
        Ok(self)
    }

    /// Lets the field at the place, counted over all levels, be only one of the texts, and of these only what it may be
    /// already. The texts are the field's own: nothing in them is a pattern.
    ///
    /// # Examples
    ///
    /// ```
    /// # use oups_core::key::{AnyKey, KeyFilter, KeySchema, Separator};
    /// let schema = KeySchema::parse("city:str,number:u8", Separator::Dash)?;
    /// let filter = KeyFilter::parse(&schema, ["city=b*"])?.narrowed(0, ["bern", "oslo"]);
    /// assert!(filter.matches(&AnyKey::parse(&schema, "bern-1")?));
    /// assert!(!filter.matches(&AnyKey::parse(&schema, "berlin-1")?));
    /// assert!(!filter.matches(&AnyKey::parse(&schema, "oslo-1")?));
    /// # Ok::<(), oups_core::key::KeyError>(())
    /// ```
    #[must_use]
    pub fn narrowed<S: Into<String>>(mut self, at: usize, texts: impl IntoIterator<Item = S>) -> Self {
        let slot = slot(&mut self.fields, at);
        let texts = texts.into_iter().map(Into::into).filter(|text: &String| slot.passes(text)).collect();
        *slot = FieldFilter::OneOf { texts, globs: Vec::new() };
        self
    }

    /// Whether the key passes.
    pub fn matches<K: StoreKey>(&self, key: &K) -> bool {
        key.values().iter().enumerate().all(|(at, value)| self.passes(at, &value.to_text()))
    }

    /// Whether every key passes.
    pub fn is_all(&self) -> bool {
        self.fields.iter().all(|field| *field == FieldFilter::Any)
    }

    /// Whether the text passes as the field with this index.
    pub(crate) fn passes(&self, at: usize, text: &str) -> bool {
        self.fields.get(at).is_none_or(|field| field.passes(text))
    }

    /// The texts that the field with this index may have; `None` if patterns or anything may pass.
    pub(crate) fn texts(&self, at: usize) -> Option<&BTreeSet<String>> {
        match self.fields.get(at)? {
            FieldFilter::OneOf { texts, globs } if globs.is_empty() => Some(texts),
            FieldFilter::OneOf { .. } | FieldFilter::Any => None,
        }
    }
}

/// The filter of the field with this index; the vector grows if it is shorter.
fn slot(fields: &mut Vec<FieldFilter>, at: usize) -> &mut FieldFilter {
    if fields.len() <= at {
        fields.resize(at + 1, FieldFilter::Any);
    }
    &mut fields[at]
}

/// The part of a typed filter that the derive wraps: filters of the fields of one level and of the levels below it.
pub struct LevelFilter<L> {
    fields: Vec<FieldFilter>,
    /// Filters of different levels are different types; the filter holds no `L`.
    level: PhantomData<fn() -> L>,
}

impl<L> LevelFilter<L> {
    /// Lets only these texts pass as the field with this index. Replaces earlier conditions on the field.
    #[must_use]
    pub fn one_of<S: Into<String>>(mut self, at: usize, texts: impl IntoIterator<Item = S>) -> Self {
        let texts = texts.into_iter().map(Into::into).collect();
        *slot(&mut self.fields, at) = FieldFilter::OneOf { texts, globs: Vec::new() };
        self
    }

    /// Adds the filter of the next level, whose first field has this index.
    #[must_use]
    pub fn level<S>(mut self, at: usize, below: LevelFilter<S>) -> Self {
        self.fields.resize(at, FieldFilter::Any);
        self.fields.extend(below.fields);
        self
    }
}

impl<L> Default for LevelFilter<L> {
    fn default() -> Self {
        Self { fields: Vec::new(), level: PhantomData }
    }
}

impl<L> Clone for LevelFilter<L> {
    fn clone(&self) -> Self {
        Self { fields: self.fields.clone(), level: PhantomData }
    }
}

impl<L> fmt::Debug for LevelFilter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.fields).finish()
    }
}

impl<L> From<LevelFilter<L>> for KeyFilter {
    fn from(filter: LevelFilter<L>) -> Self {
        Self { fields: filter.fields }
    }
}
