//! The plans of scans.

use arrow::compute::kernels::cmp::gt;
use oups_query::{ReadDataset, Scan, ScanPlan};

use super::{batch, numbers, store_of, write};

const TIMES: [i64; 12] = [-2, 0, 0, 1, 3, 3, 3, 3, 4, 7, 9, 9];

/// The plan's text without random names, and without sizes, which depend on the encoder.
fn text(plan: &ScanPlan) -> String {
    let mut text = plan.to_string();
    for (at, group) in plan.row_groups.iter().enumerate() {
        text = text.replace(&group.file, &format!("<file {at}>"));
    }
    let words: Vec<&str> = text.split(' ').collect();
    let is_unit = |word: Option<&&str>| word.is_some_and(|word| word.starts_with("KiB") || word.starts_with("MiB"));
    let word =
        |(at, word): (usize, &&str)| if is_unit(words.get(at + 1)) { "#".to_owned() } else { (*word).to_owned() };
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

fn scan() -> (tempfile::TempDir, Scan) {
    let (folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &TIMES, 3);
    (folder, dataset.scan())
}

#[test]
fn a_range() {
    let (_folder, scan) = scan();
    let plan = scan.range(0..4).columns(["n"]).explain().unwrap();
    assert_eq!((plan.row_groups.len(), plan.pruned.by_manifest.row_groups, plan.rows()), (3, 1, 7));
    assert!(plan.pruned.by_manifest.bytes > 0 && plan.bytes() > 0);
    insta::assert_snapshot!(text(&plan));
}

#[test]
fn a_filter_a_limit_and_the_other_way_round() {
    let (_folder, scan) = scan();
    let scan = scan.range(0..).columns(["s"]).matching("n < 8 and n <> 5").reverse().limit(2).verified();
    insta::assert_snapshot!(text(&scan.explain().unwrap()));
}

#[test]
fn without_a_filter_the_limit_leaves_row_groups_out() {
    let (_folder, scan) = scan();
    insta::assert_snapshot!(text(&scan.range(0..9).limit(4).explain().unwrap()));
}

#[test]
fn an_edge_that_falls_between_rows() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &[0, 1, 8, 9, 10, 11], 3);
    let plan = dataset.scan().range(3..6).explain().unwrap();
    assert_eq!((plan.row_groups.len(), plan.pruned.by_page_index.row_groups), (0, 1));
    let nothing = dataset.scan().range(4..4).explain().unwrap();
    assert_eq!((nothing.range, nothing.pruned.by_manifest.row_groups), (None, 2));
}

#[test]
fn a_test_has_no_statistics() {
    let (_folder, scan) = scan();
    let test = |rows: &arrow::array::RecordBatch| gt(rows.column(0), &arrow::array::Int64Array::new_scalar(5));
    let plan = scan.filter(["n"], test).columns(Vec::<String>::new()).explain().unwrap();
    assert_eq!((plan.rows(), plan.filters), (12, vec!["a test of n".to_owned()]));
    assert_eq!(plan.columns.iter().map(|column| (&*column.name, column.is_wanted)).collect::<Vec<_>>(), [("n", false)]);
}

#[test]
fn pages_are_counted() {
    let (_folder, store) = store_of("name:str");
    let times: Vec<i64> = (0..40_000).collect();
    let dataset = write(&store, "x", &times, 40_000);
    let plan = dataset.scan().range(5_000..5_010).explain().unwrap();
    for column in &plan.columns {
        assert_eq!((column.part.pages, column.part.of_pages), (1, 10), "{}", column.name);
        assert!(column.part.bytes < column.part.of_bytes / 5, "{column:?}");
    }
    // The read needs this file and no other.
    let found = dataset.scan().range(5_000..5_010).collect().unwrap();
    assert_eq!(numbers(&found, "n"), numbers(&batch(&times[5_000..5_010], 5_000), "n"));
    assert_eq!(plan, dataset.scan().range(5_000..5_010).explain().unwrap());
}
