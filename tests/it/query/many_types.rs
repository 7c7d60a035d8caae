//! Every form of query over random stores of many column types, compared with a naive walk over the rows. There are
//! several datasets, some of them with columns that grew, in row groups of rows or of periods, with equal values across
//! their edges.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampSecondType};
use oups_core::{AnyKey, Durability, KeyFilter, Store};
use oups_query::{Aggregate, Query, QueryStore, Read, ReadDataset};
use proptest::prelude::*;

use super::properties::{bound, values, wanted};
use super::store_of;

/// The columns beside the time and the number of a row. A value is a code below 6, for which each type has a value of
/// its own. The values have the order of the codes, except floats.
const COLUMNS: [&str; 9] = ["dec", "day", "zone", "dict", "bin", "flag", "f", "i", "extra"];
type Codes = [Option<u8>; 9];

const FLOATS: [f32; 6] = [f32::NEG_INFINITY, -1.5, -0.0, 0.0, 1.5, f32::NAN];

/// A row: its time in steps of 20 seconds, its number, its values.
#[derive(Clone, Debug)]
struct Row {
    at: i64,
    n: i64,
    codes: Codes,
}

const STEP: i64 = 20;

fn array(column: &str, codes: impl Iterator<Item = Option<u8>> + Clone, has_grown: bool) -> ArrayRef {
    let codes = codes.map(|code| code.map(i64::from));
    let whole = codes.clone().map(|code| code.map(|code| code - 2));
    match column {
        "dec" => {
            let cents = codes.map(|code| code.map(|code| i128::from(code) * 125 - 250));
            Arc::new(Decimal128Array::from_iter(cents).with_precision_and_scale(9, 2).unwrap())
        }
        "day" => Arc::new(Date32Array::from_iter(codes.map(|code| code.map(|code| code as i32)))),
        "zone" => {
            let times = codes.map(|code| code.map(|code| code * 1000));
            Arc::new(TimestampMillisecondArray::from_iter(times).with_timezone("+02:00"))
        }
        "dict" => {
            let letters = codes.map(|code| code.map(|code| &"abcdef"[code as usize..=code as usize]));
            Arc::new(letters.collect::<DictionaryArray<arrow::datatypes::Int8Type>>())
        }
        "bin" => Arc::new(BinaryArray::from_iter(codes.map(|code| code.map(|code| [code as u8, 0xff])))),
        "flag" => Arc::new(BooleanArray::from_iter(codes.map(|code| code.map(|code| code % 2 == 1)))),
        "f" => Arc::new(Float32Array::from_iter(codes.map(|code| code.map(|code| FLOATS[code as usize])))),
        "i" if has_grown => Arc::new(Int64Array::from_iter(whole)),
        "i" => Arc::new(Int32Array::from_iter(whole.map(|code| code.map(|code| code as i32)))),
        _ => Arc::new(Float64Array::from_iter(codes.map(|code| code.map(|code| code as f64 / 2.0)))),
    }
}

