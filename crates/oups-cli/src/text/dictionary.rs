//! Columns of dictionaries: each different value is stored once.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, PrimitiveArray};
use arrow::datatypes::*;

use super::column::{Column, Values};
use super::{Refused, Times, Written, shown};

pub(super) struct Dictionary {
    key_type: DataType,
    /// The most values that the keys can name.
    limit: usize,
    values: Column,
    /// Reads one value at a time. `known` has its text as the program writes it, so that `1.0` and `1.00` are one
    /// value.
    one: Column,
    /// The index of a value by its text as written: first of all texts but strings of JSON, then of those. `"7"` may be
    /// another value than `7`.
    written: [HashMap<String, usize>; 2],
    known: HashMap<String, usize>,
    keys: Vec<Option<usize>>,
}

impl Dictionary {
    pub(super) fn new(key_type: &DataType, value_type: &DataType, times: &Times) -> Option<Self> {
        if matches!(value_type, DataType::Dictionary(..)) {
            return None;
        }
        Some(Self {
            key_type: key_type.clone(),
            limit: limit(key_type)?,
            values: Column::new(value_type, times, 0)?,
            one: Column::new(value_type, times, 1)?,
            written: Default::default(),
            known: HashMap::new(),
            keys: Vec::new(),
        })
    }

    fn key(&mut self, value: Written<'_>) -> Result<usize, Refused> {
        self.one.append(value)?;
        let one = self.one.finish();
        let mut text = String::new();
        // This cannot fail: a value that was just read has a text.
        let _ = shown::write(one.as_ref(), 0, &mut text);
        let next = self.known.len();
        if let Some(key) = self.known.get(&text) {
            return Ok(*key);
        }
        if next >= self.limit {
            let why = format!("is one different value more than the {} that the keys of the column name", self.limit);
            return Err(Refused::new(why, "give --types COLUMN:category, or the type of the values"));
        }
        self.values.append(value)?;
        self.known.insert(text, next);
        Ok(next)
    }
}

impl Values for Dictionary {
    fn append(&mut self, value: Written<'_>) -> Result<(), Refused> {
        let [strings, others] = &self.written;
        let known = if matches!(value, Written::String(_)) { strings } else { others };
        let key = match known.get(value.text()) {
            Some(key) => *key,
            None => {
                let key = self.key(value)?;
                let [strings, others] = &mut self.written;
                let known = if matches!(value, Written::String(_)) { strings } else { others };
                known.insert(value.text().to_owned(), key);
                key
            }
        };
        self.keys.push(Some(key));
        Ok(())
    }

    fn append_null(&mut self) {
        self.keys.push(None);
    }

    fn finish(&mut self) -> ArrayRef {
        self.written = Default::default();
        self.known.clear();
        let keys = std::mem::take(&mut self.keys);
        let values = self.values.finish();
        match self.key_type {
            DataType::Int8 => keyed::<Int8Type>(&keys, values),
            DataType::Int16 => keyed::<Int16Type>(&keys, values),
            DataType::Int32 => keyed::<Int32Type>(&keys, values),
            DataType::UInt8 => keyed::<UInt8Type>(&keys, values),
            DataType::UInt16 => keyed::<UInt16Type>(&keys, values),
            DataType::UInt32 => keyed::<UInt32Type>(&keys, values),
            DataType::UInt64 => keyed::<UInt64Type>(&keys, values),
            _ => keyed::<Int64Type>(&keys, values),
        }
    }
}

fn limit(key_type: &DataType) -> Option<usize> {
    Some(match key_type {
        DataType::Int8 => 1 << 7,
        DataType::UInt8 => 1 << 8,
        DataType::Int16 => 1 << 15,
        DataType::UInt16 => 1 << 16,
        DataType::Int32 | DataType::UInt32 | DataType::Int64 | DataType::UInt64 => 1 << 31,
        _ => return None,
    })
}

fn keyed<K: ArrowDictionaryKeyType>(keys: &[Option<usize>], values: ArrayRef) -> ArrayRef {
    let keys: PrimitiveArray<K> = keys.iter().map(|key| K::Native::from_usize((*key)?)).collect();
    Arc::new(DictionaryArray::new(keys, values))
}
