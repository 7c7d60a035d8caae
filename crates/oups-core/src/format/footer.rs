//! What a row group file's footer says of the file's part in the dataset. It is enough to rebuild a lost manifest.

use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use serde_json::json;

use super::FORMAT;
use super::schema_text::from_text as schema_from_text;
use super::seal::Seal;
use crate::fs::{ReadFile, failed};
use crate::paths::FileId;
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::{Error, Result};

const KIND: &str = "rows";

/// The footer's key-values, without Arrow's own and the seal. See `docs/format.md`.
///
/// Only the first file of a merge region has `replaces`, and only the last file of a commit has `parts`.
pub(crate) fn key_values(
    schema: &DatasetSchema,
    settings: &Settings,
    id: FileId,
    replaces: &[String],
    parts: Option<usize>,
) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("oups.kind", KIND.to_owned()),
        ("oups.format", FORMAT.to_string()),
        ("oups.dataset", schema.dataset().to_owned()),
        ("oups.ordered_on", schema.ordered_on().to_owned()),
        ("oups.settings", settings.to_json().to_string()),
        ("oups.commit", id.commit.to_string()),
        ("oups.part", id.part.to_string()),
    ];
    pairs.extend(parts.map(|parts| ("oups.parts", parts.to_string())));
    pairs.extend((!replaces.is_empty()).then(|| ("oups.replaces", json!(replaces).to_string())));
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What a row group file's footer says of the file.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) dataset: String,
    pub(crate) ordered_on: String,
    pub(crate) settings: Settings,
    pub(crate) schema: SchemaRef,
    pub(crate) commit: u64,
    pub(crate) part: u32,
    /// The number of files of the commit; only in its last file.
    pub(crate) parts: Option<u32>,
    /// The files that the merge region replaced; only in the region's first file.
    pub(crate) replaces: Vec<String>,
    pairs: Vec<(String, String)>,
}

impl Claims {
    /// Reads the claims from the footer's key-values. The rows are not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if oups did not write the footer, [`Error::NewerFormat`] if a newer oups wrote it.
    pub(crate) fn read(pairs: Vec<(String, String)>, path: &Path) -> Result<Self> {
        let damaged = |detail: String| Error::Damaged { path: path.to_owned(), detail };
        let find = |key: &str| pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value.as_str());
        let text = |key: &str| find(key).ok_or_else(|| damaged(format!("its footer has no `{key}`")));
        let wrong = |key: &str| damaged(format!("`{key}` in its footer is not as the format says"));
        if text("oups.kind")? != KIND {
            return Err(wrong("oups.kind"));
        }
        let format = text("oups.format")?.parse::<u64>().map_err(|_| wrong("oups.format"))?;
        if format > FORMAT {
            return Err(Error::NewerFormat { path: path.to_owned(), found: format, supported: FORMAT });
        }
        let settings = serde_json::from_str(text("oups.settings")?).ok().and_then(|json| Settings::from_json(&json));
        let schema: Option<Schema> = schema_from_text(text(ARROW_SCHEMA_META_KEY)?);
        let replaces = find("oups.replaces").map_or(Some(Vec::new()), |text| serde_json::from_str(text).ok());
        Ok(Self {
            dataset: text("oups.dataset")?.to_owned(),
            ordered_on: text("oups.ordered_on")?.to_owned(),
            settings: settings.ok_or_else(|| wrong("oups.settings"))?,
            schema: Arc::new(schema.ok_or_else(|| wrong(ARROW_SCHEMA_META_KEY))?),
            commit: text("oups.commit")?.parse().map_err(|_| wrong("oups.commit"))?,
            part: text("oups.part")?.parse().map_err(|_| wrong("oups.part"))?,
            parts: find("oups.parts").map(|parts| parts.parse().map_err(|_| wrong("oups.parts"))).transpose()?,
            replaces: replaces.ok_or_else(|| wrong("oups.replaces"))?,
            pairs,
        })
    }

    /// Whether the file is the one that its name says. The error says which file it is.
    pub(crate) fn is_for(&self, dataset: &str, id: FileId) -> Result<(), String> {
        if (self.dataset.as_str(), self.commit, self.part) == (dataset, id.commit, id.part) {
            return Ok(());
        }
        Err(format!("it is part {} of commit {} of dataset {}", self.part, self.commit, self.dataset))
    }

    /// Compares rows and key-values with the seal.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if a byte has changed; [`Error::Io`] if the file cannot be read.
    pub(crate) fn check_seal(&self, file: &dyn ReadFile, path: &Path) -> Result<()> {
        if Seal::fits(file, &self.pairs).map_err(failed("read", path))? {
            return Ok(());
        }
        Err(Error::Damaged {
            path: path.to_owned(),
            detail: "its bytes have changed: the seal does not fit".to_owned(),
        })
    }
}
