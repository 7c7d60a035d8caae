//! What is a table.

use std::sync::Arc;

use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use oups::{ErrorKind, KeyFilter};
use oups_datafusion::{Attach, DatasetTable, StoreTable, attach, attach_with, error_of};

use crate::support::{attached, batch, dataset, hours, number, refusal, sorted_rows, store, table, try_rows, write};

#[tokio::test]
async fn a_store_is_a_table_with_the_key_fields_in_front_and_a_schema_with_a_table_a_dataset() {
    let (_folder, store) = store("city:str,number:u8");
    write(&store, "oslo-7", hours([1, 2]), 1);
    write(&store, "rome-10", hours([2]), 1);
    let ctx = attached(&store);
    let all = table(&ctx, "select * from store order by city, hour").await;
    let rome = table(&ctx, r#"select * from store."rome-10""#).await;
    insta::assert_snapshot!([all, rome].join("\n"));
}

#[tokio::test]
async fn paths_with_escapes_and_levels_are_tables_too() {
    let (_folder, store) = store("name:str/frequency:str");
    write(&store, "a%2Fb/1h", hours([1]), 10);
    write(&store, "x ~é%27%22/1D", hours([2]), 10);
    let ctx = attached(&store);
    let names = sorted_rows(&ctx, "select name, frequency, hour from store").await;
    assert_eq!(names, ["| a/b    | 1h        | 1    |", "| x ~é'\" | 1D        | 2    |"]);
    assert_eq!(number(&ctx, r#"select hour from store."a%2Fb/1h""#).await, 1);
    assert_eq!(number(&ctx, r#"select hour from store."x ~é%27%22/1D""#).await, 2);
    assert_eq!(number(&ctx, "select hour from store where name = 'a/b'").await, 1);
}

#[tokio::test]
async fn datasets_and_columns_that_are_new_are_seen_by_the_next_statement() {
    let (_folder, store) = store("city:str");
    let ctx = attached(&store);
    assert_eq!(number(&ctx, "select count(*) from store").await, 0);
    write(&store, "oslo", hours([1, 2]), 10);
    assert_eq!(number(&ctx, "select count(*) from store").await, 2);
    let rows = hours([3]);
    let renamed = batch(&[("hour", rows.column(0).clone()), ("depth", rows.column(1).clone())]);
    write(&store, "rome", renamed, 10);
    insta::assert_snapshot!(table(&ctx, "select * from store order by hour").await);
    dataset(&store, "rome").remove().commit().unwrap();
    assert_eq!(number(&ctx, "select count(*) from store").await, 2);
    let gone = try_rows(&ctx, "select * from store.rome").await.unwrap_err();
    assert_eq!(error_of(&gone).map(oups::Error::kind), Some(ErrorKind::NotFound), "{gone}");
}

#[tokio::test]
async fn stores_stand_beside_other_tables_and_beside_each_other() {
    let (_folder, first) = store("city:str");
    let (_other, second) = store("city:str");
    write(&first, "oslo", hours([1]), 10);
    write(&second, "oslo", hours([1, 5]), 10);
    let ctx = SessionContext::new();
    let rows = hours([7]);
    ctx.register_table("mine", Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap())).unwrap();
    attach(&ctx, "first", &first).unwrap();
    attach_with(&ctx, "second", &second, Attach::default().ordered_keys(2)).unwrap();
    let union = "select count(*) from (select hour from first union all select hour from second union all select hour from mine)";
    assert_eq!(number(&ctx, union).await, 4);
    assert_eq!(number(&ctx, "select count(*) from first join second using (city, hour)").await, 1);
    for taken in ["mine", "first", "public"] {
        let error = attach(&ctx, taken, &first).unwrap_err().to_string();
        assert!(error.contains("attach the store under another name"), "{error}");
    }
    assert!(refusal(&ctx, "select * from oups_datasets('third')").await.contains("there are first, second"));
    assert!(refusal(&ctx, "select * from oups_datasets(1)").await.contains("takes the name of an attached store"));
}

#[tokio::test]
async fn views_and_tables_of_rows_are_made_beside_stores_and_neither_replaces_one() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours([1, 2, 3]), 2);
    let ctx = attached(&store);
    try_rows(&ctx, "create view late as select * from store where hour > 1").await.unwrap();
    try_rows(&ctx, "create table early as select * from store where hour < 3").await.unwrap();
    assert_eq!(number(&ctx, "select count(*) from late").await, 2);
    assert_eq!(number(&ctx, "select count(*) from early join late using (city, hour)").await, 1);
    write(&store, "oslo", hours([4]), 2);
    assert_eq!(number(&ctx, "select count(*) from late").await, 3);
    assert_eq!(number(&ctx, "select count(*) from early").await, 2);
    try_rows(&ctx, "drop view late").await.unwrap();
    for statement in [
        "drop table store",
        "drop table if exists store",
        "drop schema store cascade",
        "drop schema public cascade",
        "create or replace view store as select 1",
        "create or replace table store as select 1",
    ] {
        let error = refusal(&ctx, statement).await;
        assert!(error.contains("SQL neither replaces nor drops it"), "{statement}: {error}");
    }
    assert!(refusal(&ctx, "drop table store.oslo").await.contains("oups remove"));
}

#[tokio::test]
async fn tables_are_listed_with_their_columns() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours([1]), 10);
    write(&store, "a%2Fb", hours([1]), 10);
    let ctx = attached(&store);
    let listed = "select table_schema, table_name, table_type from information_schema.tables
        where table_schema in ('public', 'store') order by table_schema, table_name";
    let columns = "select table_name, column_name, data_type, is_nullable from information_schema.columns
        where table_schema in ('public', 'store') order by table_name, ordinal_position";
    insta::assert_snapshot!([table(&ctx, listed).await, table(&ctx, columns).await].join("\n"));
}

#[tokio::test]
async fn tables_can_be_registered_one_by_one() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours([1, 2, 3]), 2);
    write(&store, "rome", hours([4]), 2);
    let ctx = SessionContext::new();
    let filter = KeyFilter::parse(store.schema(), ["city=r*"]).unwrap();
    ctx.register_table("some", StoreTable::open(&store, filter).await.unwrap()).unwrap();
    let oslo = dataset(&store, "oslo");
    ctx.register_table("oslo", DatasetTable::open(&oslo).await.unwrap()).unwrap();
    ctx.register_table("before", DatasetTable::of_snapshot(oslo.snapshot().unwrap())).unwrap();
    oslo.delete(2..).commit().unwrap();
    assert_eq!(number(&ctx, "select hour from some").await, 4);
    assert_eq!(number(&ctx, "select count(hour) from some where city <> 'rome'").await, 0);
    assert_eq!(number(&ctx, "select count(hour) from oslo where hour > 0").await, 1);
    assert_eq!(number(&ctx, "select count(hour) from before where hour > 0").await, 3);
    let missing = DatasetTable::open(&dataset(&store, "bergen")).await.unwrap_err();
    assert_eq!(error_of(&missing).map(oups::Error::kind), Some(ErrorKind::NotFound));
}
