//! Values come in exactly, or are refused with the column and the value.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float32Array, Float64Array, Int64Array, RecordBatch, UInt64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Int64Type, Schema, UInt64Type};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, ReadDataset as _, Store};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use super::{refused, taken, versions, writable};
use crate::support::store;

/// A store of one dataset `a`, ordered on `t`, with a column `x` of a type and no rows.
fn of_type(data_type: &DataType) -> (TempDir, Store<AnyKey>, SessionContext) {
    let (folder, store) = store("key:str");
    let schema = Schema::new(vec![Field::new("t", DataType::Int64, false), Field::new("x", data_type.clone(), true)]);
    let rows = RecordBatch::new_empty(Arc::new(schema));
    store.dataset(&store.parse_key("a").unwrap()).unwrap().write(rows).ordered_on("t").commit().unwrap();
    let ctx = writable(&store);
    (folder, store, ctx)
}

/// All values of `x` as texts, after which the dataset is empty again.
fn emptied(store: &Store<AnyKey>) -> Vec<String> {
    let dataset = store.dataset(&store.parse_key("a").unwrap()).unwrap();
    let rows = dataset.scan().collect().unwrap();
    let column = rows.column(1);
    dataset.delete(..).commit().unwrap();
    (0..rows.num_rows()).map(|row| array_value_to_string(column, row).unwrap()).collect()
}

