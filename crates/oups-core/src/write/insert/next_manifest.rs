//! The manifest of a write: what is stored, with what is new.

use crate::format::manifest::{Manifest, Retired};
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::storage::turn::Turn;
use crate::write::execute::Outcome;

pub(crate) fn next_manifest(
    turn: &Turn,
    schema: &DatasetSchema,
    settings: &Settings,
    outcome: Outcome,
    edits: &[(String, Option<String>)],
) -> Manifest {
    let mut metadata = turn.base().map(|base| base.metadata.clone()).unwrap_or_default();
    for (key, value) in edits {
        match value {
            Some(value) => metadata.insert(key.clone(), value.clone()),
            None => metadata.remove(key),
        };
    }
    let by = turn.commit();
    let replaced = outcome.replaced.into_iter().map(|file| Retired { file, by });
    Manifest {
        commit: by,
        durable: turn.durable(),
        dataset: schema.dataset().to_owned(),
        schema: schema.stored().clone(),
        ordered_on: schema.ordered_on().to_owned(),
        ordered: schema.ordered_type().clone(),
        // A later write's own options are for that write only.
        settings: turn.base().map_or_else(|| settings.clone(), |base| base.settings.clone()),
        metadata,
        entries: outcome.entries,
        retired: turn.retired().iter().cloned().chain(replaced).collect(),
        lineage: turn.base().map(|base| base.lineage.clone()).unwrap_or_default(),
    }
}
