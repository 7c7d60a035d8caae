//! Random histories of a dataset: strategies that draw operations.

use std::ops::Bound;

use oups_tests::model::Target;
use oups_tests::table::{Cell, ColType, Columns, Row};
use proptest::prelude::*;

/// The column that a rule may sum up.
pub(crate) const SUMMED: usize = 0;

/// The values of the ordered column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ordered {
    Int,
    Text,
    Float,
    Decimal,
    /// Nanoseconds, in steps of this number of hours.
    Time(i64),
    /// Microseconds with a time zone, in steps of this number of hours.
    Zoned(i64),
    /// Days, in steps of this number of days.
    Date(i64),
}

impl Ordered {
    pub(crate) fn col_type(self) -> ColType {
        match self {
            Self::Int => ColType::Int64,
            Self::Text => ColType::Utf8,
            Self::Float => ColType::Float64,
            Self::Decimal => ColType::Decimal128,
            Self::Time(_) => ColType::TimestampNs,
            Self::Zoned(_) => ColType::TimestampZoned,
            Self::Date(_) => ColType::Date32,
        }
    }

    /// The value of a small number; larger numbers have larger values.
    pub(crate) fn cell(self, value: i64) -> Cell {
        const HOUR: i64 = 3_600_000_000;
        match self {
            Self::Int if value == 13 => Cell::Int(i64::MAX),
            Self::Int if value == -13 => Cell::Int(i64::MIN),
            Self::Int => Cell::Int(value),
            Self::Text if value == -13 => Cell::Text(String::new()),
            Self::Text => Cell::Text(format!("{:03}", value + 500)),
            Self::Float if value == 13 => Cell::Float(f64::INFINITY),
            Self::Float if value == -13 => Cell::Float(f64::NEG_INFINITY),
            Self::Float if value == -1 => Cell::Float(-0.0),
            Self::Float => Cell::Float(value as f64 / 2.0),
            Self::Decimal => Cell::Int(value * 1_001),
            Self::Time(hours) => Cell::Int(value * hours * HOUR * 1_000),
            Self::Zoned(hours) => Cell::Int(value * hours * HOUR),
            Self::Date(days) => Cell::Int(value * days),
        }
    }

    fn is_time(self) -> bool {
        self.col_type().nanoseconds().is_some()
    }
}

/// All columns. `id` distinguishes equal rows, to see which one stayed and where.
pub(crate) fn columns(ordered: Ordered) -> Columns {
    let column = |name: &str, col_type| (name.to_owned(), col_type);
    vec![
        column("v", ColType::Int64),
        column("at", ordered.col_type()),
        column("name", ColType::Utf8),
        column("x", ColType::Float64),
        column("id", ColType::Int64),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Last,
    First,
    Reject,
    Sum,
}

/// Options of a write. `None` is the dataset's setting.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) target: Option<Target>,
    /// `Some(None)` is off.
    pub(crate) duplicates_on: Option<Option<Vec<String>>>,
    pub(crate) keep: Option<Rule>,
    pub(crate) max_off_target: Option<Option<i64>>,
}

pub(crate) type Metadata = Vec<(String, Option<String>)>;

/// One operation.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Rows, as several batches or one.
    Write {
        rows: Vec<Row>,
        options: Options,
        metadata: Metadata,
        unsynced: bool,
    },
    Delete {
        start: Bound<i64>,
        end: Bound<i64>,
        unsynced: bool,
    },
    /// A write without new rows.
    Rewrite {
        options: Options,
        unsynced: bool,
    },
    Compact,
    Metadata(Metadata),
    Settings(Options),
    Sync,
    Remove,
}

pub(crate) fn history() -> impl Strategy<Value = (Ordered, Vec<Op>)> {
    let steps = vec![1_i64, 7, 24, 200, 2_000];
    let ordered = prop_oneof![
        Just(Ordered::Int),
        Just(Ordered::Text),
        Just(Ordered::Float),
        Just(Ordered::Decimal),
        prop::sample::select(steps.clone()).prop_map(Ordered::Time),
        prop::sample::select(steps).prop_map(Ordered::Zoned),
        prop::sample::select(vec![1_i64, 9, 80]).prop_map(Ordered::Date),
    ];
    (ordered, any::<bool>())
        .prop_flat_map(|(ordered, ids)| (Just(ordered), prop::collection::vec(op(ordered, ids), 1..9)))
}

