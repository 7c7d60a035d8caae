//! The key for programs that do not have the key's struct.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::path::{Fields, check_length, not_canonical, wrong_shape};
use super::{FieldType, FieldValue, KeyError, KeySchema, KeyWriter, plain};

/// A key of any schema: its values, known by name at run time.
///
/// Keys compare field by field, outermost level first, as the struct's derived order does. A field of a user's own type
/// compares by its text.
///
/// # Examples
///
/// ```
/// use oups_core::key::{AnyKey, FieldValue, KeySchema, Separator};
///
/// let schema = KeySchema::parse("city:str,number:int", Separator::Dash)?;
/// let key = AnyKey::parse(&schema, "berlin-7")?;
/// assert_eq!(key.get("number"), Some(&FieldValue::Int(7)));
/// assert_eq!(key, AnyKey::new(&schema, ["berlin".into(), 7.into()])?);
/// assert_eq!(key.to_string(), "berlin-7");
/// assert!(key < AnyKey::parse(&schema, "berlin-10")?);
/// # Ok::<(), oups_core::key::KeyError>(())
/// ```
#[derive(Clone)]
pub struct AnyKey {
    schema: KeySchema,
    values: Box<[FieldValue]>,
}

impl AnyKey {
    /// Makes a key of its values, outermost level first. An integer of any type fits every integer field that can hold
    /// it.
    ///
    /// # Errors
    ///
    /// [`KeyError::ValueCount`] if the schema has more or fewer fields, [`KeyError::Value`] if one is not of its
    /// field's type.
    pub fn new(schema: &KeySchema, values: impl IntoIterator<Item = FieldValue>) -> Result<Self, KeyError> {
        let texts: Vec<_> = values.into_iter().map(|value| value.to_text().into_owned()).collect();
        Self::from_texts(schema, &texts)
    }

    /// Makes a key of its values' texts, outermost level first.
    ///
    /// # Errors
    ///
    /// As [`AnyKey::new`].
    pub fn from_texts<S: AsRef<str>>(schema: &KeySchema, texts: &[S]) -> Result<Self, KeyError> {
        let expected = schema.field_types().len();
        if texts.len() != expected {
            return Err(KeyError::ValueCount { schema: schema.to_string(), expected, found: texts.len() });
        }
        let values = texts.iter().zip(schema.field_types()).zip(schema.field_names());
        let values = values.map(|((text, field_type), name)| {
            FieldValue::parse(field_type, text.as_ref()).ok_or_else(|| KeyError::Value {
                key: texts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
                field: name.to_owned(),
                expected: field_type.expected(),
                found: text.as_ref().to_owned(),
            })
        });
        Ok(Self { schema: schema.clone(), values: values.collect::<Result<_, _>>()? })
    }

    /// The key of a path.
    ///
    /// # Errors
    ///
    /// As [`TopLevel::from_path`](super::TopLevel::from_path).
    pub fn parse(schema: &KeySchema, path: &str) -> Result<Self, KeyError> {
        let mut values = Vec::with_capacity(schema.field_types().len());
        let mut components = path.split('/');
        for level in 0..schema.levels().len() {
            let Some(component) = components.next() else {
                return Err(wrong_shape(schema, path));
            };
            for_each_field(schema, level, path, component, |_, field_type, text| {
                values.push(FieldValue::parse(field_type, text)?);
                Some(())
            })?;
        }
        if components.next().is_some() {
            return Err(wrong_shape(schema, path));
        }
        Ok(Self { schema: schema.clone(), values: values.into_boxed_slice() })
    }

    /// The key that a typed text means: the key of this path or, if the text is not a path, the key whose fields have
    /// these texts unencoded. So `BRK.B` means `BRK%2EB`.
    ///
    /// The result is never ambiguous. A path always means its key. Any other text is a key only if it divides into the
    /// fields in exactly one way. Levels are divided by `/`, so no field typed this way holds one.
    ///
    /// ```
    /// use oups_core::key::{AnyKey, KeySchema, Separator};
    ///
    /// let schema = KeySchema::parse("symbol:str,year:int", Separator::Dash)?;
    /// assert_eq!(AnyKey::parse_plain(&schema, "BRK.B-2024")?.to_string(), "BRK%2EB-2024");
    /// assert_eq!(AnyKey::parse_plain(&schema, "BRK-B-2024")?.to_string(), "BRK%2DB-2024");
    /// # Ok::<(), oups_core::key::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`AnyKey::parse`].
    pub fn parse_plain(schema: &KeySchema, text: &str) -> Result<Self, KeyError> {
        Self::parse(schema, text).or_else(|error| plain::parse(schema, text).ok_or(error))
    }

