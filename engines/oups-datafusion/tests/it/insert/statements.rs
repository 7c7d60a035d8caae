//! Which rows an insert writes, and where.

use std::sync::Arc;

use datafusion::arrow::array::{Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::DataFusionError;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionContext, col, lit};
use oups_datafusion::Attach;

use super::{refused, taken, versions, weather, weather_rows, writable, write};
use crate::support::{attached, store, table};

#[tokio::test]
async fn rows_go_to_the_datasets_of_their_keys_in_order() {
    let (_folder, store, ctx) = weather();
    let insert = "insert into store (temp, city, time) values
        (8.5, 'rome', '1970-01-01 08:00'), (4.0, 'oslo', '1970-01-01 04:00'),
        (7.5, 'rome', '1970-01-01 07:00'), (3.0, 'oslo', timestamp '1970-01-01 03:00:00')";
    assert_eq!(taken(&ctx, insert).await.unwrap(), 4);
    assert_eq!(versions(&store, ["oslo", "rome"]), [2, 2]);
    insta::assert_snapshot!(table(&ctx, "select * from store where temp > 1 order by city, time").await);
    // Each dataset is one commit, with its settings.
    let info = store.dataset(&store.parse_key("rome").unwrap()).unwrap().info().unwrap();
    assert_eq!((info.row_groups, info.rows), (3, 5));
}

#[tokio::test]
async fn all_columns_are_meant_in_their_order_where_none_is_named() {
    let (_folder, _store, ctx) = weather();
    taken(&ctx, "insert into store values ('oslo', '1970-01-02', 1, 'cold')").await.unwrap();
    taken(&ctx, "insert into store select 'oslo', time + interval '2 days', temp, note from store where city = 'rome'")
        .await
        .unwrap();
    let rows = table(&ctx, "select time, temp, note from store where time > '1970-01-01 12:00' order by time").await;
    insta::assert_snapshot!(rows);
}

#[tokio::test]
async fn duplicates_are_a_matter_of_the_datasets_settings() {
    let (_folder, store, ctx) = weather();
    assert_eq!(taken(&ctx, "insert into store (city, time, temp) values ('oslo', '1970-01-01', -3)").await.unwrap(), 1);
    assert_eq!(
        table(&ctx, "select temp from store where city = 'oslo' order by time limit 1").await.lines().nth(3),
        Some("| -3.0 |")
    );
    // What is there already is taken, and changes nothing.
    assert_eq!(taken(&ctx, "insert into store select * from store").await.unwrap(), 6);
    assert_eq!(versions(&store, ["oslo", "rome"]), [2, 1]);
    let oslo = store.dataset(&store.parse_key("oslo").unwrap()).unwrap();
    oslo.change_settings().keep(oups::Keep::Reject).commit().unwrap();
    let error = taken(&ctx, "insert into store (city, time) values ('oslo', '1970-01-01')").await.unwrap_err();
    assert!(matches!(oups_datafusion::error_of(&error), Some(oups::Error::Duplicate { .. })), "{error}");
}

#[tokio::test]
async fn of_duplicates_that_are_written_down_the_last_stays() {
    let (_folder, store, ctx) = weather();
    let rows = (0..500).map(|row| format!("('1970-01-01 0{}:00', 'oslo', {row})", row % 7)).collect::<Vec<_>>();
    let insert = format!("insert into store (time, city, temp) values {}", rows.join(", "));
    assert_eq!(taken(&ctx, &insert).await.unwrap(), 500);
    let temps = table(&ctx, "select temp from store where city = 'oslo' order by time").await;
    let temps: Vec<&str> = temps.lines().skip(3).map(|line| line.trim_matches(['|', ' '])).collect();
    assert_eq!(temps[..7], ["497.0", "498.0", "499.0", "493.0", "494.0", "495.0", "496.0"]);
    assert_eq!(versions(&store, ["oslo"]), [2]);
}