/// Rows of all columns. Before growth, they lack the column `extra`, and `i` has its narrow type.
fn batch(rows: &[Row], has_grown: bool) -> RecordBatch {
    let times = TimestampSecondArray::from_iter_values(rows.iter().map(|row| row.at * STEP)).with_timezone("UTC");
    let numbers = Int64Array::from_iter_values(rows.iter().map(|row| row.n));
    let mut columns: Vec<(&str, ArrayRef, bool)> = vec![("t", Arc::new(times), false), ("n", Arc::new(numbers), false)];
    for (at, name) in COLUMNS.iter().enumerate().filter(|(_, name)| has_grown || **name != "extra") {
        columns.push((name, array(name, rows.iter().map(|row| row.codes[at]), has_grown), true));
    }
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// The meaning of a condition, written by hand.
type Meaning = fn(&Row) -> Option<bool>;
const CONDITIONS: &[(&str, Meaning)] = &[
    ("dec >= 1.25", |r| Some(r.codes[0]? >= 3)),
    ("dec < 0.001", |r| Some(r.codes[0]? <= 2)),
    ("dec in (2.5, -1.250)", |r| Some(matches!(r.codes[0]?, 1 | 4))),
    ("not dec > 99999999999999999999", |r| r.codes[0].map(|_| true)),
    ("day > '1970-01-03'", |r| Some(r.codes[1]? > 2)),
    ("day between '1970-01-02' and '1970-01-04'", |r| Some((1..=3).contains(&r.codes[1]?))),
    ("zone = '1970-01-01T00:00:03Z'", |r| Some(r.codes[2]? == 3)),
    ("zone <= '1970-01-01T02:00:01+02:00'", |r| Some(r.codes[2]? <= 1)),
    ("dict = 'c'", |r| Some(r.codes[3]? == 2)),
    ("dict like '%D%'", |r| r.codes[3].map(|_| false)),
    ("dict ilike '%D%'", |r| Some(r.codes[3]? == 3)),
    ("dict not in ('a', 'b')", |r| Some(r.codes[3]? > 1)),
    ("dict is null", |r| Some(r.codes[3].is_none())),
    ("bin > X'02ff'", |r| Some(r.codes[4]? > 2)),
    ("bin = X'02ff' or bin = X'02'", |r| Some(r.codes[4]? == 2)),
    ("flag", |r| Some(r.codes[5]? % 2 == 1)),
    ("not flag", |r| Some(r.codes[5]? % 2 == 0)),
    ("flag is not false", |r| Some(r.codes[5].is_none_or(|code| code % 2 == 1))),
    ("f = 0", |r| Some(matches!(r.codes[6]?, 2 | 3))),
    ("f > 0", |r| Some(r.codes[6]? == 4)),
    ("f >= -0.0", |r| Some(matches!(r.codes[6]?, 2..=4))),
    ("f < 0", |r| Some(r.codes[6]? < 2)),
    ("f <> 1.5", |r| Some(r.codes[6]? != 4)),
    ("not f > 0", |r| Some(r.codes[6]? != 4)),
    ("i > 0", |r| Some(r.codes[7]? > 2)),
    ("i <> -1 and i < 3000000000", |r| Some(r.codes[7]? != 1)),
    ("i = 3000000000", |r| r.codes[7].map(|_| false)),
    ("t >= '1970-01-01T00:00:40Z'", |r| Some(r.at * STEP >= 40)),
    ("t < 100 and n <> 1001", |r| Some(r.at * STEP < 100 && r.n != 1001)),
    ("i > 0 or t <= 40", |r| if r.at * STEP <= 40 { Some(true) } else { Some(r.codes[7]? > 2) }),
    // Only for datasets that have grown.
    ("extra >= 1", |r| Some(r.codes[8]? >= 2)),
    ("extra is null", |r| Some(r.codes[8].is_none())),
];
const OF_GROWN: usize = 2;

/// A dataset: its rows in stored order, and whether its columns have grown.
#[derive(Clone, Debug)]
struct Stored {
    rows: Vec<Row>,
    has_grown: bool,
}

/// The writes of one dataset: the rows of two writes, the rows of a row group (0: a minute), and whether the second
/// write grows columns.
type Writes = (Vec<(i64, Codes)>, Vec<(i64, Codes)>, u64, bool);

fn codes() -> impl Strategy<Value = Codes> {
    prop::array::uniform9(prop::option::weighted(0.8, 0..6u8))
}

fn written(most: usize) -> impl Strategy<Value = Vec<(i64, Codes)>> {
    (values(most), prop::collection::vec(codes(), most))
        .prop_map(|(times, codes)| times.into_iter().zip(codes).collect())
}

fn writes() -> impl Strategy<Value = Writes> {
    (written(40), written(20), 0..9u64, any::<bool>())
}

fn write(store: &Store<AnyKey>, key: usize, (early, late, target, has_grown): &Writes) -> Stored {
    let dataset = super::dataset(store, &key.to_string());
    let rows = |written: &[(i64, Codes)], first: i64| -> Vec<Row> {
        let row = |(at, written): (usize, &(i64, Codes))| Row { at: written.0, n: first + at as i64, codes: written.1 };
        written.iter().enumerate().map(row).collect()
    };
    let mut early = rows(early, 0);
    let mut late = rows(late, 1000);
    early.iter_mut().for_each(|row| row.codes[8] = None);
    if !has_grown {
        late.iter_mut().for_each(|row| row.codes[8] = None);
    }
    let write = dataset.write(batch(&early, false)).ordered_on("t").durability(Durability::Unsynced);
    let write = match target {
        0 => write.row_group_target("1min"),
        rows => write.row_group_target(*rows),
    };
    write.commit().unwrap();
    let write = dataset.write(batch(&late, *has_grown)).max_off_target(None).durability(Durability::Unsynced);
    if *has_grown { write.evolve_schema() } else { write }.commit().unwrap();
    let mut rows = [early, late].concat();
    rows.sort_by_key(|row| row.at);
    Stored { rows, has_grown: *has_grown }
}

/// The options of every form of query.
#[derive(Clone, Debug)]
struct Asked {
    range: (Bound<i64>, Bound<i64>),
    conditions: Vec<usize>,
    test: bool,
    reverse: bool,
    limit: Option<u64>,
    batch_size: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let conditions = prop::collection::vec(0..CONDITIONS.len(), 0..3);
    let limit = prop::option::of(0..30u64);
    ((bound(), bound()), conditions, prop::bool::weighted(0.2), any::<bool>(), limit, 1..40usize).prop_map(
        |(range, conditions, test, reverse, limit, batch_size)| Asked {
            range,
            conditions,
            test,
            reverse,
            limit,
            batch_size,
        },
    )
}

impl Asked {
    /// The options for these datasets: without conditions on a grown column, unless all have grown.
    fn of(&self, all_have_grown: bool) -> Self {
        let mut asked = self.clone();
        asked.conditions.retain(|at| all_have_grown || *at < CONDITIONS.len() - OF_GROWN);
        asked
    }

    fn tell<S>(&self, mut read: Read<S>) -> Read<S> {
        let (start, end) = self.range;
        read = read.range((start.map(|at| at * STEP), end.map(|at| at * STEP)));
        for at in &self.conditions {
            read = read.matching(CONDITIONS[*at].0);
        }
        if self.test {
            read = read.filter(["n"], |batch| {
                Ok(batch.column(0).as_primitive::<Int64Type>().iter().map(|n| Some(n? % 2 == 0)).collect())
            });
        }
        read
    }

    /// The expected rows, in stored order.
    fn rows<'a>(&self, stored: &'a Stored) -> Vec<&'a Row> {
        let times: Vec<i64> = stored.rows.iter().map(|row| row.at).collect();
        let in_range = wanted(&times, self.range).into_iter().map(|at| &stored.rows[at as usize]);
        let holds = |row: &&Row| {
            self.conditions.iter().all(|at| CONDITIONS[*at].1(row) == Some(true)) && (!self.test || row.n % 2 == 0)
        };
        in_range.filter(holds).collect()
    }
}

