//! An Arrow schema as text: an encapsulated IPC schema message in base64, as every Arrow library reads it.

use std::path::Path;

use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ipc::convert::try_schema_from_ipc_buffer;
use arrow::ipc::writer::{DictionaryTracker, EncodedData, IpcDataGenerator, IpcWriteOptions, write_message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::guard::guard;

pub(crate) fn to_text(schema: &Schema) -> Result<String, ArrowError> {
    let options = IpcWriteOptions::default();
    let mut dictionaries = DictionaryTracker::new(false);
    let message: EncodedData =
        IpcDataGenerator::default().schema_to_bytes_with_dictionary_tracker(schema, &mut dictionaries, &options);
    let mut bytes = Vec::new();
    write_message(&mut bytes, message, &options)?;
    Ok(STANDARD.encode(bytes))
}

/// `None` for a text that is no schema.
pub(crate) fn from_text(text: &str) -> Option<Schema> {
    let bytes = STANDARD.decode(text).ok()?;
    // Arrow panics on types that are none.
    guard(Path::new(""), || try_schema_from_ipc_buffer(&bytes)).ok()
}
