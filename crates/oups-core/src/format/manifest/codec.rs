//! Manifests as bytes, and back, exactly as `docs/format.md` says.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, RecordBatch, StringArray, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema, UInt64Type};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde_json::{Value, json};

use super::{Lineage, Manifest, Retired, RowGroup, invariants, pages};
use crate::format::checksum::{PLACEHOLDER, carried, seal, unseal};
use crate::format::{FORMAT, schema_text};
use crate::guard::{DecodeError, guard};
use crate::ordered::{OrdValue, OrderedType};
use crate::settings::Settings;
use crate::{Error, Result};

const KIND: &str = "manifest";
const CHECKSUM: &str = "oups.checksum";
const WRONG_CHECKSUM: &str = "its checksum is wrong: it was changed, cut off, or is not a manifest of oups";
const AT: &str = "oups.at";
const LINEAGE: &str = "oups.lineage";
const META: &str = "oups.meta.";

/// The manifest's file, with the checksum that it carries.
///
/// # Errors
///
/// [`Error::Damaged`] if the manifest breaks an invariant: it must never reach the disk.
pub(crate) fn encode(path: &Path, manifest: &Manifest) -> Result<(Vec<u8>, u128)> {
    if let Some(detail) = invariants::broken(manifest) {
        return Err(damaged(path, format!("refusing to write it: {detail}")));
    }
    let batch = to_batch(manifest).map_err(|error| damaged(path, error.to_string()))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(format!("oups {}", env!("CARGO_PKG_VERSION")))
        .set_max_row_group_row_count(None)
        .build();
    let mut bytes = Vec::with_capacity(4096 + 100 * manifest.entries.len());
    let written = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).and_then(|mut writer| {
        writer.write(&batch)?;
        for (key, value) in key_values(manifest)? {
            writer.append_key_value_metadata(KeyValue::new(key, value));
        }
        writer.append_key_value_metadata(KeyValue::new(CHECKSUM.to_owned(), PLACEHOLDER.to_owned()));
        writer.close()
    });
    written.map_err(|error| damaged(path, error.to_string()))?;
    let sum = seal(&mut bytes, CHECKSUM).ok_or_else(|| damaged(path, "no place for the checksum".to_owned()))?;
    Ok((bytes, sum))
}

/// The checksum that the bytes carry, if it is right. Then they can be decoded.
///
/// # Errors
///
/// [`Error::Damaged`] if a byte has changed.
pub(crate) fn check(path: &Path, bytes: &mut [u8]) -> Result<u128> {
    unseal(bytes, CHECKSUM).ok_or_else(|| damaged(path, WRONG_CHECKSUM.to_owned()))
}

/// Decodes bytes that [`check`] has found to have this checksum.
///
/// # Errors
///
/// [`Error::Damaged`] if the content breaks a rule of the format; [`Error::NewerFormat`] if a newer oups wrote it.
pub(crate) fn decode(path: &Path, bytes: Vec<u8>, checksum: u128) -> Result<Manifest> {
    let (batches, key_values) = read(path, Bytes::from(bytes))?;
    // Arrow decodes the schema, and it panics on some that it does not know.
    let manifest = guard(path, || Ok::<_, String>(from_parts(path, &batches, &key_values, checksum)))??;
    match invariants::broken(&manifest) {
        None => Ok(manifest),
        Some(detail) => Err(damaged(path, detail)),
    }
}

/// The checksum in a manifest's bytes, without checking it.
pub(crate) fn carried_checksum(bytes: &[u8]) -> Option<u128> {
    carried(bytes, CHECKSUM)
}

