//! `oups_datasets`.

use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch, TimestampMillisecondArray};

use crate::support::{attached, batch, dataset, hours, number, rows, sorted_rows, store, table, write};

#[tokio::test]
async fn a_store_s_datasets_are_rows() {
    let (_folder, store) = store("city:str,number:u8");
    write(&store, "oslo-7", hours([1, 2, 3]), 2);
    write(&store, "rome-10", hours([5]), 10);
    let times = TimestampMillisecondArray::from(vec![0, 1500]).with_timezone("Europe/Rome");
    let times = batch(&[("time", Arc::new(times))]);
    dataset(&store, "rome-9").write(times).ordered_on("time").commit().unwrap();
    write(&store, "empty-1", hours([1]), 10);
    dataset(&store, "empty-1").delete(..).commit().unwrap();
    let ctx = attached(&store);
    let found = rows(&ctx, "select * from oups_datasets('store') order by city, number").await;
    let columns: Vec<_> = found.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(
        columns,
        ["city", "number", "dataset", "version", "rows", "row_groups", "bytes", "min", "max", "ordered_on"]
    );
    let bytes: &Int64Array = found.column_by_name("bytes").unwrap().as_any().downcast_ref().unwrap();
    let on_disk: Vec<i64> = ["empty-1", "oslo-7", "rome-9", "rome-10"]
        .map(|key| i64::try_from(dataset(&store, key).info().unwrap().bytes).unwrap())
        .to_vec();
    assert_eq!(bytes.values().to_vec(), on_disk);
    assert!(found.column_by_name("version").is_some_and(|versions| versions.len() == 4));
    let text = "select city, number, dataset, rows, row_groups, min, max, ordered_on from oups_datasets('store') order by city, number";
    insta::assert_snapshot!(table(&ctx, text).await);
}

#[tokio::test]
async fn they_are_joined_and_filtered_as_other_tables() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours([1, 2, 3]), 2);
    write(&store, "rome", hours([5]), 10);
    let ctx = attached(&store);
    let joined =
        "select d.city, d.rows, count(*) from oups_datasets('store') d join store s on s.city = d.city group by 1, 2";
    assert_eq!(sorted_rows(&ctx, joined).await, ["| oslo | 3    | 3        |", "| rome | 1    | 1        |"]);
    assert_eq!(number(&ctx, "select rows from oups_datasets('store') where city like 'r%'").await, 1);
    assert_eq!(number(&ctx, "select count(*) from oups_datasets('store') where city = 'none'").await, 0);
    let version = rows(&ctx, "select version from oups_datasets('store') where city = 'oslo'").await;
    let text = datafusion::arrow::util::display::array_value_to_string(version.column(0), 0).unwrap();
    assert_eq!(text.parse::<oups::Version>(), Ok(dataset(&store, "oslo").version().unwrap()));
    let _: &RecordBatch = &version;
}
