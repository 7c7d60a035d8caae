//! What a row group file's footer says of its place in the dataset: enough to rebuild a lost manifest.

use serde_json::json;

use crate::commit::FORMAT;
use crate::layout::FileId;
use crate::schema::DatasetSchema;
use crate::settings::Settings;

/// The footer's key-values, without Arrow's own. See `docs/format.md`.
///
/// `replaces` is not empty only in the first file of a merge region; `parts` is there only in the last file of a commit.
pub(crate) fn key_values(
    schema: &DatasetSchema,
    settings: &Settings,
    id: FileId,
    replaces: &[String],
    parts: Option<usize>,
) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("oups.kind", "rows".to_owned()),
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