pub(crate) fn op(ordered: Ordered, ids: bool) -> impl Strategy<Value = Op> {
    let unsynced = || prop::bool::weighted(0.25);
    let write = (rows(ordered, ids), options(ordered), metadata(), unsynced())
        .prop_map(|(rows, options, metadata, unsynced)| Op::Write { rows, options, metadata, unsynced });
    let delete = (bound(), bound(), unsynced()).prop_map(|(start, end, unsynced)| Op::Delete { start, end, unsynced });
    let rewrite = (options(ordered), unsynced()).prop_map(|(options, unsynced)| Op::Rewrite { options, unsynced });
    prop_oneof![
        12 => write,
        3 => delete,
        2 => rewrite,
        1 => Just(Op::Compact),
        1 => metadata().prop_map(Op::Metadata),
        1 => options(ordered).prop_map(Op::Settings),
        1 => Just(Op::Sync),
        1 => Just(Op::Remove),
    ]
}

/// Rows in order. They have few different values, so that bounds are met and duplicates are many.
fn rows(ordered: Ordered, ids: bool) -> impl Strategy<Value = Vec<Row>> {
    let text = |text: &str| Cell::Text(text.into());
    let name = prop_oneof![Just(Cell::Null), Just(text("a")), Just(text("b"))];
    let x = prop_oneof![4 => Just(Cell::Float(1.0)), 1 => Just(Cell::Float(f64::NAN)), 1 => Just(Cell::Null)];
    let v = prop_oneof![4 => (0_i64..2).prop_map(Cell::Int), 1 => Just(Cell::Null)];
    let id = if ids { (0_i64..1_000_000).boxed() } else { Just(0).boxed() };
    prop::collection::vec((-13_i64..14, v, name, x, id), 0..25).prop_map(move |mut cells| {
        cells.sort_by_key(|cells| cells.0);
        cells.into_iter().map(|(at, v, name, x, id)| vec![v, ordered.cell(at), name, x, Cell::Int(id)]).collect()
    })
}

fn options(ordered: Ordered) -> impl Strategy<Value = Options> {
    let periods = vec!["90min", "6h", "1D", "2D", "W", "W-WED", "2W-FRI", "MS", "3MS", "QS", "YS"];
    let by_rows = (1_i64..14).prop_map(Target::Rows).boxed();
    let by_period = prop::sample::select(periods).prop_map(|text| Target::Period(text.to_owned()));
    let target = if ordered.is_time() { prop_oneof![by_rows, by_period].boxed() } else { by_rows };
    let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    let duplicates = vec![None, names(&[]), names(&["at"]), names(&["name"]), names(&["x", "name"])];
    let keep = vec![Rule::Last, Rule::Last, Rule::First, Rule::Reject, Rule::Sum];
    (
        prop::option::of(target),
        prop::option::of(prop::sample::select(duplicates)),
        prop::option::of(prop::sample::select(keep)),
        prop::option::of(prop::option::of(1_i64..5)),
    )
        .prop_map(|(target, duplicates_on, keep, max_off_target)| Options {
            target,
            duplicates_on,
            keep,
            max_off_target,
        })
}

fn bound() -> impl Strategy<Value = Bound<i64>> {
    prop_oneof![
        3 => (-14_i64..15).prop_map(Bound::Included),
        3 => (-14_i64..15).prop_map(Bound::Excluded),
        1 => Just(Bound::Unbounded),
    ]
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let value = prop::option::of(prop::sample::select(vec![String::new(), "1".to_owned()]));
    let key = prop::sample::select(vec!["a".to_owned(), "b".to_owned()]);
    prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec((key, value), 1..3)]
}
