//! Rows that a dataset cannot hold.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int8Array, Int32Array,
    Int64Array, RecordBatch, RecordBatchOptions, StringArray, StructArray, TimestampSecondArray, new_empty_array,
};
use arrow::datatypes::{DataType, Field, Fields, Int8Type, IntervalUnit, Schema, UnionFields, UnionMode};
use arrow::error::ArrowError;
use oups_core::Error;

use super::fixture::{KEY, columns, dataset, first, reader, rows, schema, write};
use super::{Bad, bad};

pub(super) fn table() -> Vec<Bad> {
    [order(), holes(), fit(), types(), readers()].into_iter().flatten().collect()
}

fn ints(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<Int64Array>())
}

/// A dictionary of these values, with the given keys.
fn dictionary(keys: &[Option<i32>], values: ArrayRef) -> ArrayRef {
    Arc::new(DictionaryArray::try_new(Int32Array::from(keys.to_vec()), values).unwrap())
}

fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// An empty batch of `time` and a column `c` of some type.
fn of_type(data_type: DataType) -> RecordBatch {
    columns([("time", ints([])), ("c", new_empty_array(&data_type))])
}

/// An empty batch of a column `time` of some type.
fn ordered_on(data_type: DataType) -> RecordBatch {
    columns([("time", new_empty_array(&data_type))])
}

fn order() -> Vec<Bad> {
    vec![
        bad!("unsorted at the first row", |root| write(root, rows([5, 1, 2, 3])), Error::Unsorted { row: 1, .. }),
        bad!("unsorted in the middle", |root| write(root, rows([1, 2, 9, 3, 4])), Error::Unsorted { row: 3, .. }),
        bad!(
            "unsorted at the last row",
            |root| write(root, rows((0..5_000).chain([7]))),
            Error::Unsorted { row: 5_000, .. }
        ),
        bad!(
            "unsorted across batches",
            |root| dataset(root, KEY)?.write(vec![rows(0..5), rows([]), rows(3..9)]).commit().map(|_| ()),
            Error::Unsorted { row: 5, .. }
        ),
        bad!(
            "unsorted across the batches of a reader",
            |root| dataset(root, KEY)?.write(reader(vec![Ok(rows(0..5)), Ok(rows([6, 5]))])).commit().map(|_| ()),
            Error::Unsorted { row: 6, .. }
        ),
        bad!(
            "unsorted text",
            |root| first(root, columns([("time", Arc::new(StringArray::from(vec!["b", "ä", "a"])))])),
            Error::Unsorted { row: 2, .. }
        ),
        bad!(
            "unsorted values of a dictionary",
            |root| first(root, columns([("time", dictionary(&[Some(0), Some(1)], ints([7, 5])))])),
            Error::Unsorted { row: 1, .. }
        ),
        bad!(
            "zero before negative zero",
            |root| first(root, columns([("time", floats(&[0.0, -0.0]))])),
            Error::Unsorted { row: 1, .. }
        ),
        bad!(
            "unsorted times",
            |root| first(
                root,
                columns([("time", Arc::new(TimestampSecondArray::from(vec![60, 0]).with_timezone("+02:00")))])
            ),
            Error::Unsorted { row: 1, .. }
        ),
    ]
}

