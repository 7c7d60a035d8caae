//! The library passes every recorded case of writes.

use std::path::Path;

use oups_core::{AnyKey, CommitReport, Dataset, DuplicatesOn, Keep, Result, Store};
use oups_tests::conformance::{Case, Expect, Layout, RowGroup, Step, cases};
use oups_tests::model::{Target, Write};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store, row_groups};
use oups_tests::table::{from_array, from_batches, to_batch};
use oups_tests::tree::tree;

#[test]
fn the_library_passes_every_case() {
    let scratch = scratch();
    let (mut steps, mut errors) = (0, 0);
    for (at, case) in cases().unwrap().iter().enumerate() {
        let root = scratch.path().join(at.to_string());
        let store = new_store(&root);
        for (at, step) in case.steps.iter().enumerate() {
            let name = format!("{} step {at}", case.name);
            steps += 1;
            match &step.expect {
                Expect::Error => {
                    errors += 1;
                    refused(&root, &store, case, step, &name);
                }
                Expect::Stored { .. } => stored(&store, case, step, &name),
            }
        }
        std::fs::remove_dir_all(&root).unwrap();
    }
    assert_eq!((steps, errors), (1_247, 6));
}

/// Writes with every option given; `null` is off.
fn write(dataset: &Dataset, case: &Case, write: &Write) -> Result<CommitReport> {
    let rows = write.rows.as_ref().map(|rows| to_batch(&case.columns, rows).unwrap());
    // A write without a batch is a rewrite that takes all options.
    let building = match rows {
        Some(rows) => dataset.write(rows),
        None => dataset.write(Vec::new()),
    };
    let building = match &write.row_group_target {
        Target::Rows(rows) => building.row_group_target(*rows),
        Target::Period(period) => building.row_group_target(period),
    };
    let duplicates = match &write.duplicates_on {
        None => DuplicatesOn::Off,
        Some(columns) if columns.is_empty() => DuplicatesOn::All,
        Some(columns) => DuplicatesOn::Columns(columns.clone()),
    };
    let building = building
        .ordered_on(&case.ordered_on)
        .duplicates_on(duplicates)
        .keep(Keep::Last)
        .max_off_target(write.max_off_target.map(|groups| u64::try_from(groups).unwrap()));
    let building = write.metadata.iter().fold(building, |building, (key, value)| match value {
        Some(value) => building.metadata(key, value),
        None => building.unset_metadata(key),
    });
    building.commit()
}

fn refused(root: &Path, store: &Store<AnyKey>, case: &Case, step: &Step, name: &str) {
    let before = tree(root);
    let error = write(&dataset(store, "x"), case, &step.write).unwrap_err();
    assert_eq!(before, tree(root), "{name}: {error}");
}

fn stored(store: &Store<AnyKey>, case: &Case, step: &Step, name: &str) {
    let Expect::Stored { metadata, rows, layout } = &step.expect else { return };
    let dataset = dataset(store, "x");
    let written = write(&dataset, case, &step.write).unwrap_or_else(|error| panic!("{name}: {error}"));
    let snapshot = dataset.snapshot().unwrap();
    assert_eq!(written.version, snapshot.version(), "{name}: version");
    let found: Vec<(String, String)> = snapshot.metadata().clone().into_iter().collect();
    assert_eq!(&found, metadata, "{name}: metadata");
    let found = from_batches(&case.columns, &row_groups(&snapshot).concat()).unwrap();
    assert_eq!(&found, rows, "{name}: rows");
    let Some(Layout { row_groups, rows_written }) = layout else { return };
    let (_, ordered) = case.columns.iter().find(|(column, _)| *column == case.ordered_on).unwrap();
    let bounds = snapshot.row_groups().iter().map(|entry| {
        let bounds = snapshot.ordered_type().to_array(&[entry.min().clone(), entry.max().clone()]).unwrap();
        let mut bounds = from_array(*ordered, &bounds).unwrap().into_iter();
        RowGroup { n_rows: entry.rows(), min: bounds.next().unwrap(), max: bounds.next().unwrap() }
    });
    assert_eq!(&bounds.collect::<Vec<_>>(), row_groups, "{name}: row groups");
    assert!(written.rows_written <= *rows_written, "{name}: {} of {rows_written} rows written", written.rows_written);
}
