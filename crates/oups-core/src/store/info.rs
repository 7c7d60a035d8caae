//! The facts of a dataset, from one manifest.

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;

use super::dataset::Dataset;
use crate::Result;
use crate::ordered::{OrdValue, OrderedType};
use crate::settings::Settings;
use crate::version::Version;

/// The facts of a dataset that are known without reading a row. All are of one version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DatasetInfo {
    /// The version that these facts are of.
    pub version: Version,
    /// The columns.
    pub schema: SchemaRef,
    /// The name of the ordered column.
    pub ordered_on: String,
    /// The type of the ordered column. It formats and parses the column's values: [`OrderedType::format`].
    pub ordered: OrderedType,
    /// The number of rows.
    pub rows: u64,
    /// The length of all row group files in bytes.
    pub bytes: u64,
    /// The number of row groups.
    pub row_groups: usize,
    /// The smallest and largest ordered value; `None` without rows.
    pub span: Option<(OrdValue, OrdValue)>,
    /// The settings, which writes use unless they give their own.
    pub settings: Settings,
    /// The user's metadata.
    pub metadata: BTreeMap<String, String>,
}

impl Dataset {
    /// The facts of the newest version.
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
