//! The next manifest of a write.

use crate::format::manifest::{Manifest, Retired};
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::storage::turn::Turn;
use crate::write::execute::Outcome;

/// The manifest of the version that a write makes: the row groups of the outcome, the base's settings and metadata with
/// the edits, and the lineage so far. Its list of retired files holds those that earlier commits left and those that
/// this one replaces, so that a writer that dies after the commit point leaves no file that nobody knows
/// (`docs/commit.md`, Retire). `durable` and the lineage are completed when the commit is prepared.
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
        // Only the first write stores its options as settings. Those of a later write hold for that write only.
        settings: turn.base().map_or_else(|| settings.clone(), |base| base.settings.clone()),
        metadata,
        entries: outcome.entries,
        retired: turn.retired().iter().cloned().chain(replaced).collect(),
        lineage: turn.base().map(|base| base.lineage.clone()).unwrap_or_default(),
    }
}
