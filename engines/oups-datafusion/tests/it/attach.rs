//! What is a table, and which columns it has.

use crate::support::{attached, hours, store, table, write};

#[tokio::test]
async fn a_store_is_a_table_with_the_key_fields_in_front() {
    let (_folder, store) = store("city:str,number:u8");
    write(&store, "oslo-7", hours([1, 2]), 1);
    write(&store, "rome-10", hours([2]), 1);
    let ctx = attached(&store);
    insta::assert_snapshot!(table(&ctx, "select * from store order by city, hour").await, @"");
    insta::assert_snapshot!(table(&ctx, r#"select * from store."rome-10""#).await, @"");
}