#[tokio::test]
async fn a_value_comes_in_exactly_or_is_refused() {
    const EXACTLY: &str = "is not exactly a value of";
    for (data_type, values, wrong) in [
        (
            "Int64",
            vec![("7", "7"), ("7.0", "7"), ("1e3", "1000"), ("null", "")],
            vec![
                ("1.5", EXACTLY),
                ("1e19", EXACTLY),
                ("9223372036854775808", EXACTLY),
                ("'7'", "is of type Utf8, and not Int64"),
                ("true", "is of type Boolean"),
                ("date '1970-01-02'", "is of type Date32"),
            ],
        ),
        ("UInt8", vec![("255", "255")], vec![("256", EXACTLY), ("-1", EXACTLY)]),
        (
            "Float64",
            vec![
                ("9007199254740992", "9007199254740992.0"),
                ("0.1", "0.1"),
                ("arrow_cast('0.10', 'Decimal128(10, 2)')", "0.1"),
            ],
            vec![
                ("9007199254740993", EXACTLY),
                ("18446744073709551615", EXACTLY),
                ("'cold'", "`cold` is of type Utf8"),
                ("arrow_cast('12345678901234567.89', 'Decimal128(20, 2)')", EXACTLY),
            ],
        ),
        (
            "Float32",
            vec![("0.5", "0.5"), ("16777216", "16777216.0"), ("arrow_cast(0.1, 'Float32')", "0.1")],
            vec![("0.1", EXACTLY), ("16777217", EXACTLY), ("1e39", EXACTLY)],
        ),
        (
            "Decimal128(10, 2)",
            vec![("12.34", "12.34"), ("-7", "-7.00"), ("1e7", "10000000.00")],
            vec![
                ("12.345", EXACTLY),
                ("123456789", EXACTLY),
                ("1e30", EXACTLY),
                ("'1.5'", "is of type Utf8"),
                ("arrow_cast('1.005', 'Decimal128(20, 3)')", EXACTLY),
                ("cast('NaN' as double)", EXACTLY),
            ],
        ),
        (
            "Timestamp(µs)",
            vec![
                ("'2024-01-02 03:04'", "2024-01-02T03:04:00"),
                ("timestamp '2024-01-02 03:04:05.000001'", "2024-01-02T03:04:05.000001"),
                ("date '2024-01-02'", "2024-01-02T00:00:00"),
            ],
            vec![
                ("timestamp '2024-01-02 03:04:05.0000001'", EXACTLY),
                ("'2024-01-02 03:04:05.0000001'", "is not a time such as"),
                ("'2024-01-02T03:04:05Z'", "(no offset)"),
                ("arrow_cast('2024-01-02T03:04:05Z', 'Timestamp(µs, \"UTC\")')", "is of type Timestamp(µs, \"UTC\")"),
                ("1704164645", "is of type Int64"),
                ("'cold'", "is not a time such as"),
            ],
        ),
        (
            "Timestamp(s, \"Europe/Berlin\")",
            vec![
                ("'2024-07-01 12:00'", "2024-07-01T14:00:00+02:00"),
                ("'2024-07-01 12:00+02:00'", "2024-07-01T12:00:00+02:00"),
                ("timestamp '2024-07-01 12:00:00'", "2024-07-01T14:00:00+02:00"),
                ("date '2024-07-01'", "2024-07-01T02:00:00+02:00"),
                (
                    "arrow_cast('2024-07-01T12:00:00Z', 'Timestamp(ns, \"America/New_York\")')",
                    "2024-07-01T14:00:00+02:00",
                ),
            ],
            vec![
                ("'2024-07-01 12:00:00.5'", "is finer than the unit of Timestamp(s)"),
                ("timestamp '2024-07-01 12:00:00.5'", EXACTLY),
                ("'12:00'", "is not a time such as"),
            ],
        ),
        (
            "Date32",
            vec![("'2024-01-02'", "2024-01-02"), ("timestamp '2024-01-02 00:00:00'", "2024-01-02")],
            vec![
                ("timestamp '2024-01-02 09:00:00'", EXACTLY),
                ("'2024-01-02 09:00'", "is not a date"),
                ("20240102", "is of type Int64"),
            ],
        ),
        (
            "Time64(µs)",
            vec![("'09:30'", "09:30:00"), ("time '09:30:00.5'", "09:30:00.500")],
            vec![("'25:00'", "is not a time of day")],
        ),
        (
            "Duration(ms)",
            vec![("arrow_cast(1500000, 'Duration(µs)')", "PT1.5S")],
            vec![("arrow_cast(1500001, 'Duration(µs)')", EXACTLY)],
        ),
        (
            "Utf8",
            vec![("'snow'", "snow"), ("upper('snow')", "SNOW"), ("arrow_cast('x', 'Utf8View')", "x")],
            vec![("7", "is of type Int64"), ("true", "is of type Boolean"), ("date '2024-01-02'", "is of type Date32")],
        ),
        ("Binary", vec![("X'00ff'", "00ff")], vec![("'00ff'", "is of type Utf8")]),
        ("FixedSizeBinary(2)", vec![("X'00ff'", "00ff")], vec![("X'00'", EXACTLY)]),
        (
            "Boolean",
            vec![("true", "true"), ("1 < 2", "true")],
            vec![("1", "is of type Int64"), ("'true'", "is of type Utf8")],
        ),
        ("Dictionary(Int32, Utf8)", vec![("'a'", "a")], vec![("1", "is of type Int64")]),
        (
            "List(Int32)",
            vec![("[1, 2]", "[1, 2]"), ("[1.0]", "[1]")],
            vec![("[1, 3000000000]", EXACTLY), ("['1']", "is of type List")],
        ),
    ] {
        let (_folder, store, ctx) = of_type(&data_type.parse().unwrap());
        for (value, expected) in values {
            for insert in both(value) {
                taken(&ctx, &insert).await.unwrap_or_else(|error| panic!("{data_type}: {insert}: {error}"));
                assert_eq!(emptied(&store), [expected], "{data_type}: {insert}");
            }
        }
        let before = versions(&store, ["a"]);
        for (value, expected) in wrong {
            for insert in both(value) {
                let found = refused(&ctx, &insert).await;
                assert!(found.contains("column `x`: `") && found.contains(expected), "{data_type}: {insert}: {found}");
            }
        }
        assert_eq!(versions(&store, ["a"]), before, "{data_type}");
    }
}

/// A value that is written down, and one that a select gives.
fn both(value: &str) -> [String; 2] {
    [format!("insert into store values ('a', 1, {value})"), format!("insert into store select 'a', 1, {value}")]
}

