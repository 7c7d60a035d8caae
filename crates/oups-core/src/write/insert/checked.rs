//! Checks that rows and options fit the dataset, before the lock is taken.

use std::num::NonZeroU64;
use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;

use crate::dedup::Keep;
use crate::format::manifest::Manifest;
use crate::input::rows::{Rows, RowsKind};
use crate::input::{DEFAULT_MEMORY_LIMIT, Input};
use crate::key::KeySchema;
use crate::plan::{MergePlan, PlanOptions, StoredGroup, plan};
use crate::schema::{DatasetSchema, fit, fit_wider};
use crate::settings::Settings;
use crate::sizing::{RowGroupTarget, Sizing};
use crate::store::dataset::Dataset;
use crate::write::execute::Rules;
use crate::write::insert_options::InsertOptions;
use crate::write::progress::{Phase, Steps, Watch};
use crate::{Error, Result};

/// Rows and options that fit the version of the dataset that was read without the lock.
pub(crate) struct Checked {
    pub(crate) schema: Arc<DatasetSchema>,
    pub(crate) settings: Settings,
    sizing: Sizing,
    keep: Keep,
    pub(crate) input: Input,
}

impl Checked {
    pub(crate) fn new(
        dataset: &Dataset,
        known: Option<&Manifest>,
        rows: Rows,
        options: &InsertOptions,
        target: Option<RowGroupTarget>,
        watch: &Watch,
    ) -> Result<Self> {
        let schema = target_schema(dataset, known, &rows, options.ordered_on.as_deref())?;
        if let Some(keys) = &options.taken_as_keys {
            self::none_is_a_key(&schema, keys)?;
        }
        let schema = Arc::new(match rows.schema().filter(|_| options.evolve_schema) {
            Some(input) => schema.evolved(&input)?,
            None => schema,
        });
        let settings = options.settings(known, target);
        let sizing = settings.sizing(&schema)?;
        let keep = options.rule(&settings, &schema, rows.schema().is_some())?;
        let input = read(&schema, rows, options.evolve_schema, watch)?;
        Ok(Self { schema, settings, sizing, keep, input })
    }

    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules { settings: &self.settings, sizing: self.sizing, keep: &self.keep }
    }
}

/// The schema that the rows must fit: the dataset's or, at a first write, that of the rows themselves.
fn target_schema(
    dataset: &Dataset,
    known: Option<&Manifest>,
    rows: &Rows,
    ordered_on: Option<&str>,
) -> Result<DatasetSchema> {
    let name = dataset.path_text();
    match (known, ordered_on) {
        (None, _) if rows.schema().is_none() => Err(dataset.absent()),
        (Some(manifest), Some(column)) if column != manifest.ordered_on => Err(Error::InvalidOption {
            option: "ordered_on",
            expected: format!("`{}`, on which dataset {name} is ordered", manifest.ordered_on),
            found: format!("`{column}`"),
        }),
        (Some(manifest), _) => manifest.dataset_schema(),
        (None, None) => Err(dataset.lost_or(Error::NoOrderedColumn { dataset: name.to_owned() })),
        (None, Some(column)) => DatasetSchema::new(name, rows.schema().ok_or_else(|| dataset.absent())?, column),
    }
}

/// The rows as an input that fits the schema. Batches are not copied. A reader is read to its end, and spilled if its
/// rows need more memory than the limit.
fn read(schema: &Arc<DatasetSchema>, rows: Rows, evolve: bool, watch: &Watch) -> Result<Input> {
    let has_columns = rows.schema().is_some();
    let fit = |columns: &Schema| if evolve { fit_wider(schema, columns) } else { fit(schema, columns) };
    let input = match rows.0 {
        RowsKind::Batches(batches) => {
            // Without a batch there are no columns to fit.
            let columns = batches.first().map_or_else(|| schema.stored().clone(), RecordBatch::schema);
            Input::from_batches(fit(&columns)?, batches)?
        }
        RowsKind::Reader(reader) | RowsKind::Again { reader, .. } => {
            let reader = reader.into_inner().unwrap_or_else(PoisonError::into_inner);
            let (fit, steps) = (fit(&reader.schema())?, Steps::new(watch, Phase::Reading, None));
            let told = reader.map(|batch| {
                let batch = batch?;
                let rows = batch.num_rows() as u64;
                steps.add(rows).map_err(|stopped| ArrowError::ExternalError(Box::new(stopped)))?;
                Ok(batch)
            });
            let input = Input::from_reader(fit, told, DEFAULT_MEMORY_LIMIT);
            // After a `Break`, `input` holds our error wrapped as one of the reader.
            return if watch.has_stopped() { Err(watch.stopped()) } else { input };
        }
        RowsKind::Partition(partition) => Input::from_partition(fit(partition.plain())?, partition)?,
    };
    // Batches and partitions are reported as read at once. A change without columns does not read anything.
    if has_columns {
        watch.tell(Phase::Reading, input.rows(), Some(input.rows()))?;
    }
    Ok(input)
}

/// The plan of a write over this base. The planner looks at duplicates only if the settings drop them.
pub(crate) fn plan_write(base: Option<&Manifest>, rules: &Rules<'_>, input: &Input) -> Result<MergePlan> {
    let groups: Vec<StoredGroup> = base.map(|base| StoredGroup::all_of(&base.entries)).unwrap_or_default();
    let options = PlanOptions {
        sizing: rules.sizing,
        dedup: rules.settings.drops_duplicates(),
        max_off_target: rules.settings.max_off_target.and_then(NonZeroU64::new),
    };
    plan(&groups, &mut &*input, &options)
}

/// Whether rows and options that fit `known`, read without the lock, also fit `base`, read under the lock.
pub(crate) fn is_for(base: Option<&Manifest>, known: Option<&Manifest>) -> bool {
    match (base, known) {
        (None, None) => true,
        (Some(base), Some(known)) => {
            base.schema == known.schema && base.ordered_on == known.ordered_on && base.settings == known.settings
        }
        _ => false,
    }
}

/// Fails if a dataset stores a column that is named as a field of the keys. An ingest would take its values as keys,
/// and store nulls in their place.
pub(crate) fn none_is_a_key(dataset: &DatasetSchema, keys: &KeySchema) -> Result<()> {
    let stored = dataset.stored();
    match keys.field_names().find(|field| stored.column_with_name(field).is_some()) {
        None => Ok(()),
        Some(column) => Err(Error::Schema {
            dataset: dataset.dataset().to_owned(),
            column: column.to_owned(),
            expected: "a column that is not named as a field of the keys, which an ingest takes as the key".to_owned(),
            found: "a stored one: write into this dataset by its key".to_owned(),
        }),
    }
}
