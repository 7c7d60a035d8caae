//! Every allowed type comes back as it went in, and the facts of a written file are true.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::builder::*;
use arrow::array::*;
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::*;

use super::*;
use crate::ordered::OrdValue;
use crate::row_group::testing::{encode, open};
use crate::row_group::{ReadOptions, View};
use crate::schema::DatasetSchema;
use crate::{Error, Result};

fn numbers() -> Int64Array {
    (0..40).map(|v| (v % 5 != 3).then_some(v % 17)).collect()
}

fn texts() -> StringArray {
    numbers().iter().map(|v| v.map(|v| "é".repeat(v as usize))).collect()
}

fn dictionary(keys: DataType, values: DataType) -> DataType {
    DataType::Dictionary(Box::new(keys), Box::new(values))
}

/// Arrays with nulls, of every allowed type that a cast from whole numbers or text makes.
fn cast_arrays() -> Vec<ArrayRef> {
    use DataType::*;
    let zones = [None, Some("UTC".into()), Some("America/New_York".into()), Some("+05:30".into())];
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    let mut of_numbers = vec![
        Boolean,
        Int8,
        Int16,
        Int32,
        Int64,
        UInt8,
        UInt16,
        UInt32,
        UInt64,
        Float16,
        Float32,
        Float64,
        Date64,
        Decimal32(2, 0),
        Decimal32(9, 3),
        Decimal64(1, 0),
        Decimal64(8, 1),
        Decimal64(18, 2),
        Decimal128(7, 2),
        Decimal128(15, 2),
        Decimal128(38, 10),
        Decimal256(5, 0),
        Decimal256(17, 3),
        Decimal256(70, 20),
        Time64(TimeUnit::Microsecond),
        Time64(TimeUnit::Nanosecond),
    ];
    for unit in units {
        of_numbers.extend(zones.iter().map(|zone| Timestamp(unit, zone.clone())));
        of_numbers.push(Duration(unit));
    }
    let of_int32 = [Date32, Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond)];
    let mut of_texts = vec![Utf8, LargeUtf8, Utf8View, Binary, LargeBinary, BinaryView];
    for keys in [Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64] {
        of_numbers.push(dictionary(keys.clone(), Int64));
        of_texts.push(dictionary(keys, Utf8));
    }
    of_texts.extend([LargeUtf8, Binary, LargeBinary].map(|values| dictionary(Int32, values)));
    for values in [Int8, Int16, Int32, UInt8, UInt16, UInt32, UInt64, Float32, Float64] {
        of_numbers.push(dictionary(Int16, values));
    }
    let (numbers, texts): (ArrayRef, ArrayRef) = (Arc::new(numbers()), Arc::new(texts()));
    let int32 = cast(&numbers, &Int32).unwrap();
    let of_numbers = of_numbers.iter().map(|data_type| cast(&numbers, data_type).unwrap());
    let of_int32 = of_int32.iter().map(|data_type| cast(&int32, data_type).unwrap());
    let of_texts = of_texts.iter().map(|data_type| cast(&texts, data_type).unwrap());
    let mut arrays: Vec<ArrayRef> = of_numbers.chain(of_int32).chain(of_texts).collect();
    for values in [Date32, Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond)] {
        arrays.push(cast(&cast(&int32, &values).unwrap(), &dictionary(UInt8, values)).unwrap());
    }
    for values in [Timestamp(TimeUnit::Second, Some("Europe/Berlin".into())), Duration(TimeUnit::Millisecond)] {
        arrays.push(packed(&cast(&numbers, &values).unwrap()));
    }
    arrays
}

/// These values as a dictionary array.
fn packed(values: &ArrayRef) -> ArrayRef {
    let keys: Int32Array = (0..values.len() as i32).map(|at| values.is_valid(at as usize).then_some(at)).collect();
    let present =
        arrow::compute::take(values, &Int32Array::from_iter_values((0..values.len() as i32).map(|v| v / 2 * 2)), None);
    Arc::new(DictionaryArray::try_new(keys, present.unwrap()).unwrap())
}

