use oups_core::ordered::OrdValue;
use proptest::prelude::*;

use super::*;
use crate::pruning::test_entries::entries;

impl RowGroups for Vec<RowGroup> {
    fn entries(&self) -> &[RowGroup] {
        self
    }
}

fn v(value: i64) -> OrdValue {
    OrdValue::I64(value)
}

fn steps(datasets: &[Vec<(i64, i64)>], span: Option<Span>) -> Vec<Step> {
    Aligner::new(datasets.iter().map(|spans| entries(spans)).collect(), span).collect()
}

fn everything() -> Option<Span> {
    Span::new(Cut::Bottom, Cut::Top)
}

fn dense(from: i64, width: i64, number: i64) -> Vec<(i64, i64)> {
    (0..number).map(|at| (from + at * width, from + at * width + width - 1)).collect()
}

#[test]
fn steps_end_where_the_densest_dataset_has_two_row_groups() {
    let steps = steps(&[dense(0, 10, 6), vec![(0, 60)]], everything());
    let ends: Vec<_> = steps.iter().map(|step| step.span.end_cut().clone()).collect();
    assert_eq!(ends, [Cut::Before(v(20)), Cut::Before(v(40)), Cut::Top]);
    assert_eq!(steps[1].groups, [2..4, 0..1]);
}

#[test]
fn the_number_of_steps_follows_the_densest_dataset() {
    let datasets: Vec<_> = (0..50).map(|offset| dense(offset * 2, 100, 40)).collect();
    assert!(steps(&datasets, everything()).len() <= 41);
}

#[test]
fn runs_of_one_value_stay_together() {
    let steps = steps(&[vec![(1, 5), (5, 5), (5, 5), (5, 5), (5, 9), (10, 11), (12, 12)]], everything());
    let ends: Vec<_> = steps.iter().map(|step| step.span.end_cut().clone()).collect();
    assert_eq!(ends, [Cut::Before(v(10)), Cut::Top]);
    assert_eq!(steps[0].groups[0], 0..5);
}

#[test]
fn there_is_no_step_without_row_groups() {
    assert!(steps(&[], everything()).is_empty());
    assert!(steps(&[vec![], vec![]], everything()).is_empty());
    assert!(steps(&[vec![(1, 2)]], None).is_empty());
    assert!(steps(&[vec![(1, 2)]], Span::new(Cut::After(v(2)), Cut::Top)).is_empty());
}

/// Ascending spans that may share boundary values and may be runs of one value.
fn dataset() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..3i64, 0..4i64), 0..12).prop_map(|steps| {
        let mut at = 0;
        let span = |(gap, width)| {
            let min = at + gap;
            at = min + width;
            (min, at)
        };
        steps.into_iter().map(span).collect()
    })
}

fn cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        Just(Cut::Bottom),
        (-1..40i64).prop_map(|at| Cut::Before(v(at))),
        (-1..40i64).prop_map(|at| Cut::After(v(at))),
        Just(Cut::Top),
    ]
}

proptest! {
    #[test]
    fn steps_cover_the_span_and_hold_few_row_groups(
        datasets in prop::collection::vec(dataset(), 0..5),
        start in cut(),
        end in cut(),
    ) {
        let span = Span::new(start.clone(), end.clone());
        let steps = steps(&datasets, span.clone());
        if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
            prop_assert_eq!(first.span.start_cut(), &start);
            prop_assert_eq!(last.span.end_cut(), &end);
        }
        for pair in steps.windows(2) {
            prop_assert_eq!(pair[0].span.end_cut(), pair[1].span.start_cut());
        }
        for (at, dataset) in datasets.iter().enumerate() {
            for step in &steps {
                let wanted: Vec<_> = (0..dataset.len())
                    .filter(|&group| step.span.start_cut().is_below(&v(dataset[group].1)) && !step.span.end_cut().is_below(&v(dataset[group].0)))
                    .collect();
                prop_assert_eq!(step.groups[at].clone().collect::<Vec<_>>(), wanted, "exactly the groups of the span");
                let wide = step.groups[at].clone().filter(|&group| dataset[group].0 < dataset[group].1).count();
                prop_assert!(wide <= 2, "{:?}", step);
            }
            let all = span.iter().flat_map(|span| prune(&entries(dataset), span));
            for group in all {
                prop_assert!(steps.iter().any(|step| step.groups[at].contains(&group)));
            }
        }
        // If there are several steps, each holds the first row of some row group, so that no step is empty.
        for step in steps.iter().filter(|_| steps.len() > 1) {
            let mut firsts = datasets.iter().flatten().map(|group| v(group.0));
            prop_assert!(firsts.any(|first| step.span.contains(&first)), "{:?} is empty", step);
        }
    }
}
