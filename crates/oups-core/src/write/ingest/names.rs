//! Makes keys of the values of key columns, each distinct key once.

use std::collections::HashMap;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};

use super::columns::texts;
use crate::key::{AnyKey, KeySchema, StoreKey};
use crate::{Error, Result};

/// The keys found so far, numbered in the order in which they first came.
pub(super) struct Names<K> {
    schema: KeySchema,
    converter: RowConverter,
    numbers: HashMap<Box<[u8]>, u32>,
    names: Vec<Name<K>>,
}

/// A key, or why the values are not a key.
pub(super) struct Name<K> {
    /// The key's path; without a key, the values.
    pub(super) text: String,
    pub(super) key: Option<K>,
    pub(super) error: Option<Error>,
}

impl<K: StoreKey> Names<K> {
    pub(super) fn new<'a>(schema: &KeySchema, types: impl Iterator<Item = &'a DataType>) -> Result<Self> {
        let fields = types.map(|data_type| SortField::new(data_type.clone())).collect();
        let converter = RowConverter::new(fields).map_err(super::arrow_error)?;
        Ok(Self { schema: schema.clone(), converter, numbers: HashMap::new(), names: Vec::new() })
    }

    /// The numbers of the keys of all rows. New keys are made and get the next numbers.
    pub(super) fn numbers(&mut self, columns: &[ArrayRef]) -> Result<Vec<u32>> {
        let rows = self.converter.convert_columns(columns).map_err(super::arrow_error)?;
        let mut numbers = Vec::with_capacity(rows.num_rows());
        let mut last: Option<(&[u8], u32)> = None;
        for (at, row) in rows.iter().enumerate() {
            let bytes = row.data();
            let number = match last {
                Some((same, number)) if same == bytes => number,
                _ => match self.numbers.get(bytes) {
                    Some(number) => *number,
                    None => self.add(bytes, columns, at)?,
                },
            };
            last = Some((bytes, number));
            numbers.push(number);
        }
        Ok(numbers)
    }

    fn add(&mut self, bytes: &[u8], columns: &[ArrayRef], row: usize) -> Result<u32> {
        let number = u32::try_from(self.names.len()).map_err(|_| Error::InvalidOption {
            option: "rows",
            expected: "at most 4,294,967,295 different keys".to_owned(),
            found: "more".to_owned(),
        })?;
        self.names.push(Name::new(&self.schema, &texts(columns, row)?));
        self.numbers.insert(bytes.into(), number);
        Ok(number)
    }

    pub(super) fn names(&self) -> &[Name<K>] {
        &self.names
    }

    pub(super) fn into_names(self) -> Vec<Name<K>> {
        self.names
    }
}

impl<K: StoreKey> Name<K> {
    fn new(schema: &KeySchema, texts: &[String]) -> Self {
        let mut text = texts.join(", ");
        let key = AnyKey::from_texts(schema, texts).and_then(|key| {
            text = key.to_string();
            K::parse_path(schema, &key.to_path()?)
        });
        let (key, error) = match key {
            Ok(key) => (Some(key), None),
            Err(error) => (None, Some(error.into())),
        };
        Self { text, key, error }
    }
}