fn key_values(manifest: &Manifest) -> Result<Vec<(String, String)>, ArrowError> {
    let retired: Vec<Value> = manifest.retired.iter().map(|retired| json!([retired.file, retired.by])).collect();
    let mut pairs = vec![
        ("oups.kind".to_owned(), KIND.to_owned()),
        ("oups.format".to_owned(), FORMAT.to_string()),
        ("oups.commit".to_owned(), manifest.commit.to_string()),
        ("oups.durable".to_owned(), manifest.durable.to_string()),
        ("oups.dataset".to_owned(), manifest.dataset.clone()),
        ("oups.ordered_on".to_owned(), manifest.ordered_on.clone()),
        ("oups.schema".to_owned(), schema_text::to_text(&manifest.schema)?),
        ("oups.settings".to_owned(), manifest.settings.to_json().to_string()),
        ("oups.retired".to_owned(), Value::from(retired).to_string()),
    ];
    if let Some((at, lineage)) = manifest.lineage.texts() {
        pairs.extend([(AT.to_owned(), at), (LINEAGE.to_owned(), lineage.to_owned())]);
    }
    pairs.extend(manifest.metadata.iter().map(|(key, value)| (format!("{META}{key}"), value.clone())));
    Ok(pairs)
}

/// The table of row groups, one row for each, with the columns of `docs/format.md`. The smallest and largest values
/// have the ordered column's own type, so that any Parquet reader shows them.
fn to_batch(manifest: &Manifest) -> Result<RecordBatch, ArrowError> {
    let entries = &manifest.entries;
    let values = |of: fn(&RowGroup) -> &OrdValue| -> Result<ArrayRef, ArrowError> {
        let values: Vec<OrdValue> = entries.iter().map(|entry| of(entry).clone()).collect();
        manifest.ordered.to_array(&values)
    };
    let (min, max) = (values(|entry| &entry.min)?, values(|entry| &entry.max)?);
    let checksums = FixedSizeBinaryArray::try_from_sparse_iter_with_size(
        entries.iter().map(|entry| Some(entry.checksum.to_be_bytes())),
        16,
    )?;
    let schema = Schema::new(vec![
        Field::new("file", DataType::Utf8, false),
        Field::new("rows", DataType::UInt64, false),
        Field::new("bytes", DataType::UInt64, false),
        Field::new("min", min.data_type().clone(), false),
        Field::new("max", max.data_type().clone(), false),
        Field::new("checksum", DataType::FixedSizeBinary(16), false),
        Field::new("synced", DataType::Boolean, false),
    ]);
    RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(StringArray::from_iter_values(entries.iter().map(|entry| &*entry.file))),
            Arc::new(UInt64Array::from_iter_values(entries.iter().map(|entry| entry.rows))),
            Arc::new(UInt64Array::from_iter_values(entries.iter().map(|entry| entry.bytes))),
            min,
            max,
            Arc::new(checksums),
            Arc::new(BooleanArray::from_iter(entries.iter().map(|entry| Some(entry.synced)))),
        ],
    )
}

/// Decodes the table and the key-values. The pages are checked first: a right checksum does not exclude forged headers.
fn read(path: &Path, bytes: Bytes) -> Result<(Vec<RecordBatch>, HashMap<String, String>)> {
    guard(path, || -> Result<_, DecodeError> {
        pages::check_footer(&bytes)?;
        let metadata = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new())?;
        pages::check(&bytes, metadata.metadata())?;
        let pairs = metadata.metadata().file_metadata().key_value_metadata().map(Vec::as_slice).unwrap_or_default();
        let key_values = pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default())).collect();
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata).with_batch_size(1 << 16).build()?;
        Ok((reader.collect::<Result<Vec<_>, _>>()?, key_values))
    })
}

