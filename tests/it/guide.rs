//! The snippets of `docs/writing.md`, run; and the page holds nothing else.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{Float64Array, RecordBatch, StringArray, TimestampSecondArray};
use oups::{DuplicatesOn, Durability, Error, Keep, Store, TopLevel};
use oups_tests::scratch;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Station {
    city: String,
    id: u32,
}

/// Hours from 2013-02-08T00:00:00Z on.
fn rows(hours: &[i64]) -> RecordBatch {
    let time: TimestampSecondArray = hours.iter().map(|hour| Some(1_360_281_600 + hour * 3_600)).collect();
    let sensor: StringArray = hours.iter().map(|_| Some("t1")).collect();
    let value: Float64Array = hours.iter().map(|hour| Some(*hour as f64)).collect();
    let time = Arc::new(time.with_timezone("UTC"));
    RecordBatch::try_from_iter([
        ("time", time as _),
        ("sensor", Arc::new(sensor) as _),
        ("value", Arc::new(value) as _),
    ])
    .unwrap()
}

#[test]
fn the_guide_is_true() -> Result<()> {
    let folder = scratch();
    let path = folder.path().join("data");
    let batch = rows(&[0, 1, 25, 30]);
    let store = Store::<Station>::open_or_create(&path)?;
    let dataset = store.dataset(&Station { city: "berlin".into(), id: 7 })?;
    let written = dataset
        .write(batch)
        .ordered_on("time")
        .row_group_target("1D")
        .duplicates_on(["sensor"])
        .keep(Keep::Last)
        .metadata("source", "buoy 7")
        .commit()?;
    assert_eq!((written.version, written.rows_written), (1, 4));

    let late_rows = rows(&[2, 25]);
    dataset.write(late_rows).commit()?;
    assert_eq!(dataset.rows()?, 5);

    let more_rows = rows(&[50, 50]);
    dataset.write(more_rows).duplicates_on(DuplicatesOn::Off).commit()?;
    assert_eq!(dataset.settings()?.duplicates_on, DuplicatesOn::Columns(vec!["sensor".into()]));
    assert_eq!(dataset.rows()?, 7);

    dataset.change_settings().row_group_target("MS").keep(Keep::First).commit()?;

    let batch_with_gusts = rows(&[60]);
    let gusts = Arc::new(Float64Array::from(vec![12.5]));
    let columns = batch_with_gusts.columns().iter().cloned().chain([gusts as _]);
    let names = ["time", "sensor", "value", "gust"];
    let batch_with_gusts = RecordBatch::try_from_iter(names.into_iter().zip(columns))?;
    dataset.write(batch_with_gusts).evolve_schema().commit()?;
    assert_eq!(
        (
            dataset.schema()?.fields().len(),
            dataset.delete("2013-02-10T12:00".."2013-02-10T13:00").commit()?.rows_deleted
        ),
        (4, 1)
    );

    let deleted = dataset.delete("2013-02-08".."2013-02-09").commit()?;
    println!("{} rows deleted, version {}", deleted.rows_deleted, deleted.version);
    assert_eq!((deleted.rows_deleted, dataset.rows()?), (3, 4));

    dataset.compact().commit()?;
    assert_eq!(dataset.rows()?, 3, "the two rows of one time were merged");
    dataset.compact().row_group_target(500_000).commit()?;
    dataset.change_settings().row_group_target(500_000).commit()?;
    dataset.compact().commit()?;

    dataset.change_metadata().metadata("reviewed", "2013-03-01").unset_metadata("source").commit()?;
    assert_eq!(dataset.metadata()?["reviewed"], "2013-03-01");

    let correction = rows(&[31]);
    let plan = dataset.write(correction).plan()?;
    println!("{plan}");
    assert_eq!((plan.new_rows(), plan.row_groups_rewritten()), (1, 1));

    let stale_rows = rows(&[31]);
    let version = dataset.version()?;
    let result = dataset.write(stale_rows).if_version(version - 1).commit();
    assert!(matches!(result, Err(Error::VersionConflict { .. })));

    let batches = [rows(&[100]), rows(&[101]), rows(&[99])];
    for batch in batches {
        dataset.write(batch).durability(Durability::Unsynced).commit()?;
    }
    dataset.sync()?;
    assert_eq!(dataset.rows()?, 6);
    Ok(())
}

#[test]
fn the_guide_shows_what_is_run() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/writing.md")).unwrap();
    let flat = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let run = flat(include_str!("guide.rs"));
    let snippets: Vec<&str> = page.split("```rust\n").skip(1).filter_map(|part| part.split("```").next()).collect();
    assert_eq!(snippets.len(), 13);
    for snippet in snippets {
        assert!(
            run.contains(flat(snippet).trim()),
            "docs/writing.md shows what tests/it/guide.rs does not run:\n{snippet}"
        );
    }
}
