//! What one manifest says of a dataset.

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;

use super::dataset::Dataset;
use crate::Result;
use crate::ordered::{OrdValue, OrderedType};
use crate::settings::Settings;
use crate::version::Version;

/// What is known of a dataset without reading a row of it, all of one version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DatasetInfo {
    /// The version that all of this is of.
    pub version: Version,
    /// The columns.
    pub schema: SchemaRef,
    /// The ordered column.
    pub ordered_on: String,
    /// Its type, which writes and reads its values: [`OrderedType::format`].
    pub ordered: OrderedType,
    /// The number of rows.
    pub rows: u64,
    /// Bytes of the row group files.
    pub bytes: u64,
    /// The number of row groups.
    pub row_groups: usize,
    /// The smallest and largest ordered value; none without rows.
    pub span: Option<(OrdValue, OrdValue)>,
    /// What writes use that do not give their own.
    pub settings: Settings,
    /// The user's metadata.
    pub metadata: BTreeMap<String, String>,
}

impl Dataset {
    /// What is known of the newest version, from one look at it.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn info(&self) -> Result<DatasetInfo> {
        let manifest = self.loaded()?;
        Ok(DatasetInfo {
            version: manifest.version(),
            schema: manifest.schema.clone(),
            ordered_on: manifest.ordered_on.clone(),
            ordered: manifest.ordered.clone(),
            rows: manifest.rows(),
            bytes: manifest.bytes(),
            row_groups: manifest.entries.len(),
            span: manifest.span().map(|(min, max)| (min.clone(), max.clone())),
            settings: manifest.settings.clone(),
            metadata: manifest.metadata.clone(),
        })
    }
}
