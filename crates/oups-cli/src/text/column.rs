//! Values of one type, appended one by one.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;

use super::{Refused, Times, Written};

/// Values of one leaf type.
#[derive(Debug)]
pub(crate) struct Column {
    data_type: DataType,
    texts: Vec<Option<String>>,
}

fn values(texts: Vec<Option<String>>, to: &DataType) -> Option<ArrayRef> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(&(Arc::new(StringArray::from(texts)) as ArrayRef), to, &strict).ok()
}

impl Column {
    /// `None`: the type is nested, or has no text.
    pub(crate) fn new(data_type: &DataType, _times: &Times, capacity: usize) -> Option<Self> {
        values(Vec::new(), data_type)?;
        Some(Self { data_type: data_type.clone(), texts: Vec::with_capacity(capacity) })
    }

    /// Appends the value exactly; where that cannot be, nothing.
    pub(crate) fn append(&mut self, value: Written<'_>) -> Result<(), Refused> {
        let text = value.text().to_owned();
        if values(vec![Some(text.clone())], &self.data_type).is_none() {
            return Err(Refused { why: format!("is not a {}", self.data_type), advice: None });
        }
        self.texts.push(Some(text));
        Ok(())
    }

    pub(crate) fn append_null(&mut self) {
        self.texts.push(None);
    }

    /// What was appended since the last call.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        let texts = std::mem::take(&mut self.texts);
        let nulls = arrow::array::new_null_array(&self.data_type, texts.len());
        values(texts, &self.data_type).unwrap_or(nulls)
    }
}