#[tokio::test]
async fn a_dataset_of_its_own_name_takes_its_columns() {
    let (_folder, store, ctx) = weather();
    let insert =
        r#"insert into store."oslo" (time, temp) select time + interval '1 day', temp from store order by temp desc"#;
    assert_eq!(taken(&ctx, insert).await.unwrap(), 6);
    assert_eq!(versions(&store, ["oslo", "rome"]), [2, 1]);
    assert_eq!(
        refused(&ctx, r#"insert into store."oslo" (temp) values (1)"#).await,
        "Error during planning: the insert has no column `time`, which every row of the store needs"
    );
}

#[tokio::test]
async fn a_statement_reads_the_store_that_it_writes_as_it_was() {
    let (_folder, store, ctx) = weather();
    for days in 1..4 {
        let insert = format!("insert into store select city, time + interval '{days} days', temp, note from store");
        taken(&ctx, &insert).await.unwrap();
    }
    assert_eq!(table(&ctx, "select count(*) from store").await.lines().nth(3), Some("| 42       |"));
    assert_eq!(versions(&store, ["oslo", "rome"]), [4, 4]);
}

#[tokio::test]
async fn a_new_dataset_is_ordered_as_the_others_are() {
    let (_folder, store, ctx) = weather();
    let insert = "insert into store (city, time, temp) values ('bern', '1970-01-02', 1), ('bern', '1970-01-01', 2)";
    taken(&ctx, insert).await.unwrap();
    let bern = store.dataset(&store.parse_key("bern").unwrap()).unwrap().info().unwrap();
    assert_eq!((bern.ordered_on.as_str(), bern.rows, bern.version.commit()), ("time", 2, 1));
    // Its columns are those that were named, as the others have them.
    let oslo = store.dataset(&store.parse_key("oslo").unwrap()).unwrap().info().unwrap();
    assert_eq!(bern.schema.fields()[..], oslo.schema.fields()[..2]);
}

#[tokio::test]
async fn where_datasets_differ_the_session_says_what_new_ones_are_ordered_on() {
    let (_folder, store, ctx) = weather();
    let other = store.dataset(&store.parse_key("bern").unwrap()).unwrap();
    let schema = Schema::new(vec![Field::new("temp", DataType::Float64, false)]);
    let rows = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Float64Array::from(vec![1.5]))]).unwrap();
    other.write(rows).ordered_on("temp").commit().unwrap();
    let insert = "insert into store (city, time, temp) values ('genf', '1970-01-02', 1)";
    let differ = refused(&ctx, insert).await;
    assert!(differ.contains("bern on `temp` and oslo on `time`"), "{differ}");
    assert!(differ.contains("set oups.ordered_on = 'temp'"), "{differ}");
    ctx.sql("set oups.ordered_on = 'time'").await.unwrap();
    assert_eq!(taken(&ctx, insert).await.unwrap(), 1);
    // The others stay as they are ordered.
    let error = taken(&ctx, "insert into store (city, time, temp) values ('bern', '1970-01-02', 1)").await.unwrap_err();
    let error = oups_datafusion::error_of(&error).unwrap().to_string();
    assert_eq!(error, "ordered_on: `time` is not valid; expected `temp`, on which dataset bern is ordered");
}

#[tokio::test]
async fn the_first_rows_of_a_store_bring_its_columns() {
    let (_folder, store) = store("city:str,floor:u8");
    let ctx = writable(&store);
    let insert = "insert into store (city, floor, time, temp) values ('oslo', 2, timestamp '1970-01-01 01:00:00', 1.5)";
    let unknown = refused(&ctx, insert).await;
    assert!(unknown.contains("set oups.ordered_on = 'time'"), "{unknown}");
    ctx.sql("set oups.ordered_on = 'time'").await.unwrap();
    assert_eq!(taken(&ctx, insert).await.unwrap(), 1);
    // The first of all rows are taken one by one as well.
    ctx.sql("set oups.ordered_on = 'n'").await.unwrap();
    let (_other_folder, other) = self::store("city:str");
    oups_datafusion::attach_with(&ctx, "other", &other, Attach::default().writable(true)).unwrap();
    let united = refused(&ctx, "insert into other (city, n, x) values ('a', 1, 0.5), ('a', 2, 9007199254740993)").await;
    assert!(united.contains("column `x`: `9007199254740993` is not exactly a value of Float64"), "{united}");
    taken(&ctx, "insert into other (city, n, x) values ('a', 2, 0.5), ('b', 1, 2), ('a', 2, 7)").await.unwrap();
    assert_eq!(table(&ctx, "select sum(x) from other where city = 'a'").await.lines().nth(3), Some("| 7.5          |"));
    ctx.sql("set oups.ordered_on = ''").await.unwrap();
    let more = "insert into store select 'oslo' as city, 3 as floor, time, temp * 2 as temp from store";
    assert_eq!(taken(&ctx, more).await.unwrap(), 1);
    insta::assert_snapshot!(table(&ctx, "select * from store order by floor").await);
}

