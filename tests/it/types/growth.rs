//! Random columns, random growth, random histories: reads are compared with a naive model.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;
use oups_core::{Dataset, DuplicatesOn, Durability};
use oups_query::ReadDataset;
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use proptest::prelude::*;

/// Columns that may be added. Each has a ladder of types that grow into each other, the narrowest first.
const COLUMNS: [&str; 6] = ["whole", "float", "text", "time", "decimal", "coded"];

fn ladder(column: usize) -> Vec<DataType> {
    use DataType::*;
    let coded = |keys, values| Dictionary(Box::new(keys), Box::new(values));
    match column {
        0 => vec![Int8, Int16, Int32, Int64],
        1 => vec![Float16, Float32, Float64],
        2 => vec![Utf8, Utf8View, LargeUtf8],
        3 => [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond]
            .map(|unit| Timestamp(unit, Some("Europe/Oslo".into())))
            .into(),
        4 => vec![Decimal32(4, 0), Decimal64(12, 2), Decimal128(20, 4), Decimal256(60, 9)],
        _ => vec![coded(Int8, Utf8), coded(UInt8, Utf8), coded(Int16, LargeUtf8), coded(Int32, LargeUtf8)],
    }
}

/// Small whole numbers as an array of any of the types. The number of a time counts seconds.
fn array(data_type: &DataType, values: &[Option<i64>]) -> ArrayRef {
    let steps = match data_type {
        DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
        _ => 1,
    };
    let numbers: ArrayRef =
        Arc::new(Int64Array::from_iter(values.iter().map(|value| value.map(|value| value * steps))));
    cast(&numbers, data_type).unwrap()
}

/// A step of a history.
#[derive(Clone, Debug)]
enum Op {
    /// The columns with their places on the ladder, and rows: the ordered value, and one number for all columns.
    Write {
        columns: BTreeMap<usize, usize>,
        rows: Vec<(i64, i64)>,
        target: u64,
    },
    Compact {
        target: u64,
    },
    Delete {
        from: i64,
        to: i64,
    },
}

/// A row: its ordered value, and the number in each column that it has.
type Row = (i64, BTreeMap<usize, i64>);

#[derive(Default)]
struct Model {
    /// The columns in order, each with its place on its ladder.
    columns: Vec<(usize, usize)>,
    rows: Vec<Row>,
    unique: bool,
}

impl Model {
    fn write(&mut self, columns: &BTreeMap<usize, usize>, rows: &[(i64, i64)]) {
        for (&column, &place) in columns {
            match self.columns.iter_mut().find(|(known, _)| *known == column) {
                Some((_, known)) => *known = place.max(*known),
                None => self.columns.push((column, place)),
            }
        }
        for &(at, number) in rows {
            // Every fifth value is null, and not in all columns at once.
            let values = columns.keys().filter(|&&column| (number + column as i64) % 5 != 0);
            self.rows.push((at, values.map(|&column| (column, number)).collect()));
        }
        self.rows.sort_by_key(|row| row.0);
        if self.unique {
            let last: BTreeMap<i64, Row> = self.rows.drain(..).map(|row| (row.0, row)).collect();
            self.rows = last.into_values().collect();
        }
    }

    /// The wanted columns, by their places in the dataset, of the rows in the range.
    fn expected(&self, range: std::ops::Range<i64>, wanted: &[usize]) -> Vec<ArrayRef> {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| range.contains(&row.0)).collect();
        let column = |&place: &usize| match place.checked_sub(1) {
            None => Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))) as ArrayRef,
            Some(place) => {
                let (column, rung) = self.columns[place];
                let values: Vec<_> = rows.iter().map(|row| row.1.get(&column).copied()).collect();
                array(&ladder(column)[rung], &values)
            }
        };
        wanted.iter().map(column).collect()
    }
}

fn batch(columns: &BTreeMap<usize, usize>, rows: &[(i64, i64)]) -> RecordBatch {
    let at: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)));
    let others = columns.iter().map(|(&column, &rung)| {
        let values = rows.iter().map(|row| ((row.1 + column as i64) % 5 != 0).then_some(row.1));
        (COLUMNS[column], array(&ladder(column)[rung], &values.collect::<Vec<_>>()), true)
    });
    RecordBatch::try_from_iter_with_nullable([("at", at, false)].into_iter().chain(others)).unwrap()
}

