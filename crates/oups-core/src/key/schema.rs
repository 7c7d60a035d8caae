//! The schema of a store's keys: levels, fields, separator.

use std::sync::Arc;

use super::similar::nearest;
use super::{FieldType, KeyError, Separator};

/// The levels and fields of a store's keys, and the separator.
///
/// A derived key has a schema ([`TopLevel::schema`](super::TopLevel::schema)), a store keeps it in its `oups.json`, and
/// [`KeySchema::parse`] reads it from a text. Cloning is cheap.
///
/// # Examples
///
/// ```
/// use oups_core::key::{KeySchema, Separator};
///
/// let schema = KeySchema::parse("quantity:str,city:str/frequency:str", Separator::Dash)?;
/// assert_eq!(schema.levels().len(), 2);
/// assert_eq!(schema.field_names().collect::<Vec<_>>(), ["quantity", "city", "frequency"]);
/// assert_eq!(schema.to_string(), "quantity:str,city:str/frequency:str");
/// # Ok::<(), oups_core::key::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeySchema(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Parts {
    separator: Separator,
    levels: Vec<Level>,
    /// The fields of all levels, outermost first.
    leaves: Vec<Leaf>,
}

/// One level of a key: the fields that one folder's name holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Level {
    /// The name of the struct's field that holds this level. `None` for the outermost level, and if no struct made the
    /// schema.
    pub name: Option<String>,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// One field of a level.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// The field's type.
    pub field_type: FieldType,
}

/// A field with the names by which a user can ask for it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Leaf {
    /// The field's own name if only one level has it, else the full name.
    name: String,
    /// The names of the levels and of the field, joined by dots.
    full_name: String,
    level: usize,
    field: Field,
}

impl KeySchema {
    /// Makes a schema of its levels, outermost first.
    ///
    /// # Errors
    ///
    /// [`KeyError::SchemaRule`] if `levels` is empty, a level has no field or the same name twice, or a name is empty
    /// or holds a blank, a control character or one of `: , / . =`.
    pub fn new(separator: Separator, levels: Vec<Level>) -> Result<Self, KeyError> {
        let schema = Self::from_struct(separator, levels);
        schema.check()?;
        Ok(schema)
    }

    /// Makes a schema without checks: the rules of Rust for structs, and those of the derive, have checked it.
    pub(super) fn from_struct(separator: Separator, levels: Vec<Level>) -> Self {
        let mut leaves = Vec::new();
        let mut prefix = String::new();
        for (at, level) in levels.iter().enumerate() {
            if at > 0 {
                match &level.name {
                    Some(name) => prefix.push_str(name),
                    None => prefix.push_str(&format!("level{}", at + 1)),
                }
                prefix.push('.');
            }
            for field in &level.fields {
                let shared = levels.iter().flat_map(|level| &level.fields).filter(|f| f.name == field.name).count() > 1;
                let full_name = format!("{prefix}{}", field.name);
                let name = if shared { full_name.clone() } else { field.name.clone() };
                leaves.push(Leaf { name, full_name, level: at, field: field.clone() });
            }
        }
        Self(Arc::new(Parts { separator, levels, leaves }))
    }

    /// The character that joins the fields of a level.
    pub fn separator(&self) -> Separator {
        self.0.separator
    }

    /// The levels, outermost first; each is one folder of the path.
    pub fn levels(&self) -> &[Level] {
        &self.0.levels
    }

