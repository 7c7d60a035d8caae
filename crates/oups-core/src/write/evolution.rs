//! Checks the stored rows before a schema evolves.

use std::sync::Arc;

use crate::format::manifest::{Manifest, RowGroup};
use crate::row_group::{ReadOptions, RowGroupFile};
use crate::schema::{DatasetSchema, convert, may_overflow, reason};
use crate::storage::turn::Turn;
use crate::{Error, Result};

/// Checks that every stored value fits the new columns. Types guarantee that for all values except times that get a
/// finer unit, so only columns whose unit becomes finer are read.
///
/// # Errors
///
/// [`Error::Schema`], which names column and row group.
pub(crate) fn check_stored(turn: &Turn, base: &Manifest, new: &DatasetSchema) -> Result<()> {
    let old = Arc::new(base.dataset_schema()?);
    let is_finer = |at: &usize| {
        let to = new.index_of(old.plain().field(*at).name()).map(|to| new.plain().field(to).data_type());
        to.is_ok_and(|to| may_overflow(old.plain().field(*at).data_type(), to))
    };
    let columns: Vec<usize> = (0..old.plain().fields().len()).filter(is_finer).collect();
    if columns.is_empty() {
        return Ok(());
    }
    for entry in &base.entries {
        let file = turn.live().open_unverified(entry, &old)?;
        check_file(&file, entry, &columns, new)?;
    }
    Ok(())
}

fn check_file(file: &RowGroupFile, entry: &RowGroup, columns: &[usize], new: &DatasetSchema) -> Result<()> {
    for batch in file.batches(ReadOptions::new().columns(columns))? {
        let batch = batch?;
        for (array, field) in batch.columns().iter().zip(batch.schema_ref().fields()) {
            let to = new.plain().field(new.index_of(field.name())?).data_type();
            convert(array, to).map_err(|error| Error::Schema {
                dataset: new.dataset().to_owned(),
                column: field.name().clone(),
                expected: format!("stored values that fit {to}"),
                found: format!("another one in row group {}: {}", entry.file, reason(error)),
            })?;
        }
    }
    Ok(())
}
