//! What a store needs of its keys, derived or not.

use std::fmt::Debug;
use std::hash::Hash;

use super::level::TopLevel;
use super::{AnyKey, FieldValue, KeyError, KeySchema, KeyWriter};

/// A key of a store: any struct that derives [`TopLevel`], or [`AnyKey`] for programs that do not have the struct. A program
/// derives [`TopLevel`]; this trait follows from it, and cannot be implemented by itself.
pub trait StoreKey: sealed::NamesDatasets + Clone + Debug + Ord + Hash + Send + Sync + 'static {
    /// The key's path below the store's root.
    ///
    /// # Errors
    ///
    /// As [`TopLevel::to_path`]; [`KeyError::OtherSchema`] if the key was made for another schema.
    fn path_text(&self, schema: &KeySchema) -> Result<String, KeyError>;

    /// The key of a path.
    ///
    /// # Errors
    ///
    /// As [`TopLevel::from_path`].
    fn parse_path(schema: &KeySchema, path: &str) -> Result<Self, KeyError>;

    /// The schema that the type fixes; `None` for [`AnyKey`], which takes the schema of the store.
    fn own_schema() -> Option<KeySchema>;

    /// The values of the fields of all levels, outermost first.
    fn values(&self) -> Vec<FieldValue>;

    /// The fields of all levels with their names, outermost first.
    fn named_values(&self, schema: &KeySchema) -> Vec<(String, FieldValue)> {
        schema.field_names().map(str::to_owned).zip(self.values()).collect()
    }
}

mod sealed {
    /// What names datasets: a struct that derives its levels, or the key for all stores.
    pub trait NamesDatasets {}
}

impl<K: TopLevel> sealed::NamesDatasets for K {}
impl sealed::NamesDatasets for AnyKey {}

impl<K: TopLevel> StoreKey for K {
    fn path_text(&self, _schema: &KeySchema) -> Result<String, KeyError> {
        self.to_path()
    }

    fn parse_path(_schema: &KeySchema, path: &str) -> Result<Self, KeyError> {
        K::from_path(path)
    }

    fn own_schema() -> Option<KeySchema> {
        Some(K::schema())
    }

    fn values(&self) -> Vec<FieldValue> {
        let mut writer = KeyWriter::values();
        self.write(&mut writer);
        writer.finish_values()
    }
}

impl StoreKey for AnyKey {
    fn path_text(&self, schema: &KeySchema) -> Result<String, KeyError> {
        if self.schema().is_compatible(schema) {
            return self.to_path();
        }
        Err(KeyError::OtherSchema {
            key: self.to_string(),
            expected: schema.to_string(),
            found: self.schema().to_string(),
        })
    }

    fn parse_path(schema: &KeySchema, path: &str) -> Result<Self, KeyError> {
        Self::parse(schema, path)
    }

    fn own_schema() -> Option<KeySchema> {
        None
    }

    fn values(&self) -> Vec<FieldValue> {
        AnyKey::values(self).to_vec()
    }
}
