//! Sessions without our settings: nothing depends on these for right answers.

use datafusion::prelude::SessionConfig;

use crate::pruning::{conditions, mixed_store};
use crate::support::{attached_with, beside_in_memory, hours, sorted_rows, store, table, write};

/// What can be said of rows, in an order that has no ties or with none.
const STATEMENTS: [&str; 10] = [
    "select city, number, hour, value from TABLE t order by hour, city, number",
    "select city, number, hour from TABLE t order by city desc, number desc, hour desc",
    "select city, count(*), sum(value), min(hour), max(label) from TABLE t group by city order by city",
    "select hour, count(*) from TABLE t group by hour having count(*) > 1 order by hour",
    "select city, number, hour, lag(hour) over (partition by city, number order by hour) from TABLE t order by 1, 2, 3",
    "select l.city, r.city, l.hour from TABLE l join TABLE r on l.hour = r.hour and l.number = r.number order by 1, 2, 3",
    "select city, number, hour from TABLE t order by hour desc, city, number limit 7",
    "select city, number, hour from TABLE t order by hour, city, number limit 7 offset 30",
    "select count(*), count(value), count(distinct city), min(city), max(hour) from TABLE t",
    "select hour from TABLE t where hour in (select hour from TABLE u where city = 'oslo') order by hour",
];

#[tokio::test]
async fn statements_give_the_same_rows_in_any_session() {
    let (_folder, store) = mixed_store();
    for partitions in [1, 2, 8] {
        for pushdown in [true, false] {
            let config = SessionConfig::new().with_repartition_file_scans(true).with_repartition_file_min_size(0);
            let ctx = attached_with(config.with_batch_size(7), partitions, &store);
            ctx.sql(&format!("set oups.pushdown_filters = {pushdown}")).await.unwrap();
            beside_in_memory(&ctx, "memory").await;
            for statement in STATEMENTS {
                let found = table(&ctx, &statement.replace("TABLE", "store")).await;
                let expected = table(&ctx, &statement.replace("TABLE", "memory")).await;
                assert_eq!(found, expected, "{statement} in {partitions} partitions, pushdown {pushdown}");
            }
            for condition in conditions(40) {
                let of = |table: &str| format!("select * from {table} where {condition}");
                let expected = sorted_rows(&ctx, &of("memory")).await;
                assert_eq!(sorted_rows(&ctx, &of("store")).await, expected, "{condition} in {partitions} partitions");
            }
        }
    }
}

#[tokio::test]
async fn settings_of_the_engine_that_force_types_have_no_say() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours([1, 2]), 10);
    let mut config = SessionConfig::new();
    config.options_mut().execution.parquet.schema_force_view_types = true;
    let ctx = attached_with(config, 2, &store);
    let rows = crate::support::rows(&ctx, "select * from store").await;
    assert_eq!(rows.schema().field(0).data_type(), &datafusion::arrow::datatypes::DataType::Utf8);
}
