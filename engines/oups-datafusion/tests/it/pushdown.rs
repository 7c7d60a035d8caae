//! Conditions on one of several columns of one name, and extremes of several columns: the engine's own rules leave rows out.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::prelude::{SessionConfig, SessionContext};
use oups::{AnyKey, Store};
use oups_datafusion::attach;

use crate::support::{batch, number, store, write};

/// Rows of `hour`, and a `value` of each.
fn rows(hours: i64, value: impl Fn(i64) -> Option<i64>) -> RecordBatch {
    let values: ArrayRef = Arc::new((0..hours).map(value).collect::<Int64Array>());
    batch(&[("hour", Arc::new(Int64Array::from_iter_values(0..hours))), ("value", values)])
}

/// Asks for a number, first in the answer, in sessions of small batches, where conditions come into force while a statement runs.
async fn check(store: &Store<AnyKey>, text: &str, expected: i64) {
    for config in [oups_datafusion::session_config(), SessionConfig::new()] {
        for partitions in [1, 2] {
            let config = config.clone().with_batch_size(4).with_target_partitions(partitions);
            let ctx = SessionContext::new_with_config(config);
            attach(&ctx, "store", store).unwrap();
            assert_eq!(number(&ctx, text).await, expected, "{text}, {partitions} partitions");
        }
    }
}

#[tokio::test]
async fn a_condition_on_the_missing_side_of_a_join_is_not_one_on_the_other_side() {
    let (_folder, store) = store("city:str");
    write(&store, "few", rows(4, Some), 2);
    write(&store, "more", rows(40, Some), 10);
    write(&store, "most", rows(200, Some), 50);
    let text = "select count(c.value) from store.few a join store.more b on a.hour = b.hour + 1000 \
                right join store.most c on a.hour = c.hour where b.value is null";
    check(&store, text, 200).await;
}

#[tokio::test]
async fn the_first_row_by_a_column_of_a_join_is_found_whatever_others_are_called() {
    let (_folder, store) = store("city:str");
    write(&store, "few", rows(100, Some), 10);
    write(&store, "most", rows(200, |hour| Some(99 - hour)), 10);
    let text = "select b from (select a.hour as h, a.value as a, b.value as b from store.most a join store.few b on a.value = b.hour \
                join store.few c on b.hour = c.hour order by b.value desc limit 1) t where h = 0";
    check(&store, text, 99).await;
    let text = "select b from (select a.hour as a, b.hour as b from store.most a join store.few b on a.value = b.value \
                join store.few c on b.value = c.value order by b.hour limit 1) t where a = 99";
    check(&store, text, 0).await;
}

#[tokio::test]
async fn the_first_row_of_a_union_is_found_whatever_its_columns_are_called() {
    let (_folder, store) = store("city:str");
    write(&store, "few", rows(100, |hour| Some(1000 + hour)), 10);
    write(&store, "most", rows(200, |hour| Some(49 - hour)), 10);
    let text = "select hour, value from (select value, hour from store.few union all select hour, value from store.most) t \
                order by hour limit 1";
    check(&store, text, -150).await;
}

#[tokio::test]
async fn an_extreme_is_found_behind_files_of_nulls() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", rows(40, |hour| (hour >= 20).then_some(hour)), 5);
    check(&store, "select max(value), min(hour) from store", 39).await;
    check(&store, "select max(value), min(hour) from store.oslo", 39).await;
}

#[tokio::test]
async fn an_extreme_of_what_is_computed_is_found_beside_one_of_a_column() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", rows(40, |hour| Some(if hour < 20 { 100 } else { 0 })), 5);
    check(&store, "select min(value + hour), min(hour), max(value) from store", 20).await;
}
