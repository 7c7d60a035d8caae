//! Forged files with the right checksum, such as malice or a bug elsewhere may leave in a store.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

/// The marker of the checksum in `oups.json`.
pub const OF_STORE_FILE: &str = "\"checksum";
/// The marker of the checksum in a manifest.
pub const OF_MANIFEST: &str = "oups.checksum";

const DIGITS: usize = 32;

/// The bytes, with the right checksum after the last marker. Bytes without the marker are unchanged.
#[must_use]
pub fn sealed(mut bytes: Vec<u8>, marker: &str) -> Vec<u8> {
    let marker = marker.as_bytes();
    let Some(at) = bytes.windows(marker.len()).rposition(|window| window == marker) else { return bytes };
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let are_digits = |start: &usize| bytes.get(*start..start + DIGITS).is_some_and(|text| text.iter().all(is_digit));
    let Some(start) = (at + marker.len()..at + marker.len() + 8).find(are_digits) else { return bytes };
    bytes[start..start + DIGITS].fill(b'0');
    let sum = format!("{:032x}", twox_hash::XxHash3_128::oneshot(&bytes));
    bytes[start..start + DIGITS].copy_from_slice(sum.as_bytes());
    bytes
}

/// XXH3-128 as a manifest holds it.
#[must_use]
pub fn checksum(bytes: &[u8]) -> [u8; 16] {
    twox_hash::XxHash3_128::oneshot(bytes).to_be_bytes()
}

/// A manifest taken apart.
#[derive(Clone, Debug)]
pub struct ManifestParts {
    /// One row a row group.
    pub table: RecordBatch,
    /// Everything but the checksum.
    pub key_values: Vec<(String, String)>,
}

impl ManifestParts {
    /// # Panics
    ///
    /// If the bytes are not a Parquet file.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        let pairs = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
        let is_own = |pair: &KeyValue| pair.key != OF_MANIFEST && pair.key != "ARROW:schema";
        let key_values =
            pairs.into_iter().filter(is_own).map(|pair| (pair.key, pair.value.unwrap_or_default())).collect();
        let schema = Arc::new(builder.schema().as_ref().clone().with_metadata(Default::default()));
        let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
        let batches: Vec<RecordBatch> =
            batches.iter().map(|batch| batch.clone().with_schema(schema.clone()).unwrap()).collect();
        Self { table: concat_batches(&schema, &batches).unwrap(), key_values }
    }

    /// The same manifest, with another value of a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.key_values.retain(|(other, _)| other != key);
        self.key_values.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The same manifest, with another column of this name.
    ///
    /// # Panics
    ///
    /// If no column has this name, or the new one has another number of rows.
    #[must_use]
    pub fn with_column(mut self, name: &str, column: ArrayRef) -> Self {
        let at = self.table.schema().index_of(name).unwrap();
        let mut fields: Vec<_> = self.table.schema().fields().to_vec();
        fields[at] = Arc::new(Field::new(name, column.data_type().clone(), false));
        let mut columns = self.table.columns().to_vec();
        columns[at] = column;
        self.table = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        self
    }

    /// A manifest with the right checksum.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let plain = WriterProperties::builder().set_dictionary_enabled(false).build();
        let mut writer = ArrowWriter::try_new(&mut bytes, self.table.schema(), Some(plain)).unwrap();
        writer.write(&self.table).unwrap();
        for (key, value) in &self.key_values {
            writer.append_key_value_metadata(KeyValue::new(key.clone(), value.clone()));
        }
        writer.append_key_value_metadata(KeyValue::new(OF_MANIFEST.to_owned(), "0".repeat(DIGITS)));
        writer.close().unwrap();
        sealed(bytes, OF_MANIFEST)
    }
}