    /// The key's path below the store's root.
    ///
    /// # Errors
    ///
    /// [`KeyError::TooLong`] if a component has more than 200 bytes.
    pub fn to_path(&self) -> Result<String, KeyError> {
        let path = self.to_string();
        check_length(&path)?;
        Ok(path)
    }

    /// The texts of the fields, unencoded, divided as in the path. Several keys may have the same plain text, so
    /// [`parse_plain`](Self::parse_plain) does not read every one back.
    ///
    /// ```
    /// use oups_core::key::{AnyKey, KeySchema, Separator};
    ///
    /// let schema = KeySchema::parse("symbol:str/year:int", Separator::Dash)?;
    /// assert_eq!(AnyKey::parse(&schema, "BRK%2EB/2024")?.to_plain(), "BRK.B/2024");
    /// # Ok::<(), oups_core::key::KeyError>(())
    /// ```
    pub fn to_plain(&self) -> String {
        let level = |level| {
            let values = self.values.get(self.schema.level_range(level)).unwrap_or_default();
            let texts: Vec<_> = values.iter().map(FieldValue::to_text).collect();
            texts.join(&self.schema.separator().to_string())
        };
        (0..self.schema.levels().len()).map(level).collect::<Vec<_>>().join("/")
    }

    /// The schema.
    pub fn schema(&self) -> &KeySchema {
        &self.schema
    }

    /// The values, outermost level first.
    pub fn values(&self) -> &[FieldValue] {
        &self.values
    }

    /// The value of a field; `None` if no field, or more than one, has this name.
    pub fn get(&self, name: &str) -> Option<&FieldValue> {
        self.schema.field_index(name).ok().and_then(|at| self.values.get(at))
    }
}

/// Reads the fields of one component of a path. `each` gets the index among all fields, the type, and the decoded text.
///
/// `each` returns `None` for a text that is not a value of the type.
pub(crate) fn for_each_field(
    schema: &KeySchema,
    level: usize,
    path: &str,
    component: &str,
    mut each: impl FnMut(usize, FieldType, &str) -> Option<()>,
) -> Result<(), KeyError> {
    let mut fields = Fields::new(path, component, schema.separator().as_char())?;
    for at in schema.level_range(level) {
        let Some(text) = fields.next() else {
            return Err(wrong_shape(schema, path));
        };
        let text = text.map_err(|malformed| not_canonical(path, component, malformed))?;
        let field_type = schema.field_type(at);
        each(at, field_type, &text).ok_or_else(|| KeyError::Value {
            key: path.to_owned(),
            field: schema.field_name(at).to_owned(),
            expected: field_type.expected(),
            found: text.to_string(),
        })?;
    }
    if fields.next().is_some() { Err(wrong_shape(schema, path)) } else { Ok(()) }
}

/// The key's path, even one that is too long for a file system.
impl fmt::Display for AnyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = KeyWriter::path(self.schema.separator());
        for level in 0..self.schema.levels().len() {
            if level > 0 {
                writer.level();
            }
            for value in self.values.get(self.schema.level_range(level)).unwrap_or_default() {
                writer.text(&value.to_text());
            }
        }
        f.pad(&writer.finish_path())
    }
}

impl fmt::Debug for AnyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.schema.field_names().zip(&self.values)).finish()
    }
}

// Two keys are compared by their values alone: the keys of one store have one schema.

impl PartialEq for AnyKey {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Eq for AnyKey {}

impl PartialOrd for AnyKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AnyKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.values.cmp(&other.values)
    }
}

impl Hash for AnyKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values.hash(state);
    }
}
