//! A declared order is a promise that the engine does not check: here it is checked, for each type of ordered column, with
//! ties over the edges of files, empty datasets, and one row a file.

use std::sync::Arc;

use datafusion::arrow::array::*;
use datafusion::arrow::compute::{cast, concat, concat_batches, take};
use datafusion::arrow::datatypes::*;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, QueryStore, Store};
use tempfile::TempDir;

use crate::support::{attached_with, batch, dataset, number, plan, rows, store};

/// Values of each type that a dataset can be ordered on, ascending: the extremes, and what lies about zero.
fn ordered_columns() -> Vec<ArrayRef> {
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    let longs: ArrayRef = Arc::new(Int64Array::from(vec![i64::MIN, -1000, -1, 0, 1, 1000, i64::MAX]));
    let days: ArrayRef = Arc::new(Int32Array::from(vec![-700_000, -1, 0, 1, 86_399]));
    let of_day: ArrayRef = Arc::new(Int32Array::from(vec![0, 1, 2, 86_399]));
    let long_of_day: ArrayRef = Arc::new(Int64Array::from(vec![0, 1, 2, 86_399_999_999]));
    let to = |array: &ArrayRef, data_type: DataType| cast(array, &data_type).unwrap();
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int8Array::from(vec![i8::MIN, -1, 0, 1, i8::MAX])),
        Arc::new(Int16Array::from(vec![i16::MIN, -1, 0, 1, i16::MAX])),
        Arc::new(Int32Array::from(vec![i32::MIN, -1, 0, 1, i32::MAX])),
        longs.clone(),
        Arc::new(UInt8Array::from(vec![0, 1, 127, 128, 255])),
        Arc::new(UInt16Array::from(vec![0, 1, 32_767, 32_768, u16::MAX])),
        Arc::new(UInt32Array::from(vec![0, 1, 1 << 31, u32::MAX])),
        Arc::new(UInt64Array::from(vec![0, 1, 1 << 63, u64::MAX])),
        Arc::new(Float32Array::from(vec![f32::NEG_INFINITY, f32::MIN, -1.5, -0.0, 0.0, 1e-40, 1.5, f32::INFINITY])),
        Arc::new(Float64Array::from(vec![f64::NEG_INFINITY, f64::MIN, -1.5, -0.0, 0.0, 5e-324, 1.5, f64::INFINITY])),
        to(&days, DataType::Date32),
        to(&to(&days, DataType::Date32), DataType::Date64),
        to(&of_day, DataType::Time32(TimeUnit::Second)),
        to(&of_day, DataType::Time32(TimeUnit::Millisecond)),
        to(&long_of_day, DataType::Time64(TimeUnit::Microsecond)),
        to(&long_of_day, DataType::Time64(TimeUnit::Nanosecond)),
    ];
    let halves = Float32Array::from(vec![f32::NEG_INFINITY, -2.5, -0.0, 0.0, 0.5, f32::INFINITY]);
    columns.push(to(&(Arc::new(halves) as ArrayRef), DataType::Float16));
    for unit in units {
        columns.push(to(&longs, DataType::Timestamp(unit, None)));
        columns.push(to(&longs, DataType::Timestamp(unit, Some("Europe/Oslo".into()))));
        columns.push(to(&longs, DataType::Duration(unit)));
    }
    let small: ArrayRef = Arc::new(Int64Array::from(vec![-9_999, -1, 0, 1, 9_999]));
    for decimal in [
        DataType::Decimal32(9, 2),
        DataType::Decimal64(18, 3),
        DataType::Decimal128(38, 4),
        DataType::Decimal256(76, 5),
    ] {
        columns.push(to(&small, decimal));
    }
    let texts: ArrayRef =
        Arc::new(StringArray::from(vec!["", "A", "AA", "a", "a\u{1}", "z", "é", "\u{ffff}", "\u{10000}"]));
    for text in [
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        DataType::Binary,
        DataType::LargeBinary,
        DataType::BinaryView,
    ] {
        columns.push(to(&texts, text));
    }
    let fixed = [[0, 0], [0, 255], [1, 0], [127, 1], [128, 0], [255, 255]];
    columns.push(Arc::new(FixedSizeBinaryArray::try_from_iter(fixed.iter()).unwrap()));
    columns.push(to(&texts, DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8))));
    columns
}

/// Each value so many times.
fn repeated(values: &ArrayRef, times: u32) -> ArrayRef {
    let places = (0..values.len() as u32).flat_map(|at| (0..times).map(move |_| at));
    take(values, &UInt32Array::from_iter_values(places), None).unwrap()
}

/// Every second value, from one of the first two on.
fn alternate(values: &ArrayRef, from: u32) -> ArrayRef {
    let places = (from..values.len() as u32).step_by(2);
    take(values, &UInt32Array::from_iter_values(places), None).unwrap()
}