fn holes() -> Vec<Bad> {
    vec![
        bad!(
            "null in the ordered column",
            |root| first(root, columns([("time", Arc::new(Int64Array::from(vec![Some(1), None])))])),
            Error::Unorderable { row: 1, value: "null", .. }
        ),
        bad!(
            "null in the ordered column of a later write",
            |root| {
                let time = Arc::new(Int64Array::from(vec![Some(1), Some(2), None]));
                write(
                    root,
                    columns([
                        ("time", time),
                        ("value", ints(0..3)),
                        ("tag", Arc::new(StringArray::from(vec!["t"; 3]))),
                    ]),
                )
            },
            Error::Unorderable { row: 2, value: "null", .. }
        ),
        bad!(
            "null as the key of a dictionary",
            |root| first(root, columns([("time", dictionary(&[Some(0), None], ints([7])))])),
            Error::Unorderable { row: 1, value: "null", .. }
        ),
        bad!(
            "null among the values of a dictionary",
            |root| {
                let values = Arc::new(Int64Array::from(vec![Some(7), None]));
                first(root, columns([("time", dictionary(&[Some(0), Some(0), Some(1)], values))]))
            },
            Error::Unorderable { row: 2, value: "null", .. }
        ),
        bad!(
            "NaN in the ordered column",
            |root| first(root, columns([("time", floats(&[1.0, f64::NAN]))])),
            Error::Unorderable { row: 1, value: "NaN", .. }
        ),
        bad!(
            "negative NaN of single precision",
            |root| first(root, columns([("time", Arc::new(Float32Array::from(vec![-f32::NAN, 1.0])))])),
            Error::Unorderable { row: 0, value: "NaN", .. }
        ),
        bad!(
            "NaN among the values of a dictionary",
            |root| first(root, columns([("time", dictionary(&[Some(0), Some(1)], floats(&[1.0, f64::NAN])))])),
            Error::Unorderable { row: 1, value: "NaN", .. }
        ),
        bad!(
            "null in a column without nulls",
            |root| {
                let tag = Arc::new(StringArray::from(vec![Some("t"), None]));
                write(root, columns([("time", ints(0..2)), ("value", ints(0..2)), ("tag", tag)]))
            },
            Error::Schema { .. }
        ),
        bad!(
            "null inside of a struct without nulls",
            |root| {
                let structs = |nullable, inner: Int64Array| -> ArrayRef {
                    let fields = Fields::from(vec![Field::new("n", DataType::Int64, nullable)]);
                    Arc::new(StructArray::new(fields, vec![Arc::new(inner) as ArrayRef], None))
                };
                let strict = structs(false, Int64Array::from(vec![1]));
                dataset(root, "a-1/x")?;
                let nested = dataset(root, "b-2/new")?;
                let empty = columns([("time", ints([1])), ("s", strict)]);
                nested.write(empty).ordered_on("time").commit()?;
                let outcome = nested
                    .write(columns([("time", ints([2])), ("s", structs(true, Int64Array::from(vec![None])))]))
                    .commit();
                oups_core::Store::<oups_core::AnyKey>::open(root)
                    .and_then(|store| store.dataset(&store.parse_key("b-2/new")?)?.remove().commit())?;
                outcome.map(|_| ())
            },
            Error::Schema { .. }
        ),
    ]
}

fn fit() -> Vec<Bad> {
    let mut table = vec![
        bad!(
            "a column of another type",
            |root| write(
                root,
                columns([
                    ("time", ints([1])),
                    ("value", floats(&[1.0])),
                    ("tag", Arc::new(StringArray::from(vec!["t"])))
                ])
            ),
            Error::Schema { .. }
        ),
        bad!(
            "an ordered column of another type",
            |root| write(
                root,
                columns([
                    ("time", floats(&[1.0])),
                    ("value", ints([1])),
                    ("tag", Arc::new(StringArray::from(vec!["t"])))
                ])
            ),
            Error::Schema { .. }
        ),
        bad!(
            "a column that the dataset does not have",
            |root| write(
                root,
                columns([("time", ints([1])), ("tag", Arc::new(StringArray::from(vec!["t"]))), ("more", ints([1]))])
            ),
            Error::Schema { .. }
        ),
        bad!(
            "no ordered column",
            |root| write(root, columns([("tag", Arc::new(StringArray::from(vec!["t"])))])),
            Error::Schema { .. }
        ),
        bad!("no column without nulls", |root| write(root, columns([("time", ints([1]))])), Error::Schema { .. }),
        bad!(
            "a value too long for its decimal",
            |root| {
                let decimals = Decimal128Array::from(vec![12_345]).with_precision_and_scale(4, 0);
                first(root, columns([("time", ints([1])), ("d", Arc::new(decimals.unwrap_or_else(|_| too_long())))]))
            },
            Error::Schema { .. }
        ),
    ];
    table.push(bad!(
        "two columns of one name, later",
        |root| {
            let twice =
                Schema::new(vec![schema().field(0).clone(), schema().field(2).clone(), schema().field(2).clone()]);
            let tag: ArrayRef = Arc::new(StringArray::from(vec!["t"]));
            let batch = RecordBatch::try_new(Arc::new(twice), vec![ints([1]), tag.clone(), tag]).unwrap();
            write(root, batch)
        },
        Error::Schema { .. }
    ));
    table.push(bad!("no columns, later", |root| write(root, no_columns(3)), Error::Schema { .. }));
    table
}

/// A decimal beyond its precision, made without Arrow's own check.
fn too_long() -> Decimal128Array {
    let data = Decimal128Array::from(vec![12_345]).into_data().into_builder().data_type(DataType::Decimal128(4, 0));
    Decimal128Array::from(data.build().unwrap())
}

fn no_columns(rows: usize) -> RecordBatch {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options).unwrap()
}

