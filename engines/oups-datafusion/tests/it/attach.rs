//! What is a table, and which columns it has.

use crate::support::{attached, hours, store, table, write};

#[tokio::test]
async fn a_store_is_a_table_with_the_key_fields_in_front() {
    let (_folder, store) = store("city:str,number:u8");
    write(&store, "oslo-7", hours([1, 2]), 1);
    write(&store, "rome-10", hours([2]), 1);
    let ctx = attached(&store);
    let all = table(&ctx, "select * from store order by city, hour").await;
    let rome = table(&ctx, r#"select * from store."rome-10""#).await;
    let datasets =
        table(&ctx, "select city, number, rows, row_groups, min, max, ordered_on from oups_datasets('store')").await;
    insta::assert_snapshot!([all, rome, datasets].join("\n"));
}
