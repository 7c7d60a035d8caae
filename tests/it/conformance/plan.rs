//! The planner and the cutter, driven in memory, pass every recorded case.

use oups_tests::conformance::{Case, Expect, cases};
use oups_tests::table::Row;

use crate::plan::driver::Dataset;

fn check(case: &Case) {
    let mut dataset = Dataset::new(case.columns.clone(), &case.ordered_on);
    for (at, step) in case.steps.iter().enumerate() {
        let name = format!("{} step {at}", case.name);
        match (&step.expect, dataset.write(&step.write)) {
            (Expect::Error, Err(_)) => {}
            (Expect::Stored { rows, layout, .. }, Ok(written)) => {
                assert_eq!(dataset.groups.concat(), *rows, "{name}: rows");
                let Some(layout) = layout else { return };
                let bounds = |group: &Vec<Row>| (group.len() as u64, group[0].clone(), group[group.len() - 1].clone());
                let found: Vec<_> = dataset.groups.iter().map(bounds).collect();
                assert_eq!(found.len(), layout.row_groups.len(), "{name}: row groups");
                for ((rows, first, last), expected) in found.iter().zip(&layout.row_groups) {
                    assert_eq!(*rows, expected.n_rows, "{name}: rows of a row group");
                    assert_eq!(first[dataset.ordered], expected.min, "{name}: minimum");
                    assert_eq!(last[dataset.ordered], expected.max, "{name}: maximum");
                }
                assert_eq!(written as u64, layout.rows_written, "{name}: rows written");
            }
            (expected, found) => panic!("{name}: expected {expected:?}, found {found:?}"),
        }
    }
}

#[test]
fn the_planner_passes_every_case() {
    cases().unwrap().iter().for_each(check);
}
