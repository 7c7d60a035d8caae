//! What the engine does with statements, as it tells itself. Each says in words what must and what must not be there.

use datafusion::prelude::SessionContext;
use oups::{AnyKey, Store};
use tempfile::TempDir;

use crate::support::{attached, hours, plan, store, write};

/// So many datasets of four row groups each, whose hours overlap.
fn datasets(number: i64) -> (TempDir, Store<AnyKey>, SessionContext) {
    let (folder, store) = store("city:str");
    for at in 0..number {
        write(&store, &format!("c{at:03}"), hours((0..8).map(|hour| hour * 10 + at % 10)), 2);
    }
    let ctx = attached(&store);
    (folder, store, ctx)
}

/// Checks the plan of a statement for words that it must and must not have, and keeps it as a snapshot.
async fn check(name: &str, keys: i64, text: &str, has: &[&str], has_not: &[&str]) {
    let (_folder, store, ctx) = datasets(keys);
    let plan = plan(&ctx, &store, text).await;
    for word in has {
        assert!(plan.contains(word), "{text}: no {word} in\n{plan}");
    }
    for word in has_not {
        assert!(!plan.contains(word), "{text}: {word} in\n{plan}");
    }
    let words = format!("{text}\n-- has: {}\n-- has not: {}\n", has.join(", "), has_not.join(", "));
    insta::assert_snapshot!(name, format!("{words}\n{plan}"));
}

#[tokio::test]
async fn one_dataset_is_dealt_out_and_merged_without_a_sort() {
    check("one", 1, "select * from store order by hour", &["4 groups", "SortPreservingMergeExec"], &["SortExec"]).await;
    check("one_by_path", 1, "select * from store.c000 order by hour", &["SortPreservingMergeExec"], &["SortExec"])
        .await;
}

#[tokio::test]
async fn a_few_datasets_are_merged_in_order_of_the_ordered_column_without_a_sort() {
    let no_sort = (&["SortPreservingMergeExec"][..], &["SortExec"][..]);
    check("few", 3, "select * from store order by hour", no_sort.0, no_sort.1).await;
    check("few_then_key", 3, "select * from store order by hour, city", no_sort.0, no_sort.1).await;
    // What is in this order too is sorted: the engine would take groups that are merged by one order for merged by both.
    check("few_by_key", 3, "select * from store order by city, hour", &["SortExec"], &[]).await;
    check("few_filtered", 3, "select hour from store where value > 3 order by hour", no_sort.0, no_sort.1).await;
    check(
        "sixty_four",
        64,
        "select * from store order by hour",
        &["64 groups", "SortPreservingMergeExec"],
        &["SortExec"],
    )
    .await;
}

#[tokio::test]
async fn many_datasets_are_in_order_of_the_keys_and_sorted_by_the_ordered_column() {
    check(
        "many_by_key",
        65,
        "select * from store order by city, hour",
        &["4 groups", "SortPreservingMergeExec"],
        &["SortExec"],
    )
    .await;
    check("many", 65, "select * from store order by hour", &["4 groups", "SortExec"], &[]).await;
    check("many_newest", 65, "select * from store order by hour desc limit 2", &["TopK"], &[]).await;
}

#[tokio::test]
async fn windows_and_groups_stream_in_the_stored_order() {
    let lag = "select city, hour, lag(value) over (partition by city order by hour) from store";
    check("window_by_key", 3, lag, &["BoundedWindowAggExec", "mode=[Sorted]", "SortExec"], &[]).await;
    check("many_window_by_key", 65, lag, &["BoundedWindowAggExec", "mode=[Sorted]"], &["SortExec"]).await;
    let lag = "select hour, lag(hour) over (order by hour) from store";
    check("window", 3, lag, &["BoundedWindowAggExec"], &["SortExec"]).await;
    let groups = "select city, sum(value) from store group by city";
    check("groups", 65, groups, &["ordering_mode=Sorted"], &["SortExec"]).await;
}

#[tokio::test]
async fn equal_hours_of_two_datasets_are_joined_without_a_sort_of_either() {
    let join = "select l.hour, r.value from store.c000 l join store.c001 r on l.hour = r.hour";
    check("join", 2, join, &["JoinExec"], &["SortExec"]).await;
}

#[tokio::test]
async fn counts_and_extremes_come_from_the_manifests() {
    let counts = "select count(*), min(hour), max(hour), min(city), max(city) from store";
    check("counts", 3, counts, &["PlaceholderRowExec"], &["DataSourceExec", "AggregateExec"]).await;
    let one = "select count(*), max(hour) from store where city = 'c001'";
    check("counts_of_one", 3, one, &["PlaceholderRowExec"], &["DataSourceExec", "AggregateExec"]).await;
}

#[tokio::test]
async fn datasets_and_row_groups_that_a_condition_rules_out_are_not_in_the_plan() {
    let one = "select * from store where city = 'c001'";
    check("pruned_keys", 3, one, &["c001#0", "c001#3"], &["c000", "c002#", "FilterExec"]).await;
    let late = "select * from store where hour >= 60 and city <> 'c002'";
    check("pruned_row_groups", 3, late, &["c000#3", "c001#3"], &["#0", "#1", "#2", "c002"]).await;
    let either = "select * from store where (city = 'c000' and hour >= 70) or (city = 'c001' and hour < 5)";
    check("pruned_by_both", 3, either, &["c000#3", "c001#0"], &["c000#0", "c001#3", "c002"]).await;
    check("none_left", 3, "select * from store where hour > 1000", &["EmptyExec"], &["DataSourceExec"]).await;
    let computed = "select * from store where upper(city) || '!' = 'C001!'";
    check("pruned_by_function", 3, computed, &["c001#0"], &["c000", "c002", "FilterExec"]).await;
}

#[tokio::test]
async fn a_limit_takes_as_many_files_as_have_the_rows() {
    check("limit", 3, "select * from store limit 3", &["c000#0", "c000#1"], &["c000#2", "c001", "c002"]).await;
    let oldest = "select * from store order by hour limit 2";
    check("oldest", 3, oldest, &["SortPreservingMergeExec", "fetch=2"], &["SortExec"]).await;
    check("newest", 3, "select * from store order by hour desc limit 2", &["TopK"], &[]).await;
}