fn write(store: &Store<AnyKey>, key: &str, values: ArrayRef, group: u64) {
    let numbers = Int64Array::from_iter_values(0..values.len() as i64);
    let rows = batch(&[("at", values), ("n", Arc::new(numbers))]);
    dataset(store, key).write(rows).ordered_on("at").row_group_target(group).commit().unwrap();
}

/// Datasets ordered on a column of these values: with ties over the edges of files, one row a file, one file, and none.
fn stored(values: &ArrayRef) -> (TempDir, Store<AnyKey>) {
    let (folder, store) = store("name:str");
    write(&store, "ties", repeated(values, 3), 2);
    write(&store, "single", alternate(values, 0), 1);
    write(&store, "other", alternate(values, 1), 1);
    write(&store, "whole", repeated(values, 2), 1000);
    write(&store, "empty", values.slice(0, 1), 10);
    dataset(&store, "empty").delete(..).commit().unwrap();
    (folder, store)
}

/// The ordered column of all datasets in order, by the library.
fn expected(store: &Store<AnyKey>) -> ArrayRef {
    let keys = store.keys(..).unwrap();
    let batches = store.query(&keys).columns(["at"]).without_keys().ordered().unwrap();
    let schema = RecordBatchReader::schema(&batches);
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap().column(0).clone()
}

fn reversed(values: &ArrayRef) -> ArrayRef {
    take(values, &UInt32Array::from_iter_values((0..values.len() as u32).rev()), None).unwrap()
}

async fn column(ctx: &SessionContext, text: &str) -> ArrayRef {
    rows(ctx, text).await.column(0).clone()
}

#[tokio::test]
async fn rows_come_in_the_order_that_is_declared_for_every_type() {
    for values in ordered_columns() {
        let name = values.data_type().to_string();
        let (_folder, store) = stored(&values);
        let expected = expected(&store);
        for partitions in [1, 3, 16] {
            let ctx = attached_with(oups_datafusion::session_config(), partitions, &store);
            let found = column(&ctx, "select at from store order by at").await;
            assert_eq!(&found, &expected, "{name} in {partitions} partitions");
            if !matches!(values.data_type(), DataType::Dictionary(..)) {
                let plan = plan(&ctx, &store, "select at from store order by at").await;
                assert!(!plan.contains("SortExec"), "{name}: {plan}");
            }
            let found = column(&ctx, "select at from store order by at, name").await;
            assert_eq!(&found, &expected, "{name}, then by key");
            let found = column(&ctx, "select at from store order by at desc").await;
            assert_eq!(&found, &reversed(&expected), "{name}, descending");
            let found = column(&ctx, "select at from store order by at nulls first").await;
            assert_eq!(&found, &expected, "{name}, nulls first");
            let found = column(&ctx, "select at from store order by at desc limit 4").await;
            assert_eq!(&found, &reversed(&expected).slice(0, 4), "{name}, the newest");
            let found = column(&ctx, "select at from store order by at limit 4").await;
            assert_eq!(&found, &expected.slice(0, 4), "{name}, the oldest");
        }
    }
}

#[tokio::test]
async fn the_row_before_is_the_row_before_for_every_type() {
    for values in ordered_columns() {
        let (_folder, store) = stored(&values);
        let expected = expected(&store);
        let ctx = attached_with(oups_datafusion::session_config(), 3, &store);
        let before =
            column(&ctx, "select lag(at) over (order by at rows between 1 preceding and current row) from store").await;
        let plain = if let DataType::Dictionary(_, plain) = values.data_type() { plain } else { values.data_type() };
        let (before, expected) = (cast(&before, plain).unwrap(), cast(&expected, plain).unwrap());
        let shifted = concat(&[&new_null_array(plain, 1), &expected.slice(0, expected.len() - 1)]).unwrap();
        assert_eq!(&before, &shifted, "{}", values.data_type());
    }
}

#[tokio::test]
async fn rows_of_whole_keys_come_in_the_order_of_keys_for_every_type() {
    for values in ordered_columns() {
        let (_folder, store) = stored(&values);
        let name = values.data_type().to_string();
        let mut parts: Vec<ArrayRef> = Vec::new();
        for key in store.keys(..).unwrap() {
            let rows = store.dataset(&key).unwrap().snapshot().unwrap();
            let rows = oups::ReadDataset::scan(&rows).columns(["at"]).collect().unwrap();
            parts.push(rows.column(0).clone());
        }
        let expected = concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>()).unwrap();
        for partitions in [1, 2, 16] {
            let ctx = attached_with(oups_datafusion::session_config(), partitions, &store);
            ctx.sql("set oups.ordered_keys = 1").await.unwrap();
            let text = "select at from store order by name, at";
            assert_eq!(&column(&ctx, text).await, &expected, "{name} in {partitions} partitions");
            if !matches!(values.data_type(), DataType::Dictionary(..)) {
                let plan = plan(&ctx, &store, text).await;
                assert!(!plan.contains("SortExec"), "{name}: {plan}");
            }
        }
    }
}

