//! Writes values as texts and reads the same values back, bit by bit.

use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::Buffer;
use arrow::datatypes::*;
use proptest::prelude::*;

use crate::text::{Column, Times, Written, shown};

const UNITS: [TimeUnit; 4] = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

/// Types for which any bits of their width are a value.
fn plain_types() -> Vec<DataType> {
    use DataType::*;
    let mut types =
        vec![Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64, Date32, Date64];
    for unit in UNITS {
        let zones = ["UTC", "+05:30", "Europe/Berlin"].map(|zone| Timestamp(unit, Some(zone.into())));
        types.extend(zones);
        types.extend([Timestamp(unit, None), Duration(unit)]);
    }
    types
}

/// The bits as values of a type of fixed width; some of them are null.
fn plain_array(data_type: &DataType, bits: &[Option<u64>]) -> ArrayRef {
    let width = data_type.primitive_width().unwrap();
    let bytes: Vec<u8> = bits.iter().flat_map(|bits| bits.unwrap_or(0).to_le_bytes().into_iter().take(width)).collect();
    let nulls: BooleanBufferBuilder = bits.iter().fold(BooleanBufferBuilder::new(0), |mut nulls, bits| {
        nulls.append(bits.is_some());
        nulls
    });
    let data = ArrayData::builder(data_type.clone())
        .len(bits.len())
        .add_buffer(Buffer::from_vec(bytes))
        .null_bit_buffer(Some(Buffer::from_slice_ref(nulls.as_slice())));
    make_array(data.align_buffers(true).build().unwrap())
}

/// Bits of all sizes. 64 random bits alone would almost always be large numbers.
fn bits() -> impl Strategy<Value = Vec<Option<u64>>> {
    let sized = (any::<u64>(), 0..64_u32).prop_map(|(bits, shift)| bits >> shift);
    let signed = (any::<i64>(), 0..64_u32).prop_map(|(bits, shift)| (bits >> shift) as u64);
    let ends =
        prop::sample::select(vec![0, 1, u64::MAX, i64::MAX as u64, i64::MIN as u64, 1 << 63, 0x7ff0 << 48, 1 << 53]);
    prop::collection::vec(
        prop::option::of(prop_oneof![sized, signed, ends, any::<f64>().prop_map(f64::to_bits)]),
        0..20,
    )
}

/// Writes the values and reads them back, as CSV or as JSON.
fn read_back(array: &dyn Array, is_json: bool) -> Result<ArrayRef, String> {
    let mut column = Column::new(array.data_type(), &Times::default(), array.len()).ok_or("no text")?;
    for row in 0..array.len() {
        if shown::is_null(array, row) {
            column.append_null();
            continue;
        }
        let mut text = String::new();
        shown::write(array, row, &mut text).map_err(|wrong| wrong.value)?;
        let written = match (is_json, shown::is_json_number(array, row)) {
            (false, _) => Written::Text(&text),
            (true, true) => Written::Number(&text),
            (true, false) => Written::String(&text),
        };
        column.append(written).map_err(|refused| format!("{text}: {}", refused.why))?;
    }
    Ok(column.finish())
}

fn compare(array: ArrayRef) {
    for is_json in [false, true] {
        let back = read_back(array.as_ref(), is_json).unwrap_or_else(|error| panic!("{}: {error}", array.data_type()));
        assert_eq!(back.data_type(), array.data_type());
        assert_eq!(bits_of(back.as_ref()), bits_of(array.as_ref()), "{}", array.data_type());
    }
}

/// The values as bytes, because NaN does not equal itself. Bytes under a null are left out.
fn bits_of(array: &dyn Array) -> Vec<Option<Vec<u8>>> {
    let array = match array.data_type() {
        DataType::Dictionary(_, values) => arrow::compute::cast(array, values).unwrap(),
        _ => arrow::compute::cast(array, array.data_type()).unwrap(),
    };
    let of = |row| match array.data_type() {
        DataType::Boolean | DataType::FixedSizeBinary(_) => {
            let mut text = String::new();
            shown::write(array.as_ref(), row, &mut text).unwrap();
            text.into_bytes()
        }
        plain if plain.is_primitive() => {
            let width = plain.primitive_width().unwrap();
            let data = array.to_data();
            data.buffers()[0].as_slice()[(data.offset() + row) * width..][..width].to_vec()
        }
        _ => {
            let bytes = arrow::compute::cast(&array, &DataType::LargeBinary).unwrap();
            bytes.as_binary::<i64>().value(row).to_vec()
        }
    };
    (0..array.len()).map(|row| (!array.is_null(row)).then(|| of(row))).collect()
}

