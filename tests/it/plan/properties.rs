//! Random datasets, writes and options: planner and cutter give the result of the model.

use oups_core::Step;
use oups_core::bench::plan_deletion;
use oups_core::ordered::{Cut, OrdValue, Span};
use oups_tests::model::{Keep, Model, Target, Write};
use oups_tests::table::{Cell, ColType, Columns, Row};
use proptest::prelude::*;

use super::driver::{Dataset, ord};

const HOUR: i64 = 3_600_000_000_000;

/// The values of the ordered column.
#[derive(Clone, Copy, Debug)]
enum Ordered {
    Int,
    Text,
    /// Times in steps of this number of hours.
    Time(i64),
}

impl Ordered {
    fn col_type(self) -> ColType {
        match self {
            Self::Int => ColType::Int64,
            Self::Text => ColType::Utf8,
            Self::Time(_) => ColType::TimestampNs,
        }
    }

    fn cell(self, value: i64) -> Cell {
        match self {
            Self::Int => Cell::Int(value),
            Self::Text => Cell::Text(format!("{:03}", value + 500)),
            Self::Time(hours) => Cell::Int(value * hours * HOUR),
        }
    }
}

fn columns(ordered: Ordered) -> Columns {
    let column = |name: &str, col_type| (name.to_owned(), col_type);
    let named = column("name", ColType::Utf8);
    vec![column("v", ColType::Int64), column("at", ordered.col_type()), named, column("id", ColType::Int64)]
}

/// Rows in order. They have few different values, so that bounds are met and duplicates are many. With `ids` each row
/// has an id, to see which of equal rows stayed and where.
fn rows(ordered: Ordered, most: usize, ids: Option<i64>) -> impl Strategy<Value = Vec<Row>> {
    let name = prop_oneof![Just(Cell::Null), Just(Cell::Text("a".into())), Just(Cell::Text("b".into()))];
    prop::collection::vec((-12_i64..12, 0_i64..2, name), 0..most).prop_map(move |mut cells| {
        cells.sort_by_key(|cells| cells.0);
        let row = |(at, (value, v, name)): (usize, (i64, i64, Cell))| {
            let id = ids.map_or(0, |first| first + i64::try_from(at).unwrap());
            vec![Cell::Int(v), ordered.cell(value), name, Cell::Int(id)]
        };
        cells.into_iter().enumerate().map(row).collect()
    })
}

/// Any layout: rows cut anywhere, not only as a rule would.
fn groups(ordered: Ordered, ids: bool) -> impl Strategy<Value = Vec<Vec<Row>>> {
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..9);
    (rows(ordered, 40, ids.then_some(0)), cuts).prop_map(|(rows, cuts)| {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).collect();
        cuts.sort_unstable();
        let mut groups = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([rows.len()]) {
            groups.push(rows[from..cut].to_vec());
            from = cut;
        }
        groups.retain(|group| !group.is_empty());
        groups
    })
}

fn write(ordered: Ordered, ids: Option<i64>) -> impl Strategy<Value = Write> {
    let periods = vec!["90min", "6h", "1D", "2D", "W", "W-WED", "2W-FRI", "MS", "3MS", "QS", "YS"];
    let by_rows = (1_i64..14).prop_map(Target::Rows).boxed();
    let by_period = prop::sample::select(periods).prop_map(|text| Target::Period(text.to_owned())).boxed();
    let target = if let Ordered::Time(_) = ordered { prop_oneof![by_rows, by_period].boxed() } else { by_rows };
    let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    let duplicates =
        prop::sample::select(vec![None, names(&[]), names(&["at"]), names(&["name"]), names(&["v", "name"])]);
    let new = prop_oneof![4 => rows(ordered, 12, ids), 1 => Just(vec![])];
    let keep = prop::sample::select(vec![Keep::Last, Keep::First]);
    (new, target, duplicates, keep, prop::option::of(1_i64..5)).prop_map(
        |(new, row_group_target, duplicates_on, keep, max_off_target)| Write {
            rows: Some(new),
            row_group_target,
            duplicates_on,
            keep,
            max_off_target,
            metadata: vec![],
        },
    )
}

/// A dataset and a history of writes.
fn history() -> impl Strategy<Value = (Ordered, Vec<Vec<Row>>, Vec<Write>)> {
    let ordered = prop_oneof![
        Just(Ordered::Int),
        Just(Ordered::Text),
        prop::sample::select(vec![1_i64, 7, 24, 200, 2_000]).prop_map(Ordered::Time),
    ];
    (ordered, any::<bool>()).prop_flat_map(|(ordered, ids)| {
        let id = |write: i64| ids.then_some(write * 1_000);
        let writes = (write(ordered, id(1)), write(ordered, id(2)), write(ordered, id(3)));
        (Just(ordered), groups(ordered, ids), writes.prop_map(|(first, second, third)| vec![first, second, third]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn does_what_the_model_does((ordered, groups, writes) in history()) {
        let mut model = Model::new(columns(ordered), "at");
        let mut dataset = Dataset::new(columns(ordered), "at");
        (model.groups, dataset.groups) = (groups.clone(), groups);
        for write in &writes {
            let expected = model.write(write);
            let found = dataset.write(write);
            prop_assert_eq!(found.ok(), expected.ok());
            prop_assert_eq!(&dataset.groups, &model.groups);
        }
    }

    #[test]
    fn a_deletion_reads_only_the_edges(
        groups in groups(Ordered::Int, true),
        start in (0..3, -13_i64..13),
        end in (0..3, -13_i64..13),
    ) {
        let cut = |(kind, value): (i32, i64), open| match kind {
            0 => Cut::Before(OrdValue::I64(value)),
            1 => Cut::After(OrdValue::I64(value)),
            _ => open,
        };
        let span = Span::new(cut(start, Cut::Bottom), cut(end, Cut::Top));
        prop_assume!(span.is_some());
        let span = span.unwrap();
        let mut dataset = Dataset::new(columns(Ordered::Int), "at");
        dataset.groups = groups;
        let inside = |row: &Row| span.contains(&ord(&row[dataset.ordered]));
        let plan = plan_deletion((&dataset.stored(), &dataset.ordered_type()), &span);
        let mut next = 0;
        for step in plan.steps() {
            let groups = match step {
                Step::Keep { groups } => {
                    prop_assert!(!dataset.groups[groups.clone()].concat().iter().any(inside));
                    groups.clone()
                }
                Step::Drop { groups } => {
                    prop_assert!(dataset.groups[groups.clone()].concat().iter().all(inside));
                    groups.clone()
                }
                Step::Trim { group } => {
                    prop_assert!(!dataset.groups[*group].iter().all(inside));
                    *group..group + 1
                }
                _ => panic!("a deletion merges nothing: {step:?}"),
            };
            prop_assert!(!groups.is_empty());
            prop_assert_eq!(groups.start, next);
            next = groups.end;
        }
        prop_assert_eq!(next, dataset.groups.len());
        let trims = plan.steps().iter().filter(|step| matches!(step, Step::Trim { .. })).count();
        prop_assert!(trims <= 2);
    }
}
