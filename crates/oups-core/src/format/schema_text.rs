//! An Arrow schema as text: an encapsulated IPC schema message in base64, which every Arrow library reads.

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

/// The schema of a text; `None` if it cannot be decoded.
pub(crate) fn from_text(text: &str) -> Option<Schema> {
    let bytes = STANDARD.decode(text).ok()?;
    // Arrow panics on type codes that it does not know.
    guard(Path::new(""), || try_schema_from_ipc_buffer(&bytes)).ok()
}