#[tokio::test]
async fn keys_are_in_the_order_of_their_columns() {
    let (_folder, store) = store("number:u8,big:i128,flag:bool");
    for key in ["9-9-true", "10-10-true", "10-9-false", "10-%2D3-true"] {
        write(&store, key, Arc::new(Int64Array::from(vec![1, 2, 3])), 1);
    }
    for keys in [64, 1] {
        let ctx = attached_with(oups_datafusion::session_config(), 2, &store);
        ctx.sql(&format!("set oups.ordered_keys = {keys}")).await.unwrap();
        let text = "select number, big, flag, at from store order by number, big, flag, at";
        let stored = rows(&ctx, text).await;
        let sorted = rows(&ctx, &text.replace("by number", "by number + 0")).await;
        assert_eq!(stored, sorted);
        let plan = plan(&ctx, &store, text).await;
        assert_eq!(plan.contains("SortExec"), keys == 64, "{plan}");
    }
}

#[tokio::test]
async fn what_is_merged_in_one_order_is_not_taken_to_be_in_another() {
    let (_folder, store) = store("name:str");
    let values: ArrayRef = Arc::new(Int64Array::from_iter_values(0..20));
    for key in ["a", "b", "c"] {
        write(&store, key, values.clone(), 4);
    }
    for partitions in [1, 2, 4] {
        let ctx = attached_with(oups_datafusion::session_config(), partitions, &store);
        let first = "(select * from store order by at limit 30)";
        let text = format!("select count(*) from (select name from {first} t group by name) u");
        assert_eq!(number(&ctx, &text).await, 3, "groups in {partitions} partitions");
        let before = "lag(at) over (partition by name order by at) as before";
        let text = format!("select count(*) from (select {before} from {first} t) u where before is null");
        assert_eq!(number(&ctx, &text).await, 3, "windows in {partitions} partitions");
        let text = format!("select at, {before} from store order by at");
        assert_eq!(&column(&ctx, &text).await, &repeated(&values, 3), "windows in order in {partitions} partitions");
    }
}

#[tokio::test]
async fn datasets_that_are_ordered_on_different_columns_have_no_order_together() {
    let (_folder, store) = store("name:str");
    let rows = |from: i64| {
        let up: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + 4));
        let down: ArrayRef = Arc::new(Int64Array::from_iter_values((from..from + 4).rev()));
        (up, down)
    };
    for (key, ordered) in [("a", "x"), ("b", "x"), ("c", "y")] {
        let (up, down) = rows(0);
        let columns = if ordered == "x" { [("x", up), ("y", down)] } else { [("x", down), ("y", up)] };
        dataset(&store, key).write(batch(&columns)).ordered_on(ordered).row_group_target(2).commit().unwrap();
    }
    let ctx = attached_with(oups_datafusion::session_config(), 2, &store);
    let all = "select x from store order by x";
    assert!(plan(&ctx, &store, all).await.contains("SortExec"));
    let ascending: ArrayRef = Arc::new(Int64Array::from(vec![0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]));
    assert_eq!(&column(&ctx, all).await, &ascending);
    let agreeing = "select x from store where name < 'c' order by x";
    assert!(!plan(&ctx, &store, agreeing).await.contains("SortExec"));
    assert_eq!(&column(&ctx, agreeing).await, &(Arc::new(Int64Array::from(vec![0, 0, 1, 1, 2, 2, 3, 3])) as ArrayRef));
    assert_eq!(column(&ctx, "select y from store where name = 'c' order by y").await.len(), 4);
}

#[tokio::test]
async fn ordered_columns_of_different_types_are_compared_in_the_wider_one() {
    let (_folder, store) = store("name:str");
    write(&store, "narrow", Arc::new(Int32Array::from(vec![-5, 0, 7, i32::MAX])), 2);
    write(&store, "wide", Arc::new(Int64Array::from(vec![i64::MIN, 1, 7, i64::MAX])), 2);
    let ctx = attached_with(oups_datafusion::session_config(), 2, &store);
    let expected: ArrayRef = Arc::new(Int64Array::from(vec![i64::MIN, -5, 0, 1, 7, 7, i64::from(i32::MAX), i64::MAX]));
    assert_eq!(&column(&ctx, "select at from store order by at").await, &expected);
    let narrow = "select at from store where name = 'narrow' order by at";
    assert!(!plan(&ctx, &store, narrow).await.contains("SortExec"));
    assert_eq!(
        &column(&ctx, narrow).await,
        &(Arc::new(Int64Array::from(vec![-5, 0, 7, i64::from(i32::MAX)])) as ArrayRef)
    );
    let found = rows(&ctx, "select min(at), max(at), count(*) from store where at > 0").await;
    let expected = batch(&[
        ("a", Arc::new(Int64Array::from(vec![1])) as ArrayRef),
        ("b", Arc::new(Int64Array::from(vec![i64::MAX]))),
        ("c", Arc::new(Int64Array::from(vec![5]))),
    ]);
    assert_eq!(found.columns(), expected.columns());
}