fn look(dataset: &Dataset, model: &Model, range: std::ops::Range<i64>, order: usize) {
    let schema = dataset.info().unwrap().schema;
    let types: Vec<_> = schema.fields().iter().skip(1).map(|field| field.data_type().clone()).collect();
    let expected: Vec<_> = model.columns.iter().map(|&(column, rung)| ladder(column)[rung].clone()).collect();
    assert_eq!(types, expected);
    let mut wanted: Vec<usize> = (0..schema.fields().len()).collect();
    wanted.rotate_left(order % schema.fields().len());
    wanted.truncate(order % 4 + 1);
    let names: Vec<_> = wanted.iter().map(|&place| schema.field(place).name().clone()).collect();
    let found = dataset.scan().range(range.clone()).columns(names).collect().unwrap();
    let expected = model.expected(range.clone(), &wanted);
    assert_eq!(dataset.scan().range(range).count().unwrap(), found.num_rows() as u64);
    for (column, expected) in found.columns().iter().zip(&expected) {
        assert_eq!(column.data_type(), expected.data_type());
        // Dictionaries with the same values may differ.
        let plain = match expected.data_type() {
            DataType::Dictionary(_, values) => values.as_ref().clone(),
            other => other.clone(),
        };
        assert_eq!(&cast(column, &plain).unwrap(), &cast(expected, &plain).unwrap());
    }
}

fn run(unique: bool, ops: &[Op], looks: &[(i64, i64, usize)]) {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let mut model = Model { unique, ..Model::default() };
    for op in ops {
        match op {
            Op::Write { columns, rows, target } => {
                let mut rows = rows.clone();
                rows.sort_by_key(|row| row.0);
                let on = if unique { DuplicatesOn::Columns(vec!["at".into()]) } else { DuplicatesOn::Off };
                let write = dataset.write(batch(columns, &rows)).ordered_on("at").duplicates_on(on);
                let write = write.row_group_target(*target).evolve_schema().durability(Durability::Unsynced);
                write.max_off_target(2).commit().unwrap();
                model.write(columns, &rows);
            }
            _ if !dataset.exists().unwrap() => continue,
            Op::Compact { target } => drop(dataset.compact().row_group_target(*target).commit().unwrap()),
            Op::Delete { from, to } => {
                dataset.delete(*from..*to).commit().unwrap();
                model.rows.retain(|row| !(*from..*to).contains(&row.0));
            }
        }
        for &(from, to, order) in looks {
            look(&dataset, &model, from..to.max(from), order);
        }
        look(&dataset, &model, i64::MIN..i64::MAX, 0);
    }
    if dataset.exists().unwrap() {
        assert!(dataset.verify().run().unwrap().findings.iter().all(|finding| !finding.kind.is_damage()));
    }
}

fn columns() -> impl Strategy<Value = BTreeMap<usize, usize>> {
    prop::collection::btree_map(0usize..6, 0usize..4, 0..5)
        .prop_map(|columns| columns.into_iter().map(|(column, rung)| (column, rung % ladder(column).len())).collect())
}

fn op() -> impl Strategy<Value = Op> {
    let rows = prop::collection::vec((0i64..60, 0i64..100), 0..30);
    prop_oneof![
        6 => (columns(), rows, 2u64..12).prop_map(|(columns, rows, target)| Op::Write { columns, rows, target }),
        1 => (2u64..40).prop_map(|target| Op::Compact { target }),
        1 => (0i64..60, 1i64..10).prop_map(|(from, len)| Op::Delete { from, to: from + len }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_read_is_what_was_written(
        unique in any::<bool>(),
        ops in prop::collection::vec(op(), 1..7),
        looks in prop::collection::vec((0i64..60, 0i64..70, 0usize..12), 2),
    ) {
        run(unique, &ops, &looks);
    }
}