#[tokio::test]
async fn what_the_statement_casts_itself_is_cast() {
    let (_folder, store, ctx) = of_type(&DataType::Int64);
    taken(&ctx, "insert into store select 'a', 1, cast(1.5 as bigint)").await.unwrap();
    taken(&ctx, "insert into store values ('a', 2, arrow_cast(2.5, 'Int64')), ('a', 3, round(3.5))").await.unwrap();
    assert_eq!(emptied(&store), ["1", "2", "4"]);
    // Of rows that are written down nobody sees whether the planner or the statement has cast a value.
    let found = refused(&ctx, "insert into store values ('a', 1, cast(1.5 as bigint))").await;
    assert!(
        found.ends_with("`1.5` is not exactly a value of Int64: where it may be changed, say arrow_cast(…, 'Int64')"),
        "{found}"
    );
}

/// The context's own way is as exact.
#[tokio::test]
async fn values_of_a_statement_of_the_context_are_exact_too() {
    let (_folder, store, ctx) = of_type(&DataType::Float64);
    for (insert, expected) in [
        ("values ('a', 1, 0.5), ('a', 2, 9007199254740993)", Some("`9007199254740993` is not exactly")),
        ("select 'a', 1, 9007199254740993", Some("`9007199254740993` is not exactly")),
        (
            "select * from (values ('a', 1, 9007199254740993)) as v (key, t, x)",
            Some("`9007199254740993` is not exactly"),
        ),
        ("select 'a', 1, '7'", Some("`7` is of type Utf8, and not Float64")),
        ("values ('a', null, 7)", Some("column `t` takes no nulls")),
        ("values ('a', 1, 0.5), ('a', 2, 7), ('a', 3, null)", None),
    ] {
        let statement = format!("insert into store {insert}");
        let done = ctx.sql(&statement).await.unwrap().collect().await;
        match (expected, done) {
            (Some(expected), Err(error)) => assert!(error.to_string().contains(expected), "{insert}: {error}"),
            (None, Ok(_)) => {}
            (_, done) => panic!("{insert}: {done:?}"),
        }
    }
    assert_eq!(emptied(&store), ["0.5", "7.0", ""]);
}

#[tokio::test]
async fn each_row_that_is_written_down_is_taken_as_what_it_is() {
    let (_folder, store, ctx) = of_type(&DataType::Float64);
    // With the other rows in mind, the engine would make the large number a float first.
    let found = refused(&ctx, "insert into store values ('a', 1, 0.5), ('a', 2, 9007199254740993)").await;
    assert!(found.contains("column `x`: `9007199254740993` is not exactly a value of Float64"), "{found}");
    taken(&ctx, "insert into store values ('a', 1, 0.5), ('a', 2, 9007199254740992), ('a', 3, null)").await.unwrap();
    assert_eq!(emptied(&store), ["0.5", "9007199254740992.0", ""]);
}

#[tokio::test]
async fn a_time_that_the_clock_of_the_session_repeats_is_refused() {
    let (_folder, store, ctx) = of_type(&"Timestamp(s, \"UTC\")".parse().unwrap());
    ctx.sql("set oups.time_zone = 'Europe/Berlin'").await.unwrap();
    for value in ["'2024-10-27 02:30'", "timestamp '2024-10-27 02:30:00'"] {
        for insert in both(value) {
            let found = refused(&ctx, &insert).await;
            assert!(found.contains("came twice in Europe/Berlin, as 2024-10-27T00:30:00Z and as"), "{found}");
        }
    }
    taken(&ctx, "insert into store values ('a', 1, '2024-10-27 04:30'), ('a', 2, '2024-10-27 02:30+02')")
        .await
        .unwrap();
    assert_eq!(emptied(&store), ["2024-10-27T03:30:00Z", "2024-10-27T00:30:00Z"]);
}

/// A number, whatever type it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Whole(i128),
    /// Not whole, or a zero with a sign: its bits.
    Other(u64),
}

impl Number {
    fn of(float: f64) -> Self {
        let is_whole = float.fract() == 0.0 && float.to_bits() != (-0.0_f64).to_bits() && float.abs() < 1e30;
        if is_whole { Self::Whole(float as i128) } else { Self::Other(float.to_bits()) }
    }