/// The manifest of a decoded table and its key-values, by the rules of `docs/format.md`. Kind and format come first:
/// all else may be different in a file of another kind or of a newer oups. Unknown key-values are ignored, so that
/// older programs read what newer ones add.
fn from_parts(
    path: &Path,
    batches: &[RecordBatch],
    key_values: &HashMap<String, String>,
    checksum: u128,
) -> Result<Manifest> {
    let text =
        |key: &str| key_values.get(key).map(String::as_str).ok_or_else(|| damaged(path, format!("it has no `{key}`")));
    let wrong = |key: &str| damaged(path, format!("`{key}` is not as the format says"));
    let number = |key: &str| text(key)?.parse::<u64>().map_err(|_| wrong(key));
    if text("oups.kind")? != KIND {
        return Err(wrong("oups.kind"));
    }
    let format = number("oups.format")?;
    if format > FORMAT {
        return Err(Error::NewerFormat { path: path.to_owned(), found: format, supported: FORMAT });
    }
    let schema = schema_text::from_text(text("oups.schema")?).ok_or_else(|| wrong("oups.schema"))?;
    let ordered_on = text("oups.ordered_on")?.to_owned();
    let ordered = schema
        .field_with_name(&ordered_on)
        .ok()
        .and_then(|field| OrderedType::new(field.data_type()))
        .ok_or_else(|| wrong("oups.ordered_on"))?;
    let settings = serde_json::from_str(text("oups.settings")?).ok().and_then(|json| Settings::from_json(&json));
    let commit = number("oups.commit")?;
    Ok(Manifest {
        commit,
        durable: number("oups.durable")?,
        dataset: text("oups.dataset")?.to_owned(),
        settings: settings.ok_or_else(|| wrong("oups.settings"))?,
        retired: retired(text("oups.retired")?).ok_or_else(|| wrong("oups.retired"))?,
        entries: entries(batches, &ordered).ok_or_else(|| wrong("the table of row groups"))?,
        metadata: metadata(key_values),
        schema: Arc::new(schema),
        ordered_on,
        ordered,
        lineage: lineage(key_values, commit, checksum).ok_or_else(|| wrong(LINEAGE))?,
    })
}

/// The lineage. An older program wrote none, and then the manifest's checksum serves as the draw: it differs from those
/// of other versions with the same commit number.
fn lineage(key_values: &HashMap<String, String>, commit: u64, checksum: u128) -> Option<Lineage> {
    let text = |key: &str| key_values.get(key).map(String::as_str);
    Lineage::read(text(AT), text(LINEAGE), commit, (checksum >> 64) as u64)
}

fn metadata(key_values: &HashMap<String, String>) -> BTreeMap<String, String> {
    key_values.iter().filter_map(|(key, value)| Some((key.strip_prefix(META)?.to_owned(), value.clone()))).collect()
}

fn retired(text: &str) -> Option<Vec<Retired>> {
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    list.iter()
        .map(|pair| Some(Retired { file: pair.get(0)?.as_str()?.to_owned(), by: pair.get(1)?.as_u64()? }))
        .collect()
}

/// The entries of the decoded table; `None` if a column is missing, has nulls or another type.
fn entries(batches: &[RecordBatch], ordered: &OrderedType) -> Option<Vec<RowGroup>> {
    let mut entries = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        let column = |name: &str| batch.column_by_name(name).filter(|column| column.null_count() == 0);
        let file = column("file")?.as_string_opt::<i32>()?;
        let rows = column("rows")?.as_primitive_opt::<UInt64Type>()?;
        let bytes = column("bytes")?.as_primitive_opt::<UInt64Type>()?;
        let min = ordered.keys(column("min")?).ok()?;
        let max = ordered.keys(column("max")?).ok()?;
        let checksum = column("checksum")?.as_fixed_size_binary_opt()?;
        let synced = column("synced")?.as_boolean_opt()?;
        for row in 0..batch.num_rows() {
            entries.push(RowGroup {
                file: file.value(row).into(),
                rows: rows.value(row),
                bytes: bytes.value(row),
                min: min.value(row),
                max: max.value(row),
                checksum: u128::from_be_bytes(checksum.value(row).try_into().ok()?),
                synced: synced.value(row),
            });
        }
    }
    Some(entries)
}

fn damaged(path: &Path, detail: String) -> Error {
    Error::Damaged { path: path.to_owned(), detail }
}
