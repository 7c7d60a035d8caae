//! The options of a write, which take precedence over the dataset's settings.

use crate::dedup::Keep;
use crate::format::manifest::Manifest;
use crate::key::KeySchema;
use crate::schema::DatasetSchema;
use crate::settings::{DuplicatesOn, KeepRule, Settings};
use crate::sizing::RowGroupTarget;
use crate::{Error, Result};

/// The options of a write that say how its rows are stored.
#[derive(Debug, Default)]
pub struct InsertOptions {
    pub(crate) ordered_on: Option<String>,
    pub(crate) row_group_target: Option<Result<RowGroupTarget>>,
    pub(crate) max_off_target: Option<Option<u64>>,
    pub(crate) duplicates_on: Option<DuplicatesOn>,
    pub(crate) keep: Option<Keep>,
    pub(crate) metadata: Vec<(String, Option<String>)>,
    pub(crate) evolve_schema: bool,
    /// The schema of the keys, if an ingest took their fields from the columns of the rows.
    pub(crate) taken_as_keys: Option<KeySchema>,
}

impl InsertOptions {
    /// The dataset's settings, replaced by the options of this write as far as they are given.
    pub(crate) fn settings(&self, known: Option<&Manifest>, target: Option<RowGroupTarget>) -> Settings {
        let mut settings = known.map(|manifest| manifest.settings.clone()).unwrap_or_default();
        settings.row_group_target = target.unwrap_or(settings.row_group_target);
        settings.max_off_target = self.max_off_target.unwrap_or(settings.max_off_target);
        settings.duplicates_on = self.duplicates_on.clone().unwrap_or(settings.duplicates_on);
        settings.keep = self.keep.as_ref().map_or(settings.keep, Keep::rule);
        settings
    }

    /// The rule for duplicates: this write's, or the one that the settings name.
    pub(crate) fn rule(&self, settings: &Settings, schema: &DatasetSchema, has_rows: bool) -> Result<Keep> {
        let stored = match settings.keep {
            KeepRule::Last => Some(Keep::Last),
            KeepRule::First => Some(Keep::First),
            KeepRule::Reject => Some(Keep::Reject),
            // Only the program has the rule itself. It is not needed if duplicates are not looked for. Without new rows
            // it would not be called; `Reject`, which does not look at stored rows either, stands in for it.
            KeepRule::Resolve if !has_rows => Some(Keep::Reject),
            KeepRule::Resolve => (!settings.drops_duplicates()).then_some(Keep::Last),
        };
        let keep = self.keep.clone().or(stored).ok_or_else(|| Error::InvalidOption {
            option: "keep",
            expected: format!("the rule by which dataset {} resolves duplicates", schema.dataset()),
            found: "none".to_owned(),
        })?;
        if let Keep::Resolve(resolver) = &keep {
            resolver.columns().iter().try_for_each(|column| schema.index_of(column).map(|_| ()))?;
        }
        Ok(keep)
    }
}
