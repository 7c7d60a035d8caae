//! Ranges of values become rows, for every ordered type; damaged files are errors, never panics.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;
use proptest::prelude::*;

use super::testing::{MemoryFile, encode, facts, open};
use super::*;
use crate::ordered::{Cut, OrdValue, OrderedType, Span};
use crate::schema::DatasetSchema;
use crate::{Error, Result};

/// Sorted whole numbers as a column of the type, with runs of equal ones that cross the borders of pages.
fn column(data_type: &DataType, rows: i64) -> ArrayRef {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|at| (at / 700) * 3)));
    match data_type {
        DataType::Date32 | DataType::Time32(_) => cast(&cast(&numbers, &DataType::Int32).unwrap(), data_type).unwrap(),
        DataType::Int8 | DataType::UInt8 | DataType::Int16 | DataType::UInt16 | DataType::Float16 => {
            cast(&numbers, data_type).unwrap()
        }
        DataType::FixedSizeBinary(_)
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => {
            // A common start that is longer than the statistics.
            let text = |at: i64| format!("{:0>80}", (at / 700) * 3);
            let values = (0..rows).map(|at| OrdValue::Bytes(text(at).into_bytes().into())).collect::<Vec<_>>();
            OrderedType::new(data_type).unwrap().to_array(&values).unwrap()
        }
        other => cast(&numbers, other).unwrap(),
    }
}

fn file_of(array: &ArrayRef, view: View) -> RowGroupFile {
    let schema = Arc::new(Schema::new(vec![Field::new("at", array.data_type().clone(), false)]));
    let batch = RecordBatch::try_new(schema.clone(), vec![array.clone()]).unwrap();
    let schema = Arc::new(DatasetSchema::new("d", schema, "at").unwrap());
    open(&schema, &[batch], view)
}

fn ordered_types() -> Vec<DataType> {
    use DataType::*;
    let mut types = vec![
        Int32,
        Int64,
        UInt8,
        UInt16,
        UInt32,
        UInt64,
        Int8,
        Int16,
        Float16,
        Float32,
        Float64,
        Date32,
        Date64,
        Decimal32(9, 2),
        Decimal64(18, 0),
        Decimal128(10, 2),
        Decimal128(38, 2),
        Decimal256(60, 3),
        Time32(TimeUnit::Second),
        Time32(TimeUnit::Millisecond),
        Time64(TimeUnit::Nanosecond),
        Duration(TimeUnit::Second),
        Utf8,
        LargeUtf8,
        Utf8View,
        Binary,
        LargeBinary,
        BinaryView,
        FixedSizeBinary(80),
        Dictionary(Box::new(Int32), Box::new(Utf8)),
        Dictionary(Box::new(Int16), Box::new(Int64)),
    ];
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        types.extend([None, Some("Asia/Tokyo".into())].map(|zone| Timestamp(unit, zone)));
    }
    types
}

#[test]
fn a_range_of_values_is_a_range_of_rows_for_every_ordered_type() {
    for data_type in ordered_types() {
        let array = match &data_type {
            DataType::Dictionary(_, values) => cast(&column(values, 20_000), &data_type).unwrap(),
            _ => column(&data_type, 20_000),
        };
        let keys = OrderedType::new(&data_type).unwrap().keys(&array).unwrap();
        let file = file_of(&array, View::Stored);
        for at in [0, 699, 700, 4095, 4096, 9999, 19_999] {
            let value = keys.value(at);
            let (below, including) = (keys.lower_bound(&value) as u64, keys.upper_bound(&value) as u64);
            let rows = |start, end| file.rows_in(&Span::new(start, end).unwrap()).unwrap();
            let (before, after) = (Cut::Before(value.clone()), Cut::After(value));
            assert_eq!(rows(before.clone(), Cut::Top), below..20_000, "{data_type}");
            assert_eq!(rows(Cut::Bottom, before.clone()), 0..below, "{data_type}");
            assert_eq!(rows(before, after.clone()), below..including, "{data_type}");
            assert_eq!(rows(after, Cut::Top), including..20_000, "{data_type}");
        }
    }
}

#[test]
fn columns_come_in_the_wanted_order() {
    let fields = ["a", "b", "c"].map(|name| Field::new(name, DataType::Int64, false));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let columns = (0..3).map(|n| Arc::new(Int64Array::from(vec![n, n + 10])) as ArrayRef).collect();
    let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
    let schema = Arc::new(DatasetSchema::new("d", schema, "a").unwrap());
    let file = open(&schema, std::slice::from_ref(&batch), View::Stored);
    for columns in [vec![2, 0], vec![1], vec![], vec![0, 2, 0, 1]] {
        let options = ReadOptions::new().columns(columns.as_slice());
        let found = file.batches(options).unwrap().next().unwrap().unwrap();
        assert_eq!(found, batch.project(&columns).unwrap());
    }
    assert!(file.batches(ReadOptions::new().columns([7])).is_err());
}

