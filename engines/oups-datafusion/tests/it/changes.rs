//! Statements that change a store: all that is not inserting is refused with what to use instead.

use crate::support::{attached, hours, refusal, store, write};

#[tokio::test]
async fn what_sql_does_not_do_says_what_does() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours([1]), 10);
    let ctx = attached(&store);
    for (statement, words) in [
        ("delete from store where hour = 1", "oups delete"),
        ("delete from store.oslo", "oups delete"),
        ("update store set value = 1 where hour = 1", "insert the corrected ones"),
        ("update store.oslo set value = 1", "insert the corrected ones"),
        ("truncate table store", "oups delete"),
        ("insert into store values ('oslo', 5, 1.0)", "the store is open for reading only"),
        ("insert into store.oslo values (5, 1.0)", "the store is open for reading only"),
    ] {
        let error = refusal(&ctx, statement).await;
        assert!(error.contains(words), "{statement}: {error}");
    }
}