fn built_arrays() -> Vec<ArrayRef> {
    let mut fixed = FixedSizeBinaryBuilder::new(3);
    for v in &numbers() {
        match v {
            Some(v) => fixed.append_value([v as u8, 0, 255]).unwrap(),
            None => fixed.append_null(),
        }
    }
    let fixed: ArrayRef = Arc::new(fixed.finish());
    vec![Arc::new(NullArray::new(40)), packed(&fixed), fixed]
}

fn nested_arrays() -> Vec<ArrayRef> {
    let (mut list, mut map) = (ListBuilder::new(StringBuilder::new()), map_builder());
    let mut fixed = FixedSizeListBuilder::new(Int32Builder::new(), 2);
    for (at, v) in numbers().iter().enumerate() {
        let v = v.unwrap_or_default();
        for item in 0..v % 4 {
            list.values().append_option((item != 1).then(|| item.to_string()));
            map.keys().append_value(item.to_string());
            map.values().append_option((item != 2).then_some(item));
        }
        list.append(at % 6 != 0 || v % 4 != 0);
        map.append(at % 7 != 0 || v % 4 != 0).unwrap();
        fixed.values().append_slice(&[v as i32, -1]);
        fixed.append(at % 5 != 0);
    }
    let list: ArrayRef = Arc::new(list.finish());
    let item = |data_type| Arc::new(Field::new("item", data_type, true));
    let deep = Arc::new(Field::new("element", dictionary(DataType::Int32, DataType::Utf8), true));
    let tagged = Field::new("n", DataType::Int64, true).with_metadata(HashMap::from([("unit".into(), "m".into())]));
    let fields = vec![tagged, Field::new("l", list.data_type().clone(), true)];
    let nulls: Vec<bool> = (0..40).map(|at| at % 9 != 0).collect();
    let columns = vec![Arc::new(numbers()) as ArrayRef, list.clone()];
    let structs: ArrayRef = Arc::new(StructArray::new(fields.into(), columns, Some(nulls.into())));
    let views = [
        DataType::LargeList(item(DataType::Utf8)),
        DataType::ListView(item(DataType::Utf8)),
        DataType::LargeListView(item(DataType::Utf8)),
        DataType::List(item(DataType::Utf8View)),
        DataType::List(deep),
    ];
    let mut arrays: Vec<ArrayRef> = views.iter().map(|data_type| cast(&list, data_type).unwrap()).collect();
    arrays.extend([list, structs, Arc::new(map.finish()), Arc::new(fixed.finish())]);
    arrays
}

fn map_builder() -> MapBuilder<StringBuilder, Int64Builder> {
    MapBuilder::new(None, StringBuilder::new(), Int64Builder::new())
}

fn dataset(array: &ArrayRef) -> (Arc<DatasetSchema>, RecordBatch) {
    let metadata = |key: &str| HashMap::from([(key.to_string(), "ünït".to_string())]);
    let value = Field::new("v", array.data_type().clone(), true).with_metadata(metadata("field"));
    let fields = vec![Field::new("at", DataType::Int32, false), value];
    let schema = Arc::new(Schema::new(fields).with_metadata(metadata("schema")));
    let at: ArrayRef = Arc::new(Int32Array::from_iter_values(0..array.len() as i32));
    let batch = RecordBatch::try_new(schema.clone(), vec![at, array.clone()]).unwrap();
    (Arc::new(DatasetSchema::new("d", schema, "at").unwrap()), batch)
}