    /// The types of all fields, outermost level first.
    pub fn field_types(&self) -> impl ExactSizeIterator<Item = FieldType> + '_ {
        self.0.leaves.iter().map(|leaf| leaf.field.field_type)
    }

    /// The names of all fields, outermost level first, each different.
    ///
    /// If several levels have a field of the same name, the names of the levels precede it, as in `sampling.name`. A
    /// level without a name is called `level2`, `level3` and so on.
    pub fn field_names(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.0.leaves.iter().map(|leaf| leaf.name.as_str())
    }

    pub(crate) fn field_type(&self, at: usize) -> FieldType {
        self.0.leaves.get(at).map_or(FieldType::Text, |leaf| leaf.field.field_type)
    }

    pub(crate) fn field_name(&self, at: usize) -> &str {
        self.0.leaves.get(at).map_or("", |leaf| leaf.name.as_str())
    }

    /// The index of a field among those of all levels, by its name or its full, dotted name.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownField`] if no field has the name, [`KeyError::AmbiguousField`] if several levels have it.
    pub fn field_index(&self, name: &str) -> Result<usize, KeyError> {
        let leaves = &self.0.leaves;
        if let Some(at) = leaves.iter().position(|leaf| leaf.full_name == name) {
            return Ok(at);
        }
        let named: Vec<_> = leaves.iter().enumerate().filter(|(_, leaf)| leaf.field.name == name).collect();
        match named.as_slice() {
            &[(at, _)] => Ok(at),
            [] => Err(KeyError::UnknownField {
                field: name.to_owned(),
                similar: nearest(name, self.field_names(), 1).first().map(|near| (*near).to_owned()),
                fields: join(self.field_names()),
            }),
            several => Err(KeyError::AmbiguousField {
                field: name.to_owned(),
                fields: join(several.iter().map(|(_, leaf)| leaf.full_name.as_str())),
            }),
        }
    }

    /// Whether both schemas have the same keys: the same separator and, in each level, the same field names and types.
    ///
    /// The names of the fields that hold a nested level do not matter.
    pub fn is_compatible(&self, other: &Self) -> bool {
        let fields = |schema: &Self| schema.levels().iter().map(|level| level.fields.clone()).collect::<Vec<_>>();
        self.separator() == other.separator() && fields(self) == fields(other)
    }

    /// The indexes of one level's fields among the fields of all levels.
    pub(crate) fn level_range(&self, level: usize) -> std::ops::Range<usize> {
        let start = self.0.leaves.partition_point(|leaf| leaf.level < level);
        let end = self.0.leaves.partition_point(|leaf| leaf.level <= level);
        start..end
    }

    /// Checks the rules of [`new`](Self::new).
    fn check(&self) -> Result<(), KeyError> {
        let refuse = |rule, found: String| Err(KeyError::SchemaRule { schema: self.levels_text(), rule, found });
        if self.levels().is_empty() {
            return refuse("a key has at least one level", "none".to_owned());
        }
        for level in self.levels() {
            if level.fields.is_empty() {
                return refuse("a level has at least one field", "none".to_owned());
            }
            let names = level.name.iter().chain(level.fields.iter().map(|field| &field.name));
            if let Some(name) = names.clone().find(|name| !is_name(name)) {
                return refuse("a name has no blanks, control characters or `: , / . =`", format!("`{name}`"));
            }
            let names: Vec<_> = level.fields.iter().map(|field| &field.name).collect();
            let twice =
                names.iter().enumerate().find(|(at, name)| names.iter().skip(at + 1).any(|other| other == *name));
            if let Some((_, name)) = twice {
                return refuse("the fields of a level have different names", format!("`{name}` twice"));
            }
        }
        Ok(())
    }
}

/// Whether the text can be a field's name: it is not empty, and holds no character with a meaning in the text of a
/// schema, in a filter or in a dotted name.
pub(super) fn is_name(text: &str) -> bool {
    let excluded = |c: char| matches!(c, ':' | ',' | '/' | '.' | '=') || c.is_whitespace() || c.is_control();
    !text.is_empty() && !text.contains(excluded)
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Collects the levels and fields that a derived key describes.
#[derive(Debug)]
pub struct SchemaBuilder {
    levels: Vec<Level>,
}

impl SchemaBuilder {
    pub(super) fn new() -> Self {
        Self { levels: vec![Level { name: None, fields: Vec::new() }] }
    }

    /// Adds a field to the level.
    pub fn field(&mut self, name: &str, field_type: FieldType) {
        if let Some(level) = self.levels.last_mut() {
            level.fields.push(Field { name: name.to_owned(), field_type });
        }
    }

    /// Begins the next level, which the named field holds.
    pub fn level(&mut self, name: &str) {
        self.levels.push(Level { name: Some(name.to_owned()), fields: Vec::new() });
    }

    pub(super) fn finish(self, separator: Separator) -> KeySchema {
        KeySchema::from_struct(separator, self.levels)
    }
}
