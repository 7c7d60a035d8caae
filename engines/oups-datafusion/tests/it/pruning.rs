//! What is left out has no wanted row: the same statements with and without pruning, and over the same rows in memory.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::prelude::SessionContext;
use oups::{AnyKey, Store, StoreOptions};
use oups_datafusion::{Attach, attach_with};
use oups_tests::fault_fs::FaultFs;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;

use crate::support::{attached, batch, beside_in_memory, hours, number, sorted_rows, store, write};

/// Rows of `hour`, a `value` that is null at times, and a `label`.
fn mixed(hours: impl Iterator<Item = i64>) -> RecordBatch {
    let hours: Vec<i64> = hours.collect();
    let values: Float64Array = hours.iter().map(|hour| (hour % 5 != 0).then_some(*hour as f64 / 2.0)).collect();
    let labels: StringArray = hours.iter().map(|hour| ["a", "b%", "c_"].get((hour % 4) as usize).copied()).collect();
    let columns: [(&str, ArrayRef); 3] =
        [("hour", Arc::new(Int64Array::from(hours))), ("value", Arc::new(values)), ("label", Arc::new(labels))];
    batch(&columns)
}

/// Datasets of several row groups; one has other columns, one a column's name is a key field's.
pub(crate) fn mixed_store() -> (TempDir, Store<AnyKey>) {
    let (folder, store) = store("city:str,number:u8");
    for (at, key) in ["oslo-1", "oslo-10", "rome-1", "rome-2", "a%2Fb-7"].iter().enumerate() {
        let from = at as i64 * 7;
        write(&store, key, mixed(from..from + 30), 5);
    }
    write(&store, "turin-255", hours(0..10), 3);
    let city: ArrayRef = Arc::new(StringArray::from(vec!["oslo", "rome"]));
    write(&store, "odd-0", batch(&[("hour", Arc::new(Int64Array::from(vec![3, 40])) as ArrayRef), ("city", city)]), 1);
    (folder, store)
}

/// Conditions that are about keys, about rows, and about both.
fn condition() -> impl Strategy<Value = String> {
    let compare = || prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let city = || prop::sample::select(vec!["'oslo'", "'rome'", "'a/b'", "'Oslo'", "''", "'turin'"]);
    let hour = || prop_oneof![-5i64..70, Just(0)];
    let leaf = prop_oneof![
        (compare(), city()).prop_map(|(is, city)| format!("city {is} {city}")),
        (compare(), 0u32..300).prop_map(|(is, number)| format!("number {is} {number}")),
        (compare(), hour()).prop_map(|(is, hour)| format!("hour {is} {hour}")),
        (compare(), hour()).prop_map(|(is, value)| format!("value {is} {value}.5")),
        (hour(), hour()).prop_map(|(from, to)| format!("hour between {from} and {to}")),
        prop::collection::vec(city(), 1..4).prop_map(|cities| format!("city in ({})", cities.join(", "))),
        prop::collection::vec(0u8..12, 1..5).prop_map(|numbers| format!("number not in ({})", join(&numbers))),
        prop::collection::vec(hour(), 1..5).prop_map(|hours| format!("hour in ({})", join(&hours))),
        prop::sample::select(vec![
            "city like 'o%'",
            "city || number = 'oslo10'",
            "upper(city) = 'ROME'",
            "number % 3 = hour % 3",
            "number + 3 > hour",
            "value is null",
            "label like 'b%'",
            "label is not null",
            "\"data.city\" = city",
            "\"data.city\" is null",
            "case when city = 'oslo' then hour > 20 else number = 2 end",
            "coalesce(value, number) > 9",
            "cast(number as varchar) like '1%'",
            "1 = 1",
            "null",
            "length(city) = number",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} and {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} or {right})")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.prop_map(|inner| format!("({inner}) is not true")),
        ]
    })
}

fn join(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// So many conditions, the same at each run.
pub(crate) fn conditions(count: usize) -> Vec<String> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| condition().new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test]
async fn a_condition_finds_the_same_rows_with_and_without_pruning() {
    let (_folder, store) = mixed_store();
    let ctx = attached(&store);
    attach_with(&ctx, "unpruned", &store, Attach::default().pruning(false)).unwrap();
    beside_in_memory(&ctx, "memory").await;
    assert_eq!(number(&ctx, "select count(*) from memory").await, 162);
    let mut some = 0;
    for condition in conditions(150) {
        let of = |table: &str| format!("select * from {table} where {condition}");
        let expected = sorted_rows(&ctx, &of("memory")).await;
        assert_eq!(sorted_rows(&ctx, &of("store")).await, expected, "{condition}");
        assert_eq!(sorted_rows(&ctx, &of("unpruned")).await, expected, "{condition}, unpruned");
        let count = format!("select count(*) from store where {condition}");
        assert_eq!(number(&ctx, &count).await, expected.len() as i64, "{count}");
        some += usize::from(!expected.is_empty() && expected.len() < 162);
    }
    assert!(some > 60, "{some} conditions decide anything");
}