#[test]
fn every_allowed_type_comes_back_as_it_was() {
    for array in [cast_arrays(), built_arrays(), nested_arrays()].concat() {
        let (schema, batch) = dataset(&array);
        let written = [batch.slice(0, 7), batch.slice(7, 33)];
        let file = open(&schema, &written, View::Stored);
        for rows in [0..40, 5..23] {
            let options = ReadOptions::new().rows([rows.clone()]).batch_rows(16);
            let batches: Result<Vec<_>> = file.batches(options).unwrap().collect();
            let batches = batches.unwrap_or_else(|error| panic!("{}, rows {rows:?}: {error}", array.data_type()));
            assert!(batches.iter().all(|batch| &batch.schema() == schema.stored()), "{}", array.data_type());
            let plain = |batch: &RecordBatch| {
                let fit = crate::schema::fit(&schema, &batch.schema()).unwrap();
                fit.apply(batch).unwrap()
            };
            let found = concat_batches(schema.plain(), batches.iter().map(plain).collect::<Vec<_>>().iter()).unwrap();
            let expected = plain(&batch.slice(rows.start as usize, rows.count()));
            assert_eq!(found, expected, "{}", array.data_type());
        }
        let merged = open(&schema, &written, View::Plain).batches(ReadOptions::default()).unwrap();
        assert!(merged.map(Result::unwrap).all(|batch| &batch.schema() == schema.plain()));
    }
}

#[test]
fn a_dictionary_of_more_values_than_its_keys_is_refused() {
    for (values, fits) in [(128, true), (129, false)] {
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..values).map(|v| format!("value {v}"))));
        let keys = dictionary(DataType::Int8, DataType::Utf8);
        let (schema, _) = dataset(&cast(&texts.slice(0, 1), &keys).unwrap());
        let at: ArrayRef = Arc::new(Int32Array::from_iter_values(0..values));
        let batch = RecordBatch::try_new(schema.plain().clone(), vec![at, texts]).unwrap();
        let mut writer = RowGroupWriter::new(Vec::new(), "memory", &schema).unwrap();
        let result = writer.write(&batch).and_then(|()| writer.finish(vec![]));
        assert_eq!(result.is_ok(), fits);
        if fits {
            let stored = cast(batch.column(1), &keys).unwrap();
            let stored = RecordBatch::try_new(schema.stored().clone(), vec![batch.column(0).clone(), stored]).unwrap();
            let file = open(&schema, &[stored], View::Stored);
            assert_eq!(
                file.batches(ReadOptions::default()).unwrap().map(|b| b.unwrap().num_rows()).sum::<usize>(),
                128
            );
        } else {
            let error = result.map(|_| ()).unwrap_err().to_string();
            assert_eq!(
                error,
                "dataset d, column `v`: the row group that begins at 0 holds more than the 128 values that the keys of Dictionary(Int8, Utf8) can name; write with `evolve_schema` to widen the keys, or in smaller row groups"
            );
        }
    }
}

#[test]
fn the_facts_of_the_file_are_true() {
    let array: ArrayRef = Arc::new(numbers());
    let (schema, batch) = dataset(&array);
    let (encoded, bytes) = encode(&schema, &[batch.slice(0, 30), batch.slice(30, 10)]);
    assert_eq!(encoded.rows, 40);
    assert_eq!((encoded.min, encoded.max), (OrdValue::I64(0), OrdValue::I64(39)));
    assert_eq!(encoded.bytes, bytes.len() as u64);
    assert_eq!(encoded.checksum, twox_hash::XxHash3_128::oneshot(&bytes));
    let file = open(&schema, &[batch], View::Stored);
    assert!(file.key_values().any(|pair| pair == ("oups:part", "0")));
}

#[test]
fn a_failing_sink_is_an_io_error_and_no_rows_are_refused() {
    #[derive(Debug)]
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let array: ArrayRef = Arc::new(numbers());
    let (schema, batch) = dataset(&array);
    let mut writer = RowGroupWriter::new(Full, "memory", &schema).unwrap();
    let error = writer.write(&batch).and_then(|()| writer.finish(vec![])).unwrap_err();
    assert!(matches!(error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull));
    assert!(RowGroupWriter::new(Vec::new(), "memory", &schema).unwrap().finish(vec![]).is_err());
}