#[test]
fn rows_that_are_not_there_and_ranges_that_do_not_ascend_are_refused() {
    let schema = Arc::new(Schema::new(vec![Field::new("at", DataType::Int64, false)]));
    let batch = RecordBatch::try_new(schema.clone(), vec![column(&DataType::Int64, 100)]).unwrap();
    let schema = Arc::new(DatasetSchema::new("d", schema, "at").unwrap());
    let file = open(&schema, std::slice::from_ref(&batch), View::Stored);
    let read = |ranges: &[Range<u64>]| {
        let batches = file.batches(ReadOptions::new().rows(ranges))?;
        batches.map(|batch| Ok(batch?.num_rows())).sum::<Result<usize>>()
    };
    assert_eq!(read(&[0..10, 10..20, 30..30, 90..100]).unwrap(), 30);
    let reversed = Range { start: 20, end: 10 };
    let beyond = 90..101;
    for wrong in [vec![beyond], vec![10..20, 0..5], vec![0..10, 5..15], vec![reversed]] {
        let error = read(&wrong).unwrap_err();
        assert!(matches!(error, Error::InvalidOption { option: "rows", .. }), "{wrong:?}: {error}");
    }
}

#[test]
fn a_file_that_is_not_what_the_manifest_says_is_damaged() {
    let array = column(&DataType::Int64, 5000);
    let schema = Arc::new(Schema::new(vec![Field::new("at", DataType::Int64, false)]));
    let batch = RecordBatch::try_new(schema.clone(), vec![array]).unwrap();
    let schema = Arc::new(DatasetSchema::new("d", schema, "at").unwrap());
    let (encoded, bytes) = encode(&schema, &[batch]);
    let good = facts(&encoded);
    let open = |facts: &RowGroupFacts, schema: &Arc<DatasetSchema>| {
        RowGroupFile::open(Arc::new(MemoryFile(bytes.clone())), "memory", schema, View::Stored, facts)
    };
    assert!(open(&good, &schema).is_ok());
    let wrong = [
        RowGroupFacts { bytes: 1, ..good.clone() },
        RowGroupFacts { rows: 1, ..good.clone() },
        RowGroupFacts { min: OrdValue::I64(-1), ..good.clone() },
        RowGroupFacts { max: OrdValue::I64(99), ..good.clone() },
    ];
    let other = Arc::new(Schema::new(vec![Field::new("at", DataType::Utf8, false)]));
    let other = Arc::new(DatasetSchema::new("d", other, "at").unwrap());
    assert!(matches!(open(&good, &other), Err(Error::Damaged { .. })));
    for facts in &wrong {
        assert!(matches!(open(facts, &schema), Err(Error::Damaged { .. })), "{facts:?}");
    }
}

fn read_all(bytes: Vec<u8>, schema: &Arc<DatasetSchema>) -> Result<usize> {
    let file = RowGroupFile::open_unchecked(Arc::new(MemoryFile(bytes)), "memory", schema, View::Stored)?;
    let middle = Span::new(Cut::Before(OrdValue::I64(6)), Cut::Top);
    middle.map_or(Ok(0..0), |middle| file.rows_in(&middle))?;
    let mut rows = 0;
    for batch in file.batches(ReadOptions::default())? {
        rows += batch?.num_rows();
    }
    Ok(rows)
}

fn small_file() -> (Arc<DatasetSchema>, Vec<u8>) {
    let at = column(&DataType::Int64, 5000);
    let text: ArrayRef = Arc::new(StringArray::from_iter((0..5000).map(|v| (v % 3 != 0).then(|| v.to_string()))));
    let side = cast(&text.slice(0, 60), &DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)));
    let side = arrow::compute::take(&side.unwrap(), &UInt32Array::from_iter_values((0..5000).map(|v| v % 60)), None);
    let columns = [("at", at), ("text", text), ("side", side.unwrap())];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
    let schema = Arc::new(DatasetSchema::new("d", batch.schema(), "at").unwrap());
    let (_, bytes) = encode(&schema, &[batch]);
    (schema, bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_damage_is_a_panic(at in any::<prop::sample::Index>(), bits in 1u8.., near_end in any::<bool>()) {
        let (schema, mut bytes) = small_file();
        let reach = if near_end { bytes.len().min(1200) } else { bytes.len() };
        let at = bytes.len() - 1 - at.index(reach);
        bytes[at] ^= bits;
        if let Err(error) = read_all(bytes, &schema) {
            let damaged = matches!(error, Error::Damaged { .. });
            prop_assert!(damaged, "{}", error);
        }
    }

    #[test]
    fn a_truncated_file_is_damaged(len in any::<prop::sample::Index>()) {
        let (schema, mut bytes) = small_file();
        bytes.truncate(len.index(bytes.len()));
        let damaged = matches!(read_all(bytes, &schema), Err(Error::Damaged { .. }));
        prop_assert!(damaged);
    }
}

#[test]
fn a_whole_file_is_read_whole() {
    let (schema, bytes) = small_file();
    assert_eq!(read_all(bytes, &schema).unwrap(), 5000);
}
