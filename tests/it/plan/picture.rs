//! Pictures of very large plans, and of empty ones.

use super::scenario::picture;

#[test]
fn ten_thousand_row_groups_take_a_few_lines() {
    let scenario = "stored 10000 of 1000000 rows
new 50003 50003 50007 99999 100000 100001
target 1000000
max off target 16
duplicates dropped";
    insta::assert_snapshot!(picture(scenario).unwrap(), @r"
    ■ ■ … ■ (□ +3) ■ ■ … ■ (□ +3)

    keep     5,000 row groups  5,000,000,000 rows           [0, 49999]
    merge         1 row group      1,000,000 rows  + 3 new  [50000, 50009]
    keep     4,998 row groups  4,998,000,000 rows           [50010, 99989]
    merge         1 row group      1,000,000 rows  + 3 new  [99990, 100001]
    = keeps 9,998 row groups, rewrites 2,000,000 rows, takes 6 new rows
    ");
}

#[test]
fn everything_is_coalesced() {
    let scenario = "stored 10000 of 7 rows\nnew 50003 99999 100000\ntarget 1000\nmax off target 16";
    insta::assert_snapshot!(picture(scenario).unwrap(), @r"
    (□ □ … □ +3)

    merge    10,000 row groups  70,000 rows  + 3 new  [0, 100000]  with off-target neighbours
    = rewrites 70,000 rows, takes 3 new rows
    ");
}

#[test]
fn a_whole_dataset_is_deleted() {
    insta::assert_snapshot!(picture("stored (1 2) (3 4)\ndelete 0..9").unwrap(), @r"
    × ×

    drop     2 row groups  4 rows    [1, 4]  within the deleted range
    = drops 2 row groups
    ");
}

#[test]
fn nothing_at_all() {
    insta::assert_snapshot!(picture("stored\nnew\ntarget 5").unwrap(), @r"
    nothing stored, nothing new

    result
    ");
}

#[test]
fn a_first_write() {
    insta::assert_snapshot!(picture("stored\nnew 1 2 3 4 5 6 7\ntarget 3").unwrap(), @r"
    (+7)

    insert       + 7 new  [1, 7]
    = takes 7 new rows

    result  (1 2 3) (4 5 6) (7)
    ");
}