#[test]
fn of_dictionaries() {
    let texts = plain_array(&DataType::Int64, &[Some(7), None, Some(7), Some(9)]);
    let times = plain_array(&DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())), &[Some(7), None, Some(7)]);
    let floats = plain_array(&DataType::Float64, &[Some(1.5_f64.to_bits()), None, Some(u64::MAX)]);
    for values in [texts, times, floats] {
        for keys in [DataType::Int8, DataType::UInt8, DataType::Int32, DataType::UInt64] {
            let dictionary = DataType::Dictionary(Box::new(keys), Box::new(values.data_type().clone()));
            compare(arrow::compute::cast(&values, &dictionary).unwrap());
        }
    }
    let nulls = NullArray::new(3);
    assert_eq!(read_back(&nulls, false).unwrap().len(), 3);
}

#[test]
fn a_dictionary_has_each_value_once_and_says_when_its_keys_are_used_up() {
    let of = |values| DataType::Dictionary(Box::new(DataType::Int8), Box::new(values));
    let mut floats = Column::new(&of(DataType::Float64), &Times::default(), 0).unwrap();
    for text in ["1.0", "1.00", "1", "2"] {
        floats.append(Written::Text(text)).unwrap();
    }
    assert_eq!(floats.finish().as_any_dictionary().values().len(), 2);
    let mut texts = Column::new(&of(DataType::Utf8), &Times::default(), 0).unwrap();
    for value in 0..128 {
        texts.append(Written::Text(&value.to_string())).unwrap();
    }
    assert!(texts.append(Written::Text("128")).unwrap_err().why.contains("the 128 that the keys"));
    texts.append(Written::Text("127")).unwrap();
    assert_eq!(texts.finish().len(), 129);
    texts.append(Written::Text("128")).unwrap();
    assert_eq!(texts.finish().len(), 1, "the next batch begins anew");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_numbers_and_times(bits in bits()) {
        for data_type in plain_types() {
            compare(plain_array(&data_type, &bits));
        }
    }

    #[test]
    fn of_decimals(bits in prop::collection::vec(prop::option::of((any::<i128>(), 0..127_u32)), 0..20)) {
        let of = |most: i128| bits.iter().map(move |value| value.map(|(value, shift)| (value >> shift) % most));
        let nine: Decimal32Array = of(10_i128.pow(9)).map(|value| value.map(|value| value as i32)).collect();
        compare(Arc::new(nine.with_precision_and_scale(9, 3).unwrap()));
        let eighteen: Decimal64Array = of(10_i128.pow(18)).map(|value| value.map(|value| value as i64)).collect();
        compare(Arc::new(eighteen.with_precision_and_scale(18, 0).unwrap()));
        let wide: Decimal128Array = of(10_i128.pow(38)).collect();
        compare(Arc::new(wide.with_precision_and_scale(38, 38).unwrap()));
        let widest = of(i128::MAX).map(|value| value.map(|value| i256::from_i128(value).wrapping_mul(i256::from_i128(10_i128.pow(37)))));
        compare(Arc::new(widest.collect::<Decimal256Array>().with_precision_and_scale(76, 20).unwrap()));
    }

    #[test]
    fn of_texts_and_bytes(
        texts in prop::collection::vec(prop::option::of(".*"), 0..10),
        bytes in prop::collection::vec(prop::option::of(any::<[u8; 3]>()), 0..10),
        long in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), 0..10),
    ) {
        compare(Arc::new(StringArray::from(texts.clone())));
        compare(Arc::new(LargeStringArray::from(texts.clone())));
        compare(Arc::new(StringViewArray::from_iter(texts.clone())));
        compare(Arc::new(BinaryArray::from_iter(long.clone())));
        compare(Arc::new(LargeBinaryArray::from_iter(long.clone())));
        compare(Arc::new(BinaryViewArray::from_iter(long)));
        let fixed = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes.into_iter(), 3).unwrap();
        compare(Arc::new(fixed));
        compare(Arc::new(BooleanArray::from(texts.iter().map(|text| text.as_ref().map(String::is_empty)).collect::<Vec<_>>())));
        compare(Arc::new(texts.iter().map(Option::as_deref).collect::<DictionaryArray<Int8Type>>()));
    }

    #[test]
    fn of_times_of_day(values in prop::collection::vec(prop::option::of(0..86_400_000_000_000_i64), 0..20)) {
        let of = |step: i64| values.iter().map(move |value| value.map(|value| value / step));
        let narrow = |step| of(step).map(|value| value.map(|value| value as i32));
        compare(Arc::new(narrow(1_000_000_000).collect::<Time32SecondArray>()));
        compare(Arc::new(narrow(1_000_000).collect::<Time32MillisecondArray>()));
        compare(Arc::new(of(1_000).collect::<Time64MicrosecondArray>()));
        compare(Arc::new(of(1).collect::<Time64NanosecondArray>()));
    }
}