/// What is read of a store while a statement runs: the folders that are listed, and the row group files that are read, each by
/// dataset and name.
#[derive(Clone, Debug, Default)]
struct Reads(Arc<Mutex<BTreeSet<String>>>);

impl Reads {
    /// The store again, through a file system that writes down what is read.
    fn watched(&self, store: &Store<AnyKey>) -> SessionContext {
        let (reads, root) = (self.clone(), store.root().to_owned());
        let fs = FaultFs::counting().watching(move |path: &Path| {
            if let Ok(path) = path.strip_prefix(&root) {
                reads.0.lock().unwrap().insert(path.to_string_lossy().into_owned());
            }
        });
        let store = Store::open_with(store.root(), StoreOptions::new().file_system(fs)).unwrap();
        attached(&store)
    }

    async fn of(&self, ctx: &SessionContext, text: &str) -> Vec<String> {
        // The table is looked up first, which looks at all datasets: only files of rows tell.
        self.0.lock().unwrap().clear();
        sorted_rows(ctx, text).await;
        let reads = std::mem::take(&mut *self.0.lock().unwrap());
        reads.into_iter().filter(|path| path.ends_with(".parquet")).collect()
    }
}

#[tokio::test]
async fn no_file_is_read_that_the_condition_rules_out() {
    let (_folder, store) = mixed_store();
    let reads = Reads::default();
    let ctx = reads.watched(&store);
    let files = reads.of(&ctx, "select * from store where city = 'oslo' and number = 1").await;
    assert_eq!(files.len(), 6);
    assert!(files.iter().all(|file| file.starts_with("oslo-1/")), "{files:?}");
    let files =
        reads.of(&ctx, "select * from store where city || '/' || number = 'oslo/1' and hour between 7 and 8").await;
    assert_eq!(files.len(), 1, "{files:?}");
    let files = reads.of(&ctx, "select count(*), min(hour), max(city) from store where city like '%o%'").await;
    assert!(files.is_empty(), "{files:?}");
    let files = reads.of(&ctx, "select hour from store limit 3").await;
    assert_eq!(files.len(), 1, "{files:?}");
}

#[tokio::test]
async fn floats_at_the_edge_of_a_file_are_found_as_without_pruning() {
    let (_folder, store) = store("city:str");
    let at: ArrayRef = Arc::new(Float64Array::from(vec![-1.0, -0.0, 0.0, 1.0, f64::INFINITY]));
    let rows = batch(&[("at", at), ("n", Arc::new(Int64Array::from_iter_values(0..5)))]);
    crate::support::dataset(&store, "oslo").write(rows).ordered_on("at").row_group_target(1).commit().unwrap();
    let ctx = attached(&store);
    beside_in_memory(&ctx, "memory").await;
    for condition in
        ["at >= 0.0", "at > -0.0", "at = 0.0", "at < 0", "at <= -0.0", "at in (-0.0, 1)", "at > 1e308", "at <> 0"]
    {
        let of = |table: &str| format!("select n from {table} where {condition}");
        assert_eq!(sorted_rows(&ctx, &of("store")).await, sorted_rows(&ctx, &of("memory")).await, "{condition}");
    }
}

#[tokio::test]
async fn conditions_with_subqueries_are_left_to_the_engine() {
    let (_folder, store) = mixed_store();
    let ctx = attached(&store);
    beside_in_memory(&ctx, "memory").await;
    for condition in [
        "city in (select city from TABLE where hour > 40)",
        "city in (select city from TABLE where hour > 40) or number = 1",
        "not (city in (select city from TABLE where hour > 40) and number < 9)",
        "number = (select max(number) from TABLE)",
        "hour > (select avg(hour) from TABLE) and city = 'oslo'",
        "exists (select 1 from TABLE u where u.number = t.number and u.city <> t.city)",
        "(select count(*) from TABLE u where u.city = t.city and u.hour = t.hour) > 1",
    ] {
        let of = |table: &str| format!("select * from TABLE t where {condition}").replace("TABLE", table);
        let expected = sorted_rows(&ctx, &of("memory")).await;
        assert_eq!(sorted_rows(&ctx, &of("store")).await, expected, "{condition}");
        assert!(!expected.is_empty(), "{condition}");
    }
}
