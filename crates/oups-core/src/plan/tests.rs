//! The planner on small pictures, and what it costs on large datasets.

use arrow::datatypes::{DataType, TimeUnit};

use super::stored_groups::StoredGroup;
use super::*;
use crate::ordered::{Cut, Span};
use crate::sizing::RowGroupTarget;

/// Groups as `(min, max, rows)`.
fn stored(groups: &[(i64, i64, u64)]) -> Vec<StoredGroup> {
    let group = |&(min, max, rows)| StoredGroup { min: OrdValue::I64(min), max: OrdValue::I64(max), rows };
    groups.iter().map(group).collect()
}

fn options(target: &str, dedup: bool, max_off_target: u64) -> PlanOptions {
    let data_type = match target.parse().unwrap() {
        RowGroupTarget::Rows(_) => DataType::Int64,
        RowGroupTarget::Period(_) => DataType::Timestamp(TimeUnit::Second, None),
    };
    let sizing = target.parse::<RowGroupTarget>().unwrap().sizing("ts", &data_type).unwrap();
    PlanOptions { sizing, dedup, max_off_target: NonZeroU64::new(max_off_target) }
}

/// The steps as short text: `keep 0..2`, `merge 2..3 + 0..4`.
fn steps(plan: &MergePlan) -> Vec<String> {
    let text = |step: &Step| match step {
        Step::Keep { groups } => format!("keep {groups:?}"),
        Step::Merge { groups, rows, .. } => format!("merge {groups:?} + {rows:?}"),
        Step::Trim { group } => format!("trim {group}"),
        Step::Drop { groups } => format!("drop {groups:?}"),
    };
    plan.steps.iter().map(text).collect()
}

fn check(groups: &[(i64, i64, u64)], new: &[i64], options: PlanOptions, expected: &[&str]) {
    let new: Vec<OrdValue> = new.iter().copied().map(OrdValue::I64).collect();
    let plan = plan(&stored(groups), &mut new.as_slice(), &options).unwrap();
    assert_eq!(steps(&plan), expected);
}

#[test]
fn a_row_on_a_boundary_without_dedup() {
    let rows = options("10", false, 0);
    check(&[(1, 5, 9), (5, 8, 9)], &[5], rows, &["keep 0..1", "merge 1..2 + 0..1"]);
    check(&[(1, 5, 9), (5, 5, 9), (6, 8, 9)], &[5], rows, &["keep 0..2", "merge 2..2 + 0..1", "keep 2..3"]);
    check(&[(1, 5, 9), (5, 5, 9), (5, 8, 9)], &[5], rows, &["keep 0..2", "merge 2..3 + 0..1"]);
}

#[test]
fn a_row_on_a_boundary_with_dedup_touches_all_who_share_it() {
    let rows = options("10", true, 0);
    check(&[(1, 5, 9), (5, 5, 9), (5, 8, 9)], &[5], rows, &["merge 0..3 + 0..1"]);
    check(&[(1, 5, 9), (5, 5, 9), (6, 8, 9)], &[5], rows, &["merge 0..2 + 0..1", "keep 2..3"]);
}

#[test]
fn nothing_new_is_nothing_to_do() {
    check(&[], &[], options("10", false, 3), &[]);
    check(&[(1, 2, 10), (3, 4, 10)], &[], options("10", false, 3), &["keep 0..2"]);
    check(&[(1, 2, 1), (3, 4, 1)], &[], options("10", false, 0), &["keep 0..2"]);
}

#[test]
fn an_oversize_group_is_recut_only_when_asked() {
    check(&[(1, 2, 10), (3, 9, 25)], &[], options("10", false, 3), &["keep 0..1", "merge 1..2 + 0..0"]);
    check(&[(1, 2, 10), (3, 9, 25)], &[], options("10", false, 0), &["keep 0..2"]);
}

#[test]
fn a_run_outside_of_new_rows_is_left_alone() {
    let groups = [(1, 2, 1), (3, 4, 1), (5, 6, 10), (7, 8, 1)];
    check(&groups, &[9], options("10", false, 1), &["keep 0..3", "merge 3..4 + 0..1"]);
    check(&groups, &[9], options("10", false, 2), &["keep 0..4", "merge 4..4 + 0..1"]);
}

#[test]
fn an_append_to_a_sea_of_groups_asks_little() {
    struct Counting(Vec<OrdValue>, usize);
    impl NewRows for Counting {
        fn rows(&self) -> u64 {
            self.0.len() as u64
        }
        fn value_at(&mut self, row: u64) -> Result<OrdValue> {
            self.1 += 1;
            self.0.as_slice().value_at(row)
        }
        fn rows_below(&mut self, value: &OrdValue) -> Result<u64> {
            self.1 += 1;
            self.0.as_slice().rows_below(value)
        }
        fn rows_up_to(&mut self, value: &OrdValue) -> Result<u64> {
            self.1 += 1;
            self.0.as_slice().rows_up_to(value)
        }
    }
    let groups: Vec<_> = (0..10_000).map(|at| (at * 10, at * 10 + 9, 10)).collect();
    let mut new = Counting((99_995..100_995).map(OrdValue::I64).collect(), 0);
    let plan = plan(&stored(&groups), &mut new, &options("10", true, 16)).unwrap();
    assert_eq!(steps(&plan), ["keep 0..9999", "merge 9999..10000 + 0..1000"]);
    assert!(new.1 < 20, "{} lookups", new.1);
}

#[test]
fn a_deletion_drops_what_is_inside_and_trims_the_edges() {
    let groups = stored(&[(1, 5, 9), (5, 8, 9), (9, 12, 9), (13, 14, 9)]);
    let delete = |start, end| {
        let span = Span::new(Cut::Before(OrdValue::I64(start)), Cut::Before(OrdValue::I64(end))).unwrap();
        steps(&plan_delete(&groups, &span))
    };
    assert_eq!(delete(4, 10), ["trim 0", "drop 1..2", "trim 2", "keep 3..4"]);
    assert_eq!(delete(1, 15), ["drop 0..4"]);
    assert_eq!(delete(15, 20), ["keep 0..4"]);
    assert_eq!(
        steps(&plan_delete(
            &stored(&[(1, 5, 9), (8, 9, 9)]),
            &Span::new(Cut::After(OrdValue::I64(5)), Cut::Before(OrdValue::I64(8))).unwrap()
        )),
        ["keep 0..2"]
    );
}

#[test]
fn a_step_is_cut_by_rows_or_by_periods() {
    let cutter = |target: &str, data_type| {
        Cutter::new(target.parse::<RowGroupTarget>().unwrap().sizing("x", &data_type).unwrap())
    };
    let Cutter::Rows(mut by_rows) = cutter("3", DataType::Int64) else { panic!("by rows") };
    assert_eq!((by_rows.cuts(3), by_rows.cuts(5)), (vec![], vec![0, 3]));
    let Cutter::Periods(mut by_week) = cutter("W-MON", DataType::Date32) else { panic!("by periods") };
    assert_eq!(by_week.cuts(&[2, 3, 4, 5, 40]), [2, 4], "day 4 is Monday, 1970-01-05");
}
