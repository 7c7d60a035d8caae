//! Faults that only a faulty writer, or a forger, could cause: the files have the manifest's checksums, but their
//! content contradicts the manifest.

use std::sync::Arc;

use arrow::array::{Int32Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Fields, Schema};

use super::{Finding, FindingKind};
use crate::format::footer;
use crate::format::manifest::{self, Manifest, RowGroup};
use crate::key::{AnyKey, KeySchema, Separator};
use crate::ordered::OrdValue;
use crate::paths::FileId;
use crate::row_group::writer::{Encoded, RowGroupWriter};
use crate::schema::DatasetSchema;
use crate::store::Store;
use crate::store::dataset::Dataset;

fn rows(name: &str, values: &[i64]) -> RecordBatch {
    RecordBatch::try_from_iter([(name, Arc::new(Int64Array::from(values.to_vec())) as _)]).unwrap()
}

fn with_dataset(test: impl FnOnce(&Dataset, Manifest)) {
    let folder = tempfile::tempdir().unwrap();
    let schema = KeySchema::parse("name:str", Separator::default()).unwrap();
    let store = Store::<AnyKey>::create_for(folder.path(), schema).unwrap();
    let dataset = store.dataset(&store.parse_key("x").unwrap()).unwrap();
    dataset.write(rows("time", &[1, 2, 3])).ordered_on("time").commit().unwrap();
    let manifest = crate::storage::load::load(dataset.store.storage.fs(), &dataset.paths).unwrap().unwrap();
    test(&dataset, (*manifest.manifest).clone());
}

/// Puts a manifest with a right checksum in place, and verifies the dataset.
fn verify_with(dataset: &Dataset, manifest: &Manifest) -> Vec<(FindingKind, Option<usize>)> {
    let path = dataset.paths.manifest();
    std::fs::write(&path, manifest::encode(&path, manifest).unwrap().0).unwrap();
    dataset
        .verify()
        .run()
        .unwrap()
        .findings
        .into_iter()
        .map(|Finding { kind, row_group, .. }| (kind, row_group))
        .collect()
}

/// Writes a row group file, and returns its entry. Name and entry have this span, whatever the rows are.
fn forge(dataset: &Dataset, manifest: &Manifest, rows: &RecordBatch, part: u32, span: (i64, i64)) -> RowGroup {
    let schema = Arc::new(DatasetSchema::new("x", rows.schema(), rows.schema().field(0).name()).unwrap());
    let id = FileId { commit: manifest.commit, part, random: 7 };
    let mut writer = RowGroupWriter::new(Vec::new(), "x", &schema).unwrap();
    writer.write(rows).unwrap();
    let pairs = footer::key_values(&schema, &manifest.settings, id, &[], None);
    let (Encoded { rows, bytes, checksum, .. }, file) = writer.finish(pairs).unwrap();
    let (min, max) = (OrdValue::I64(span.0), OrdValue::I64(span.1));
    let name = id.name(&manifest.ordered.name_text(&min), &manifest.ordered.name_text(&max));
    std::fs::write(dataset.paths.file(&name), file).unwrap();
    RowGroup { file: name.into(), rows, bytes, min, max, checksum, synced: true }
}

#[test]
fn a_manifest_that_says_other_than_its_files() {
    with_dataset(|dataset, mut manifest| {
        assert_eq!(verify_with(dataset, &manifest), []);
        manifest.entries[0].rows = 4;
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Rows, Some(0))]);
        manifest.entries[0].rows = 3;
        manifest.entries[0].max = OrdValue::I64(9);
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Span, Some(0))]);
        manifest.dataset = "y".to_owned();
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Manifest, None)]);
    });
}

#[test]
fn rows_out_of_order_and_overlaps() {
    with_dataset(|dataset, mut manifest| {
        let entry = forge(dataset, &manifest, &rows("time", &[10, 12, 11, 13]), 1, (10, 13));
        manifest.entries.push(entry);
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Order, Some(1))]);
        let detail = dataset.verify().run().unwrap().findings.remove(0).detail;
        assert_eq!(detail, "row 3 is 11 after 12");
    });
    with_dataset(|dataset, mut manifest| {
        let left = forge(dataset, &manifest, &rows("time", &[10, 25]), 1, (10, 15));
        let right = forge(dataset, &manifest, &rows("time", &[20, 30]), 2, (20, 30));
        manifest.entries.extend([left, right]);
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Span, Some(1)), (FindingKind::Overlap, Some(1))]);
    });
}

#[test]
fn other_columns() {
    with_dataset(|dataset, mut manifest| {
        let entry = forge(dataset, &manifest, &rows("hour", &[10, 12]), 1, (10, 12));
        manifest.entries.push(entry);
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Schema, Some(1))]);
    });
    // The manifest's columns cannot have evolved from these: another type, and a column that the manifest does not
    // have.
    let narrow = RecordBatch::try_from_iter([("time", Arc::new(Int32Array::from(vec![10, 12])) as _)]).unwrap();
    let column = || Arc::new(Int64Array::from(vec![10, 12])) as _;
    let more = RecordBatch::try_from_iter([("time", column()), ("more", column())]).unwrap();
    for rows in [narrow, more] {
        with_dataset(|dataset, mut manifest| {
            let entry = forge(dataset, &manifest, &rows, 1, (10, 12));
            manifest.entries.push(entry);
            assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Schema, Some(1))]);
        });
    }
}

#[test]
fn older_columns_are_not_a_finding() {
    with_dataset(|dataset, mut manifest| {
        let fields = manifest.schema.fields().iter().cloned();
        let new = Arc::new(Field::new("new", DataType::Utf8, true));
        manifest.schema = Arc::new(Schema::new(fields.chain([new]).collect::<Fields>()));
        assert_eq!(verify_with(dataset, &manifest), []);
        // But a column without nulls cannot have been added later.
        let new = Arc::new(Field::new("new", DataType::Utf8, false));
        let fields = manifest.schema.fields().iter().take(1).cloned().chain([new]);
        manifest.schema = Arc::new(Schema::new(fields.collect::<Fields>()));
        assert_eq!(verify_with(dataset, &manifest), [(FindingKind::Schema, Some(0))]);
    });
}