#[tokio::test]
async fn the_select_of_an_insert_is_what_it_is_by_itself() {
    let (_folder, _store, ctx) = weather();
    let insert = "insert into store (city, time, temp)
        select city, time, temp + more from store cross join (values (1, 0.25), (2, 0.5)) as v (id, more) where id = 2";
    assert_eq!(taken(&ctx, insert).await.unwrap(), 6);
    taken(&ctx, "insert into store (city, time, temp, note) select 'oslo', time, 0, 'oslo' from store where time = '1970-01-01'")
        .await
        .unwrap();
    // Rows that are written down are not taken for rows of the table, whatever the number of their columns is.
    let insert = "insert into store (city, time, temp)
        select name, date '1970-01-09' + interval '1 day', cast(degrees as bigint) from (values (7.75, 'oslo', 0)) as v (degrees, name, x)";
    assert_eq!(taken(&ctx, insert).await.unwrap(), 1);
    insta::assert_snapshot!(table(&ctx, "select * from store order by city, time").await);
}

#[tokio::test]
async fn wrong_columns_are_told() {
    let (_folder, store, ctx) = weather();
    for (insert, expected) in [
        ("(city, time, tmp) select 'oslo', now(), 1", "no column tmp: the columns are city, time, temp, note"),
        ("(city, time, city) select 'oslo', now(), 'rome'", "the insert names column city twice"),
        ("(city, time) select 'oslo'", "the insert names 2 columns, and its select has 1"),
        ("(city, temp) values ('oslo', 1)", "the insert has no column `time`, which every row of the store needs"),
        (
            "(time, temp) values ('1970-01-09', 1)",
            "the insert has no column `city`, which every row of the store needs",
        ),
        ("(city, time) values ('oslo', null)", "column `time` takes no nulls, and the select has some"),
    ] {
        let found = refused(&ctx, &format!("insert into store {insert}")).await;
        assert!(found.contains(expected), "{insert}: {found}");
    }
    let null =
        refused(&ctx, "insert into store (city, time) values (null, '1970-01-09'), ('oslo', '1970-01-09')").await;
    assert!(null.contains("key column `city`") && null.contains("expected a value in every row, found null"), "{null}");
    assert_eq!(versions(&store, ["oslo", "rome"]), [1, 1]);
}

#[tokio::test]
async fn a_store_is_written_only_where_that_was_said() {
    let (_folder, store, _) = weather();
    let ctx = attached(&store);
    for insert in ["store values ('oslo', '1970-01-02', 1, 'cold')", r#"store."oslo" values ('1970-01-02', 1, 'cold')"#]
    {
        let found = refused(&ctx, &format!("insert into {insert}")).await;
        assert!(found.contains("the store is open for reading only"), "{found}");
    }
    let ctx = writable(&store);
    for insert in ["insert overwrite store", "replace into store", r#"insert overwrite store."oslo""#] {
        let columns = if insert.contains("oslo") { "time" } else { "city, time" };
        let found = refused(&ctx, &format!("{insert} select {columns}, temp, note from store")).await;
        assert!(found.contains("does not overwrite or replace"), "{insert}: {found}");
    }
    assert_eq!(versions(&store, ["oslo", "rome"]), [1, 1]);
}

#[tokio::test]
async fn rows_that_are_stored_in_order_are_not_sorted_again() {
    let (_folder, _store, ctx) = weather();
    ctx.sql("set oups.ordered_keys = 0").await.unwrap();
    let ordered = table(&ctx, "explain insert into store select * from store").await;
    assert!(ordered.contains("DataSinkExec: sink=oups") && !ordered.contains("SortExec"), "{ordered}");
    let unordered =
        table(&ctx, "explain insert into store select city, to_timestamp(10 - temp), temp, note from store").await;
    assert!(unordered.contains("SortExec"), "{unordered}");
}

#[tokio::test]
async fn a_sort_that_is_larger_than_memory_goes_to_files() {
    let (_folder, store, _) = weather();
    let files = tempfile::tempdir().unwrap();
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(3 << 20)))
        .with_temp_file_path(files.path())
        .build_arc()
        .unwrap();
    let config =
        oups_datafusion::session_config().with_target_partitions(1).with_sort_spill_reservation_bytes(256 << 10);
    let ctx = SessionContext::new_with_config_rt(config, runtime);
    oups_datafusion::attach_with(&ctx, "store", &store, Attach::default().writable(true)).unwrap();
    let insert = "insert into store (city, time, temp, note)
        select case when n % 2 = 0 then 'bern' else 'genf' end, to_timestamp(n * 7919 % 60013), n, repeat('x', 40)
        from (select unnest(range(0, 60000)) as n)";
    let frame = oups_datafusion::sql(&ctx, insert).await.unwrap();
    let task = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await.unwrap();
    datafusion::physical_plan::collect(plan.clone(), task).await.unwrap();
    let mut spilled = 0;
    let mut nodes = vec![plan];
    while let Some(node) = nodes.pop() {
        spilled += node.metrics().and_then(|metrics| metrics.spill_count()).unwrap_or_default();
        nodes.extend(node.children().into_iter().cloned());
    }
    assert!(spilled > 0, "nothing was spilled");
    let sums = table(&ctx, "select city, count(*), cast(sum(temp) as bigint) from store where city in ('bern', 'genf') group by city order by city").await;
    insta::assert_snapshot!(sums);
    assert_eq!(
        std::fs::read_dir(files.path())
            .unwrap()
            .flatten()
            .flat_map(|dir| std::fs::read_dir(dir.path()).unwrap())
            .count(),
        0
    );
}