fn types() -> Vec<Bad> {
    vec![
        bad!("no columns", |root| first(root, no_columns(3)), Error::Schema { .. }),
        bad!(
            "two columns of one name",
            |root| {
                let fields =
                    vec![Field::new("time", DataType::Int64, false), Field::new("time", DataType::Int64, false)];
                first(root, RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![ints([1]), ints([1])]).unwrap())
            },
            Error::Schema { .. }
        ),
        bad!(
            "month-day-nano intervals",
            |root| first(root, of_type(DataType::Interval(IntervalUnit::MonthDayNano))),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "a union",
            |root| first(
                root,
                of_type(DataType::Union(
                    UnionFields::from_fields(vec![Field::new("a", DataType::Int8, true)]),
                    UnionMode::Dense
                ))
            ),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "run-end encoding",
            |root| {
                let (ends, values) =
                    (Field::new("run_ends", DataType::Int32, false), Field::new("values", DataType::Int8, true));
                first(root, of_type(DataType::RunEndEncoded(Arc::new(ends), Arc::new(values))))
            },
            Error::UnsupportedType { .. }
        ),
        bad!(
            "an unsupported type in a list in a struct",
            |root| {
                let list = DataType::new_list(DataType::Interval(IntervalUnit::MonthDayNano), true);
                first(root, of_type(DataType::Struct(vec![Field::new("inner", list, true)].into())))
            },
            Error::UnsupportedType { .. }
        ),
        bad!(
            "a struct with two fields of one name",
            |root| {
                let field = Field::new("n", DataType::Int8, true);
                first(root, of_type(DataType::Struct(vec![field.clone(), field].into())))
            },
            Error::Schema { .. }
        ),
        bad!(
            "a struct without fields",
            |root| first(root, of_type(DataType::Struct(Fields::empty()))),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "a negative scale",
            |root| first(root, of_type(DataType::Decimal128(5, -2))),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "lists of length 0",
            |root| first(root, of_type(DataType::new_fixed_size_list(DataType::Int8, 0, true))),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "binary of width 0",
            |root| first(root, of_type(DataType::FixedSizeBinary(0))),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "a narrow dictionary in a list",
            |root| {
                let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
                first(root, of_type(DataType::new_list(dictionary, true)))
            },
            Error::UnsupportedType { .. }
        ),
        bad!(
            "a dictionary of lists",
            |root| {
                let lists = DataType::new_list(DataType::Int8, true);
                first(root, of_type(DataType::Dictionary(Box::new(DataType::Int32), Box::new(lists))))
            },
            Error::UnsupportedType { .. }
        ),
        bad!(
            "ordered on booleans",
            |root| first(root, columns([("time", Arc::new(BooleanArray::from(vec![false])))])),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "ordered on lists",
            |root| first(root, ordered_on(DataType::new_list(DataType::Int8, true))),
            Error::UnsupportedType { .. }
        ),
        bad!(
            "ordered on intervals",
            |root| first(root, ordered_on(DataType::Interval(IntervalUnit::DayTime))),
            Error::UnsupportedType { .. }
        ),
        bad!("ordered on nulls", |root| first(root, ordered_on(DataType::Null)), Error::UnsupportedType { .. }),
    ]
}

fn readers() -> Vec<Bad> {
    fn broken() -> Result<RecordBatch, ArrowError> {
        Err(ArrowError::ParseError("line 7: no number".into()))
    }
    vec![
        bad!(
            "a reader that fails midway",
            |root| dataset(root, KEY)?
                .write(reader(vec![Ok(rows(0..5)), broken(), Ok(rows(5..9))]))
                .commit()
                .map(|_| ()),
            Error::Input { rows: 5, .. }
        ),
        bad!(
            "a reader that fails at once, at a first write",
            |root| dataset(root, "b-2/new")?.write(reader(vec![broken()])).ordered_on("time").commit().map(|_| ()),
            Error::Input { rows: 0, .. }
        ),
        bad!(
            "a reader whose batches change their columns",
            |root| dataset(root, KEY)?
                .write(reader(vec![Ok(rows(0..5)), Ok(columns([("time", ints([7]))]))]))
                .commit()
                .map(|_| ()),
            Error::Schema { .. }
        ),
        bad!(
            "batches of different columns",
            |root| dataset(root, KEY)?
                .write(vec![rows(0..5), rows(5..6).project(&[1, 0, 2]).unwrap()])
                .commit()
                .map(|_| ()),
            Error::Schema { .. }
        ),
        bad!(
            "more values than a dictionary's keys can name",
            |root| {
                let texts = |range: std::ops::Range<i64>| -> ArrayRef {
                    let texts = StringArray::from_iter_values(range.clone().map(|text| text.to_string()));
                    let keys = Int8Array::from_iter_values((0..range.end - range.start).map(|key| key as i8));
                    Arc::new(DictionaryArray::<Int8Type>::try_new(keys, Arc::new(texts)).unwrap())
                };
                let batch =
                    |range: std::ops::Range<i64>| columns([("time", ints(range.clone())), ("name", texts(range))]);
                dataset(root, "b-2/new")?
                    .write(vec![batch(0..100), batch(100..200)])
                    .ordered_on("time")
                    .commit()
                    .map(|_| ())
            },
            Error::DictionaryFull { .. }
        ),
    ]
}