/// Checks the values of these rows in the columns that the batch has.
fn check_values(found: &RecordBatch, rows: &[&Row], has_grown: bool) {
    let expected = batch(&rows.iter().map(|row| (*row).clone()).collect::<Vec<_>>(), has_grown);
    for (field, column) in expected.schema().fields().iter().zip(expected.columns()) {
        let found = found.column_by_name(field.name()).unwrap();
        assert_eq!(found, column, "column {}", field.name());
    }
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<i64> {
    batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().values().to_vec()
}

fn ids(rows: &[&Row]) -> Vec<i64> {
    rows.iter().map(|row| row.n).collect()
}

fn check_scan(store: &Store<AnyKey>, key: usize, stored: &Stored, asked: &Asked) {
    let asked = asked.of(stored.has_grown);
    let mut expected = asked.rows(stored);
    let mut scan = asked.tell(super::dataset(store, &key.to_string()).scan());
    if asked.reverse {
        scan = scan.reverse();
        expected.reverse();
    }
    if let Some(limit) = asked.limit {
        scan = scan.limit(limit);
        expected.truncate(limit as usize);
    }
    assert_eq!(scan.clone().count().unwrap(), expected.len() as u64);
    let found = scan.clone().collect().unwrap();
    assert_eq!(numbers(&found, "n"), ids(&expected));
    check_values(&found, &expected, stored.has_grown);
    let batches = scan.batch_size(asked.batch_size).batches().unwrap().map(Result::unwrap);
    assert_eq!(batches.flat_map(|batch| numbers(&batch, "n")).collect::<Vec<_>>(), ids(&expected));
}

fn check_ordered(query: &Query<AnyKey>, all: &[Stored], asked: &Asked) {
    let mut expected: Vec<(i64, usize, usize, &Row)> = Vec::new();
    for (key, stored) in all.iter().enumerate() {
        expected.extend(asked.rows(stored).into_iter().enumerate().map(|(at, row)| (row.at, key, at, row)));
    }
    expected.sort_by_key(|(at, key, place, _)| (*at, *key, *place));
    let mut query = query.clone().batch_size(asked.batch_size);
    if asked.reverse {
        query = query.reverse();
        expected.reverse();
    }
    if let Some(limit) = asked.limit {
        query = query.limit(limit);
        expected.truncate(limit as usize);
    }
    let stream = query.ordered().unwrap();
    let schema = stream.schema();
    let batches: Vec<_> = stream.map(Result::unwrap).collect();
    assert!(batches.iter().all(|batch| (1..=asked.batch_size).contains(&batch.num_rows())));
    let found = concat_batches(&schema, &batches).unwrap();
    assert_eq!(numbers(&found, "key"), expected.iter().map(|(_, key, ..)| *key as i64).collect::<Vec<_>>());
    let rows: Vec<&Row> = expected.into_iter().map(|(.., row)| row).collect();
    assert_eq!(numbers(&found, "n"), ids(&rows));
    check_values(&found, &rows, all.iter().any(|stored| stored.has_grown));
}

fn check_chunks(query: &Query<AnyKey>, keys: &[AnyKey], all: &[Stored], asked: &Asked) {
    let chunks: Vec<_> = query.clone().intersections().unwrap().map(Result::unwrap).collect();
    for (key, stored) in keys.iter().zip(all) {
        let of_key: Vec<_> = chunks.iter().map(|chunk| chunk.get(key).unwrap().clone()).collect();
        let expected = asked.rows(stored);
        assert_eq!(of_key.iter().flat_map(|batch| numbers(batch, "n")).collect::<Vec<_>>(), ids(&expected));
        if let Some(first) = of_key.first() {
            check_values(&concat_batches(first.schema_ref(), &of_key).unwrap(), &expected, stored.has_grown);
        }
    }
    for chunk in &chunks {
        for (_, batch) in chunk.iter() {
            for at in batch.column_by_name("t").unwrap().as_primitive::<TimestampSecondType>().values() {
                assert!(chunk.span().contains(&oups_core::ordered::OrdValue::I64(*at)), "{at} in {:?}", chunk.span());
            }
        }
    }
    assert!(chunks.windows(2).all(|pair| pair[0].span().end_cut() == pair[1].span().start_cut()));
}

fn check_asof(store: &Store<AnyKey>, keys: &[AnyKey], all: &[Stored], asked: &Asked) {
    let asked = asked.of(all[0].has_grown);
    let mut expected = asked.rows(&all[0]);
    let mut join = asked.tell(store.asof(&keys[0])).batch_size(asked.batch_size);
    if let Some(limit) = asked.limit {
        join = join.limit(limit);
        expected.truncate(limit as usize);
    }
    for (at, key) in keys.iter().enumerate().skip(1) {
        join = join.right_as(key, format!("r{at}_"));
    }
    let joined = join.batches().unwrap();
    let schema = joined.schema();
    let found = concat_batches(&schema, &joined.map(Result::unwrap).collect::<Vec<_>>()).unwrap();
    assert_eq!(numbers(&found, "n"), ids(&expected));
    for (at, right) in all.iter().enumerate().skip(1) {
        let newest = |row: &&Row| right.rows.iter().rev().find(|candidate| candidate.at <= row.at);
        let expected: Vec<Option<&Row>> = expected.iter().map(newest).collect();
        let column = |name: &str| found.column_by_name(&format!("r{at}_{name}")).unwrap();
        let numbers: Vec<_> = column("n").as_primitive::<Int64Type>().iter().collect();
        assert_eq!(numbers, expected.iter().map(|row| row.map(|row| row.n)).collect::<Vec<_>>());
        let codes = |place: usize| expected.iter().map(move |row| row.and_then(|row| row.codes[place]));
        assert_eq!(column("dec"), &array("dec", codes(0), false));
        assert_eq!(column("i"), &array("i", codes(7), right.has_grown));
        let letters = arrow::compute::cast(&array("dict", codes(3), false), &DataType::Utf8).unwrap();
        assert_eq!(column("dict"), &letters);
    }
}

fn check_periods(query: &Query<AnyKey>, all: &[Stored], asked: &Asked) {
    use Aggregate::{Count, First, Max, Min, Sum};
    let mut expected = Vec::new();
    for (key, stored) in all.iter().enumerate() {
        let mut minutes: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
        for row in asked.rows(stored) {
            minutes.entry((row.at * STEP).div_euclid(60) * 60).or_default().push(row);
        }
        for (minute, rows) in minutes {
            let of = |at: usize| rows.iter().filter_map(|row| row.codes[at]).collect::<Vec<_>>();
            let least = of(0).into_iter().min().map(|code| i128::from(code) * 125 - 250);
            let sum = of(7).into_iter().map(|code| i64::from(code) - 2).reduce(|a, b| a + b);
            let first = of(3).first().map(|code| "abcdef"[*code as usize..=*code as usize].to_owned());
            let most = of(8).into_iter().max().map(|code| f64::from(code) / 2.0);
            expected.push((key as i64, minute, rows.len() as i64, least, sum, first, most));
        }
    }
    let mut resample =
        query.clone().batch_size(asked.batch_size).resample("1min").aggregate("n", [Count]).aggregate("dec", [Min]);
    resample = resample.aggregate("i", [Sum]).aggregate("dict", [First]);
    let has_extra = all.iter().any(|stored| stored.has_grown);
    if has_extra {
        resample = resample.aggregate("extra", [Max]);
    }
    let mut found = Vec::new();
    for batch in resample.batches().unwrap() {
        let batch = batch.unwrap();
        let minutes = batch.column_by_name("t").unwrap().as_primitive::<TimestampSecondType>().clone();
        let least = batch.column_by_name("dec_min").unwrap().as_primitive::<arrow::datatypes::Decimal128Type>();
        let sums = batch.column_by_name("i_sum").unwrap().as_primitive::<Int64Type>();
        let texts = arrow::compute::cast(batch.column_by_name("dict_first").unwrap(), &DataType::Utf8).unwrap();
        let texts = texts.as_string::<i32>();
        let most = batch.column_by_name("extra_max").map(|column| column.as_primitive::<Float64Type>());
        let (keys, counts) = (numbers(&batch, "key"), numbers(&batch, "n_count"));
        for row in 0..batch.num_rows() {
            found.push((
                keys[row],
                minutes.value(row),
                counts[row],
                least.is_valid(row).then(|| least.value(row)),
                sums.is_valid(row).then(|| sums.value(row)),
                texts.is_valid(row).then(|| texts.value(row).to_owned()),
                most.and_then(|most| most.is_valid(row).then(|| most.value(row))),
            ));
        }
    }
    assert_eq!(found, expected);
}

fn check_answers(query: &Query<AnyKey>, all: &[Stored], asked: &Asked) {
    let counts: Vec<u64> = query.clone().counts().unwrap().into_iter().map(|(_, rows)| rows).collect();
    assert_eq!(counts, all.iter().map(|stored| asked.rows(stored).len() as u64).collect::<Vec<_>>());
    let of = |found: Vec<(AnyKey, Option<RecordBatch>)>| -> Vec<Option<i64>> {
        found.iter().map(|(_, row)| row.as_ref().map(|row| numbers(row, "n")[0])).collect()
    };
    let expected =
        |pick: fn(&[&Row]) -> Option<i64>| all.iter().map(|stored| pick(&asked.rows(stored))).collect::<Vec<_>>();
    assert_eq!(of(query.clone().latest().unwrap()), expected(|rows| Some(rows.last()?.n)));
    assert_eq!(of(query.clone().first().unwrap()), expected(|rows| Some(rows.first()?.n)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_form_of_query_is_a_walk_over_the_rows(
        written in prop::collection::vec(writes(), 1..4),
        asked in prop::collection::vec(asked(), 6),
    ) {
        let (_folder, store) = store_of("key:int");
        let all: Vec<Stored> = written.iter().enumerate().map(|(key, writes)| write(&store, key, writes)).collect();
        let keys = store.keys(..).unwrap();
        for asked in &asked {
            for (key, stored) in all.iter().enumerate() {
                check_scan(&store, key, stored, asked);
            }
            check_asof(&store, &keys, &all, asked);
            let asked = asked.of(all.iter().all(|stored| stored.has_grown));
            let query = asked.tell(store.query_where(KeyFilter::all()));
            check_ordered(&query, &all, &asked);
            check_chunks(&query, &keys, &all, &asked);
            check_periods(&query, &all, &asked);
            check_answers(&query, &all, &asked);
        }
    }
}
