//! The naive model passes every recorded case, so it may judge the library on others.

use oups_tests::conformance::{Case, Expect, cases};
use oups_tests::model::Model;

fn check(case: &Case, mut model: Model, exact: bool) {
    for (at, step) in case.steps.iter().enumerate() {
        let name = format!("{} step {at}", case.name);
        let before = (model.exists, model.groups.clone(), model.metadata.clone());
        match (&step.expect, model.write(&step.write)) {
            (Expect::Error, Err(_)) => assert_eq!(before, (model.exists, model.groups.clone(), model.metadata.clone())),
            (Expect::Stored { metadata, rows, layout }, Ok(written)) => {
                assert_eq!(model.rows(), *rows, "{name}: rows");
                assert_eq!(&model.metadata.clone().into_iter().collect::<Vec<_>>(), metadata, "{name}: metadata");
                let Some(layout) = layout else { return };
                let expected: Vec<_> = layout
                    .row_groups
                    .iter()
                    .map(|group| (group.n_rows as usize, group.min.clone(), group.max.clone()))
                    .collect();
                assert_eq!(model.layout(), expected, "{name}: row groups");
                assert!(written as u64 <= layout.rows_written, "{name}: rows written");
                assert!(!exact || written as u64 == layout.rows_written, "{name}: rows written");
            }
            (expected, found) => panic!("{name}: expected {expected:?}, found {found:?}"),
        }
    }
}

#[test]
fn the_model_passes_every_case() {
    let cases = cases().unwrap();
    assert_eq!((cases.len(), cases.iter().map(|case| case.steps.len()).sum::<usize>()), (311, 1_247));
    for case in &cases {
        check(case, Model::new(case.columns.clone(), &case.ordered_on), true);
    }
}

#[test]
fn the_model_passes_every_case_when_equal_regions_keep_their_files() {
    for case in &cases().unwrap() {
        check(case, Model::new(case.columns.clone(), &case.ordered_on).keeping_equal(), false);
    }
}
