//! Why a key, a path, a filter or a schema of keys is refused.

use std::borrow::Cow;

/// Why a key, a key's text, a filter or a key schema is refused.
///
/// Every variant means that the caller has to pass something else; trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The path has more or fewer levels than the schema.
    #[error("key `{key}` has {found} level(s); `{schema}` has {expected}", key = shown(.key))]
    Levels {
        /// The path.
        key: String,
        /// The key schema as text.
        schema: String,
        /// Levels of the schema.
        expected: usize,
        /// Levels of the path.
        found: usize,
    },

    /// A component of the path has more or fewer fields than the schema's level.
    #[error("key `{key}`: `{component}` has {found} field(s); expected {expected}: {fields}", key = shown(.key), component = shown(.component))]
    Fields {
        /// The path.
        key: String,
        /// The component (the part between two `/`).
        component: String,
        /// The level's fields, as text.
        fields: String,
        /// Fields of the level.
        expected: usize,
        /// Fields of the component.
        found: usize,
    },

    /// The text of one field is not a value of the field's type.
    #[error("key `{key}`, field `{field}`: expected {expected}, found `{found}`", key = shown(.key), found = shown(.found))]
    Value {
        /// The path, or the values, of the key.
        key: String,
        /// The field.
        field: String,
        /// The values that the field takes.
        expected: String,
        /// The field's text.
        found: String,
    },

    /// A component differs from the encoding of its own fields.
    #[error("key `{key}`: `{component}` is not how a key is written: expected {expected}, found `{found}`", key = shown(.key), component = shown(.component), expected = shown(.expected), found = shown(.found))]
    NotCanonical {
        /// The path.
        key: String,
        /// The component.
        component: String,
        /// The right text.
        expected: String,
        /// What is there instead.
        found: String,
    },

    /// A component is too long: a file name must have room for it and the suffixes of side files.
    #[error("key `{key}`: `{component}` has {bytes} bytes; a part of a path may have {limit}", key = shown(.key), component = shown(.component))]
    TooLong {
        /// The path.
        key: String,
        /// The component.
        component: String,
        /// Its length, encoded.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },

    /// A key's path does not read back as the same key, so the `KeyField` of one of its fields is not one to one.
    #[error("key `{key}` reads back as {found}, not as {expected}: check the `KeyField` of its fields", key = shown(.key))]
    NotOneToOne {
        /// The path.
        key: String,
        /// The key, as its `Debug` shows it.
        expected: String,
        /// What reading the path gives.
        found: String,
    },

    /// The key has no such field.
    #[error("a key has no field `{field}`{}; its fields are {fields}", did_you_mean(.similar), field = shown(.field))]
    UnknownField {
        /// The name that was asked for.
        field: String,
        /// The most similar name, if one is similar enough.
        similar: Option<String>,
        /// All names, comma separated.
        fields: String,
    },

    /// Several levels of the key have a field of this name.
    #[error("`{field}` is the name of several fields: write one of {fields}", field = shown(.field))]
    AmbiguousField {
        /// The name that was asked for.
        field: String,
        /// Their full names, comma separated.
        fields: String,
    },

    /// A key was given more or fewer values than its schema has fields.
    #[error("{found} value(s) for a key of {expected} field(s): {schema}")]
    ValueCount {
        /// The key schema as text.
        schema: String,
        /// Fields of the schema.
        expected: usize,
        /// Values given.
        found: usize,
    },

    /// A key belongs to another schema than the store's.
    #[error("key `{key}` is one of `{found}`, not of `{expected}`", key = shown(.key))]
    OtherSchema {
        /// The key's path.
        key: String,
        /// The schema that is needed.
        expected: String,
        /// The key's schema.
        found: String,
    },

    /// A text is not a filter.
    #[error("`{found}` is not a filter; expected {expected}", found = shown(.found))]
    Filter {
        /// The text.
        found: String,
        /// What a filter is, or the values that the field takes.
        expected: String,
    },

    /// A character that cannot separate fields.
    #[error(
        "`{found}` cannot separate the fields of a key; expected one of `-`, `_`, `=`, `@`, `+`, `,`, `~` or a space", found = shown(.found))]
    Separator {
        /// The text.
        found: String,
    },

    /// A text is not the name of a field type.
    #[error("`{found}` is not a type of key field; expected one of {expected}", found = shown(.found))]
    Type {
        /// The text.
        found: String,
        /// All type names, comma separated.
        expected: String,
    },

    /// The text form of a key schema does not parse.
    #[error("key schema `{schema}`, at character {at}: expected {expected}, found {found}", schema = shown(.schema), found = shown(.found))]
    SchemaText {
        /// The whole text.
        schema: String,
        /// The character at which it fails, from 1.
        at: usize,
        /// What is valid there.
        expected: String,
        /// What is there.
        found: String,
    },

    /// A key schema breaks a rule that every key schema follows.
    #[error("key schema `{schema}`: {rule}, found {found}", schema = shown(.schema), found = shown(.found))]
    SchemaRule {
        /// The schema as text.
        schema: String,
        /// The rule.
        rule: &'static str,
        /// What breaks it.
        found: String,
    },
}

/// A text for a terminal: control characters, which would steer it, become escapes.
fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    Cow::Owned(text.chars().map(escaped).collect())
}

fn did_you_mean(similar: &Option<String>) -> String {
    similar.as_ref().map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}