#[tokio::test]
async fn a_program_inserts_the_columns_of_its_frame_by_their_names() {
    let (_folder, store, ctx) = weather();
    let frame = ctx.table("store").await.unwrap().filter(col("city").eq(lit("oslo"))).unwrap();
    let frame = frame.select(vec![lit(9_i32).alias("temp"), lit("bern").alias("city"), col("time")]).unwrap();
    frame.clone().write_table("store", DataFrameWriteOptions::new()).await.unwrap();
    assert_eq!(versions(&store, ["bern", "oslo"]), [1, 1]);
    let wrong = frame.with_column("temp", lit("warm")).unwrap();
    let error = wrong.write_table("store", DataFrameWriteOptions::new()).await.unwrap_err();
    assert!(error.to_string().contains("column `temp`: `warm` is of type Utf8, and not Float64"), "{error}");
}

/// A session that was not made by `session` takes values exactly too.
#[tokio::test]
async fn any_session_to_which_a_store_is_attached_will_do() {
    let (_folder, store, _) = weather();
    let ctx = SessionContext::new();
    oups_datafusion::attach_with(&ctx, "store", &store, Attach::default().writable(true)).unwrap();
    let insert = |temp: &str| format!("insert into store (city, time, temp) values ('oslo', '1970-01-05', {temp})");
    let refused = |error: DataFusionError| error.find_root().to_string();
    let error = ctx.sql(&insert("9007199254740993")).await.unwrap().collect().await.map_err(refused).unwrap_err();
    assert!(error.contains("column `temp`: `9007199254740993` is not exactly a value of Float64"), "{error}");
    ctx.sql(&insert("1.5")).await.unwrap().collect().await.unwrap();
    assert_eq!(versions(&store, ["oslo"]), [2]);
}

#[tokio::test]
async fn datasets_of_one_ordered_column_of_numbers_are_inserted_into_as_well() {
    let (_folder, store) = store("city:str,number:u8");
    let schema = Schema::new(vec![Field::new("hour", DataType::Int64, false)]);
    let rows = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(vec![1]))]).unwrap();
    let dataset = store.dataset(&store.parse_key("oslo-7").unwrap()).unwrap();
    dataset.write(rows).ordered_on("hour").commit().unwrap();
    let ctx = writable(&store);
    taken(&ctx, "insert into store select city, number + 1, hour + 1 from store").await.unwrap();
    let refused = refused(&ctx, "insert into store select city, number + 250, hour + 1 from store").await;
    assert!(refused.contains("column `number`: `257` is not exactly a value of UInt8"), "{refused}");
    assert_eq!(versions(&store, ["oslo-7", "oslo-8"]), [1, 1]);
}

#[tokio::test]
async fn key_fields_of_one_name_in_two_levels_are_named_with_their_level() {
    let (_folder, store) = store("name:str/name:str");
    let names: Vec<String> = store.schema().field_names().map(|name| format!("\"{name}\"")).collect();
    let ctx = writable(&store);
    ctx.sql("set oups.ordered_on = 'hour'").await.unwrap();
    let insert = format!("insert into store ({}, hour) values ('a', 'b', 1), ('a', 'c', 2)", names.join(", "));
    assert_eq!(taken(&ctx, &insert).await.unwrap(), 2);
    assert_eq!(versions(&store, ["a/b", "a/c"]), [1, 1]);
    assert_eq!(taken(&ctx, &insert.replace("1)", "3)")).await.unwrap(), 2);
    assert_eq!(versions(&store, ["a/b", "a/c"]), [2, 2]);
}

#[tokio::test]
async fn no_rows_are_no_commit() {
    let (_folder, store, ctx) = weather();
    assert_eq!(taken(&ctx, "insert into store select * from store where false").await.unwrap(), 0);
    assert_eq!(
        taken(&ctx, r#"insert into store."oslo" select time, temp, note from store where false"#).await.unwrap(),
        0
    );
    write(&store, "bern", weather_rows([]));
    assert_eq!(versions(&store, ["oslo", "rome", "bern"]), [1, 1, 1]);
}
