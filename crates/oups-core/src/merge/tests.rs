//! Compares merging with a stable sort.

use arrow::array::*;
use arrow::compute::concat_batches;
use arrow::datatypes::*;
use proptest::prelude::*;
use std::sync::Arc;

use super::*;
use crate::Result;
use crate::schema::DatasetSchema;

fn schema(text: bool) -> Arc<DatasetSchema> {
    let at = if text { DataType::Utf8 } else { DataType::Int32 };
    let fields = vec![Field::new("at", at, false), Field::new("id", DataType::Utf8, false)];
    Arc::new(DatasetSchema::new("d", Arc::new(Schema::new(fields)), "at").unwrap())
}

/// Rows with a value and a text that names their origin.
fn batch(schema: &DatasetSchema, rows: &[(i32, String)]) -> RecordBatch {
    let at: ArrayRef = match schema.ordered_type().data_type() {
        DataType::Utf8 => Arc::new(StringArray::from_iter_values(rows.iter().map(|(at, _)| format!("{at:0>30}")))),
        _ => Arc::new(Int32Array::from_iter_values(rows.iter().map(|(at, _)| *at))),
    };
    let id = StringArray::from_iter_values(rows.iter().map(|(_, id)| id));
    RecordBatch::try_new(schema.plain().clone(), vec![at, Arc::new(id)]).unwrap()
}

fn rows(prefix: char, at: &[i32]) -> Vec<(i32, String)> {
    at.iter().enumerate().map(|(row, at)| (*at, format!("{prefix}{row}"))).collect()
}

fn stream(schema: &DatasetSchema, rows: &[(i32, String)], len: usize) -> impl Iterator<Item = Result<RecordBatch>> {
    let batches: Vec<_> = rows.chunks(len.max(1)).map(|rows| Ok(batch(schema, rows))).collect();
    batches.into_iter()
}

fn check(stored: &[i32], new: &[i32], lens: (usize, usize), text: bool) {
    let schema = schema(text);
    let (stored, new) = (rows('s', stored), rows('n', new));
    let mut expected = [stored.clone(), new.clone()].concat();
    expected.sort_by_key(|(at, _)| *at);
    let merge = Merge::new(&schema, stream(&schema, &stored, lens.0), stream(&schema, &new, lens.1));
    let merged: Vec<Merged> = merge.map(Result::unwrap).collect();
    for Merged { batch, origin } in &merged {
        let ids = batch.column(1).as_string::<i32>();
        assert!((0..batch.num_rows()).all(|row| origin.is_new(row) == ids.value(row).starts_with('n')));
    }
    let found = concat_batches(schema.plain(), merged.iter().map(|merged| &merged.batch)).unwrap();
    assert_eq!(found, batch(&schema, &expected));
}

#[test]
fn one_side_alone_passes_without_a_copy() {
    let schema = schema(false);
    let one = batch(&schema, &rows('s', &[1, 2, 3]));
    let merge = Merge::new(&schema, std::iter::once(Ok(one.clone())), std::iter::empty());
    let found: Vec<_> = merge.map(Result::unwrap).collect();
    assert_eq!(found, [Merged { batch: one.clone(), origin: Origin::Stored }]);
    let pointer = |batch: &RecordBatch| batch.column(0).as_primitive::<Int32Type>().values().as_ptr();
    assert_eq!(pointer(&found[0].batch), pointer(&one));
}

#[test]
fn long_runs_pass_and_short_ones_are_gathered() {
    let stored: Vec<i32> = (0..50_000).collect();
    check(&stored, &(20_000..20_010).collect::<Vec<_>>(), (7000, 3), false);
    check(&stored, &stored, (4096, 4096), false);
    let schema = schema(false);
    let (stored, new) = (rows('s', &stored), rows('n', &[25_000]));
    let merge = Merge::new(&schema, stream(&schema, &stored, 1 << 20), stream(&schema, &new, 1));
    let origins: Vec<_> =
        merge.map(|merged| merged.unwrap()).map(|merged| (merged.num_rows(), merged.origin)).collect();
    let last = (24_999, Origin::Stored);
    assert_eq!(origins, [(25_001, Origin::Stored), (1, Origin::New), last]);
}

#[test]
fn an_error_ends_the_stream() {
    let schema = schema(false);
    let error = schema.arrow_error(arrow::error::ArrowError::ComputeError("lost".into()));
    let stored = [Ok(batch(&schema, &rows('s', &[1]))), Err(error)].into_iter();
    let found: Vec<_> = Merge::new(&schema, stored, std::iter::empty()).collect();
    assert!(found.len() == 2 && found[0].is_ok() && found[1].is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_merge_is_a_stable_sort(
        mut stored in prop::collection::vec(0i32..40, 0..120),
        mut new in prop::collection::vec(0i32..40, 0..120),
        lens in (1usize..50, 1usize..50),
        text in any::<bool>(),
    ) {
        stored.sort_unstable();
        new.sort_unstable();
        check(&stored, &new, lens, text);
    }
}