    /// Whether a type has it, as one can say without any cast of the engine's.
    fn is_in(self, data_type: &DataType) -> bool {
        let whole = |number: i128, digits: u32| {
            number.unsigned_abs() >> (number.unsigned_abs().trailing_zeros().min(127)) < 1 << digits
        };
        match (self, data_type) {
            (Self::Whole(number), DataType::Int64) => i64::try_from(number).is_ok(),
            (Self::Whole(number), DataType::UInt64) => u64::try_from(number).is_ok(),
            (Self::Whole(number), DataType::Int16) => i16::try_from(number).is_ok(),
            (Self::Whole(number), DataType::Float64) => whole(number, 53),
            (Self::Whole(number), DataType::Float32) => whole(number, 24),
            (Self::Other(_), DataType::Float64) => true,
            (Self::Other(bits), DataType::Float32) => {
                let float = f64::from_bits(bits);
                f64::from(float as f32).to_bits() == bits || float.is_nan()
            }
            _ => false,
        }
    }
}

/// A number of a column.
fn number(column: &ArrayRef) -> Number {
    match column.data_type() {
        DataType::Float64 => Number::of(column.as_primitive::<Float64Type>().value(0)),
        DataType::Float32 => Number::of(column.as_primitive::<Float32Type>().value(0).into()),
        DataType::UInt64 => Number::Whole(column.as_primitive::<UInt64Type>().value(0).into()),
        _ => Number::Whole(cast(column, &DataType::Int64).unwrap().as_primitive::<Int64Type>().value(0).into()),
    }
}

#[test]
fn every_number_that_is_taken_is_the_one_that_came_and_every_other_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let near = prop_oneof![
        any::<i64>(),
        (0..64_u32, -2..=2_i64).prop_map(|(bits, more)| (1_i64 << bits.min(62)).wrapping_add(more)),
        (-300..300_i64),
    ];
    let numbers = prop_oneof![
        near.clone().prop_map(|number| Arc::new(Int64Array::from(vec![number])) as ArrayRef),
        near.clone().prop_map(|number| Arc::new(UInt64Array::from(vec![number.cast_unsigned()])) as ArrayRef),
        near.prop_map(|number| Arc::new(Float64Array::from(vec![number as f64 / 4.0])) as ArrayRef),
        any::<f64>().prop_map(|number| Arc::new(Float64Array::from(vec![number])) as ArrayRef),
        any::<f32>().prop_map(|number| Arc::new(Float32Array::from(vec![number])) as ArrayRef),
    ];
    for goal in [DataType::Int64, DataType::UInt64, DataType::Int16, DataType::Float64, DataType::Float32] {
        let (_folder, store, ctx) = of_type(&goal);
        let dataset = store.dataset(&store.parse_key("a").unwrap()).unwrap();
        let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
        runner
            .run(&numbers, |column| {
                let came = number(&column);
                let schema = Arc::new(Schema::new(vec![Field::new("n", column.data_type().clone(), true)]));
                let rows = RecordBatch::try_new(schema.clone(), vec![column.clone()]).unwrap();
                ctx.deregister_table("source").unwrap();
                let source = MemTable::try_new(schema, vec![vec![rows]]).unwrap();
                ctx.register_table("source", Arc::new(source)).unwrap();
                let insert = "insert into store select 'a', 1, n from source";
                let is_taken = runtime.block_on(taken(&ctx, insert)).is_ok();
                prop_assert_eq!(is_taken, came.is_in(&goal), "{:?} as {}", column, goal);
                if is_taken {
                    let stored = number(dataset.scan().collect().unwrap().column(1));
                    let is_nan =
                        |number: Number| matches!(number, Number::Other(bits) if f64::from_bits(bits).is_nan());
                    prop_assert!(stored == came || is_nan(stored) && is_nan(came), "{:?} as {}", column, goal);
                    dataset.delete(..).commit().unwrap();
                }
                Ok(())
            })
            .unwrap();
    }
}
