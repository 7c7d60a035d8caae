//! Whatever fits comes in with the same values, by a naive reading of both arrays.

use std::collections::BTreeMap;

use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::cast;
use arrow::datatypes::*;
use proptest::prelude::*;
use proptest::test_runner::TestRng;

use super::*;

/// A value without its type.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    /// In units of 10^-10.
    Number(i256),
    /// A number that is not whole, by its bits.
    Float(u64),
    /// Nanoseconds.
    Time(i128),
    Other(String),
    List(Vec<Value>),
    /// Fields that are null are left out.
    Struct(BTreeMap<String, Value>),
}

fn number(units: i256, scale: u32) -> Value {
    Value::Number(units.wrapping_mul(i256::from_i128(10).wrapping_pow(10 - scale)))
}

fn float(value: f64) -> Value {
    match i256::from_f64(value) {
        Some(whole) if value.fract() == 0.0 && value.abs() < 1e20 && value.to_bits() != (-0.0_f64).to_bits() => {
            number(whole, 0)
        }
        _ => Value::Float(value.to_bits()),
    }
}

fn nanos(unit: &TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// The value of one row, read without any conversion of the crate's.
fn value(array: &dyn Array, row: usize) -> Value {
    use DataType::*;
    if array.is_null(row) {
        return Value::Null;
    }
    let raw = || {
        let data = array.to_data();
        let at = data.offset() + row;
        match data.data_type().primitive_width() {
            Some(4) => i128::from(data.buffers()[0].typed_data::<i32>()[at]),
            _ => i128::from(data.buffers()[0].typed_data::<i64>()[at]),
        }
    };
    let list = |items: ArrayRef| Value::List((0..items.len()).map(|row| value(&items, row)).collect());
    match array.data_type() {
        Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            value(dictionary.values(), dictionary.normalized_keys()[row])
        }
        Float16 => float(array.as_primitive::<Float16Type>().value(row).to_f64()),
        Float32 => float(array.as_primitive::<Float32Type>().value(row).into()),
        Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        UInt64 => number(i256::from_i128(array.as_primitive::<UInt64Type>().value(row).into()), 0),
        UInt32 => number(i256::from_i128(array.as_primitive::<UInt32Type>().value(row).into()), 0),
        UInt16 => number(i256::from_i128(array.as_primitive::<UInt16Type>().value(row).into()), 0),
        UInt8 => number(i256::from_i128(array.as_primitive::<UInt8Type>().value(row).into()), 0),
        Int16 => number(i256::from_i128(array.as_primitive::<Int16Type>().value(row).into()), 0),
        Int8 => number(i256::from_i128(array.as_primitive::<Int8Type>().value(row).into()), 0),
        Int32 | Int64 => number(i256::from_i128(raw()), 0),
        Decimal32(_, scale) | Decimal64(_, scale) => number(i256::from_i128(raw()), (*scale).try_into().unwrap()),
        Decimal128(_, scale) => {
            let units = array.as_primitive::<Decimal128Type>().value(row);
            number(i256::from_i128(units), (*scale).try_into().unwrap())
        }
        Decimal256(_, scale) => number(array.as_primitive::<Decimal256Type>().value(row), (*scale).try_into().unwrap()),
        Timestamp(unit, _) | Duration(unit) | Time32(unit) | Time64(unit) => Value::Time(raw() * nanos(unit)),
        Utf8 => Value::Other(array.as_string::<i32>().value(row).to_owned()),
        LargeUtf8 => Value::Other(array.as_string::<i64>().value(row).to_owned()),
        Utf8View => Value::Other(array.as_string_view().value(row).to_owned()),
        Binary => Value::Other(format!("{:?}", array.as_binary::<i32>().value(row))),
        LargeBinary => Value::Other(format!("{:?}", array.as_binary::<i64>().value(row))),
        BinaryView => Value::Other(format!("{:?}", array.as_binary_view().value(row))),
        List(_) => list(array.as_list::<i32>().value(row)),
        LargeList(_) => list(array.as_list::<i64>().value(row)),
        ListView(_) => list(array.as_list_view::<i32>().value(row)),
        FixedSizeList(..) => list(array.as_fixed_size_list().value(row)),
        Map(..) => {
            let entries = array.as_map().value(row);
            let pair = |at| Value::List(vec![value(entries.column(0), at), value(entries.column(1), at)]);
            Value::List((0..entries.len()).map(pair).collect())
        }
        Struct(fields) => {
            let array = array.as_struct();
            let fields = fields.iter().zip(array.columns()).map(|(f, column)| (f.name().clone(), value(column, row)));
            Value::Struct(fields.filter(|(_, value)| *value != Value::Null).collect())
        }
        other => panic!("{other}"),
    }
}

/// Whether the value fits a type that holds the value's type. A time may overflow a finer unit, and the type may not
/// allow a null.
fn has_place(value: &Value, data_type: &DataType, nullable: bool) -> bool {
    use DataType::*;
    match (value, data_type) {
        (Value::Null, _) => nullable,
        (Value::Time(time), Timestamp(unit, _) | Duration(unit) | Time64(unit)) => {
            i64::try_from(time / nanos(unit)).is_ok()
        }
        (Value::Time(time), Time32(unit)) => i32::try_from(time / nanos(unit)).is_ok(),
        (value, Dictionary(_, values)) => has_place(value, values, nullable),
        (Value::List(items), List(f) | LargeList(f) | ListView(f) | FixedSizeList(f, _)) => {
            items.iter().all(|item| has_place(item, f.data_type(), f.is_nullable()))
        }
        (Value::List(pairs), Map(entries, _)) => {
            let Struct(fields) = entries.data_type() else { return false };
            pairs.iter().all(|pair| match pair {
                Value::List(pair) => {
                    pair.iter().zip(fields).all(|(item, f)| has_place(item, f.data_type(), f.is_nullable()))
                }
                _ => false,
            })
        }
        (Value::Struct(found), Struct(fields)) => fields.iter().all(|field| {
            let value = found.get(field.name()).unwrap_or(&Value::Null);
            has_place(value, field.data_type(), field.is_nullable())
        }),
        _ => true,
    }
}

/// Types in families. Types of one family have a common type.
fn families() -> Vec<Vec<DataType>> {
    use DataType::*;
    use TimeUnit::*;
    let dictionary = |values: DataType| Dictionary(Box::new(Int16), Box::new(values));
    let units = [Second, Millisecond, Microsecond, Nanosecond];
    let of_zone = |zone: Option<&str>| units.map(|unit| Timestamp(unit, zone.map(Into::into))).to_vec();
    let mut zoned = of_zone(Some("Europe/Paris"));
    zoned.push(dictionary(Timestamp(Second, Some("Europe/Paris".into()))));
    vec![
        vec![Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64, dictionary(Int32)],
        vec![
            Decimal32(5, 2),
            Decimal64(12, 0),
            Decimal64(18, 6),
            Decimal128(20, 3),
            Decimal128(38, 10),
            Decimal256(60, 8),
        ],
        of_zone(None),
        zoned,
        units.map(Duration).to_vec(),
        vec![Time32(Second), Time32(Millisecond), Time64(Microsecond), Time64(Nanosecond), dictionary(Time32(Second))],
        vec![Utf8, LargeUtf8, Utf8View, dictionary(Utf8), dictionary(LargeUtf8)],
        vec![Binary, LargeBinary, BinaryView],
    ]
}

struct Made(TestRng);

impl Made {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Two types of one form, whose leaves are of one family.
    fn types(&mut self, depth: usize) -> (DataType, DataType) {
        use DataType::*;
        let family = self.one(&families());
        if depth == 0 || self.below(3) == 0 {
            return (self.one(&family), self.one(&family));
        }
        let form = self.below(6);
        if form == 5 {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for name in ["x", "y", "z"] {
                let (left, right) = self.types(depth - 1);
                let nullable = [self.below(3) > 0, self.below(3) > 0];
                let kept = self.below(4);
                if kept != 0 {
                    a.push(Field::new(name, left, nullable[0] || kept == 1));
                }
                if kept != 1 {
                    b.push(Field::new(name, right, nullable[1] || kept == 0));
                }
            }
            return match a.is_empty() || b.is_empty() {
                true => (Int8, Int8),
                false => (Struct(a.into()), Struct(b.into())),
            };
        }
        let (a, b) = self.types(depth - 1);
        let nullable = [self.below(3) > 0, self.below(3) > 0];
        let item = |data_type: DataType, at: usize| Arc::new(Field::new_list_field(data_type, nullable[at]));
        let (a, b) = (item(a, 0), item(b, 1));
        let map = |value: FieldRef| {
            let fields = vec![Field::new("key", Utf8, false), value.as_ref().clone().with_name("value")];
            Map(Arc::new(Field::new("entries", Struct(fields.into()), false)), false)
        };
        match form {
            0 => (List(a), List(b)),
            1 => (LargeList(a), LargeList(b)),
            2 => (FixedSizeList(a, 2), FixedSizeList(b, 2)),
            3 => (ListView(a), ListView(b)),
            _ => (map(a), map(b)),
        }
    }

    fn nulls(&mut self, len: usize, nullable: bool) -> Option<NullBuffer> {
        nullable.then(|| (0..len).map(|_| self.below(4) > 0).collect())
    }

    /// An array with random values below its nulls.
    fn array(&mut self, data_type: &DataType, len: usize, nullable: bool) -> ArrayRef {
        use DataType::*;
        let offsets = |made: &mut Self| OffsetBuffer::<i32>::from_lengths((0..len).map(|_| made.below(3)));
        match data_type {
            Struct(fields) => {
                let columns: Vec<_> = fields.iter().map(|f| self.array(f.data_type(), len, f.is_nullable())).collect();
                Arc::new(StructArray::new(fields.clone(), columns, self.nulls(len, nullable)))
            }
            FixedSizeList(f, size) => {
                let values = self.array(f.data_type(), len * 2, f.is_nullable());
                Arc::new(FixedSizeListArray::new(f.clone(), *size, values, self.nulls(len, nullable)))
            }
            List(f) => {
                let offsets = offsets(self);
                let values = self.array(f.data_type(), offsets[len] as usize, f.is_nullable());
                Arc::new(ListArray::new(f.clone(), offsets, values, self.nulls(len, nullable)))
            }
            LargeList(f) => cast(&self.array(&List(f.clone()), len, nullable), data_type).unwrap(),
            ListView(f) => cast(&self.array(&List(f.clone()), len, nullable), data_type).unwrap(),
            Map(entries, sorted) => {
                let offsets = offsets(self);
                let rows = self.array(entries.data_type(), offsets[len] as usize, false);
                let (rows, nulls) = (rows.as_struct().clone(), self.nulls(len, nullable));
                Arc::new(MapArray::new(entries.clone(), offsets, rows, nulls, *sorted))
            }
            Dictionary(_, values) => cast(&self.array(values, len, nullable), data_type).unwrap(),
            leaf => {
                let values = self.leaf(leaf, len);
                let nulls = NullBuffer::union(values.nulls(), self.nulls(len, nullable).as_ref());
                assert!(nullable || nulls.is_none(), "{leaf}");
                make_array(values.to_data().into_builder().nulls(nulls).build().unwrap())
            }
        }
    }

    /// Values of all sizes, without nulls.
    fn leaf(&mut self, data_type: &DataType, len: usize) -> ArrayRef {
        use DataType::*;
        let width = data_type.primitive_width().unwrap_or(8).min(8) * 8;
        let mut numbers = Vec::with_capacity(len);
        for _ in 0..len {
            let shift = self.below(width) + 64 - width;
            numbers.push((self.0.next_u64() >> shift).cast_signed());
        }
        let signed = |made: &mut Self| -> ArrayRef {
            let signed = numbers.iter().map(|n| if made.below(2) == 0 { *n / 2 } else { -(*n / 2) });
            Arc::new(Int64Array::from_iter_values(signed))
        };
        match data_type {
            UInt64 => Arc::new(UInt64Array::from_iter_values(numbers.iter().map(|n| n.cast_unsigned()))),
            UInt8 | UInt16 | UInt32 => cast(&(Arc::new(Int64Array::from(numbers)) as ArrayRef), data_type).unwrap(),
            Float16 | Float32 | Float64 => {
                let odd = [f64::NAN, -0.0, 0.0, f64::INFINITY, 1.5, -2.25, 1e4];
                let floats: ArrayRef = Arc::new(Float64Array::from_iter_values((0..len).map(|_| self.one(&odd))));
                cast(&floats, data_type).unwrap()
            }
            Decimal32(p, s) | Decimal64(p, s) | Decimal128(p, s) | Decimal256(p, s) => {
                let most = 10_i64.pow(u32::from(*p).min(18));
                let units = numbers.iter().map(|n| i128::from(n % most));
                let units = Decimal128Array::from_iter_values(units).with_precision_and_scale((*p).min(38), *s);
                cast(&(Arc::new(units.unwrap()) as ArrayRef), data_type).unwrap()
            }
            Time32(_) | Date32 => cast(&cast(&signed(self), &Int32).unwrap(), data_type).unwrap(),
            Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView => {
                let texts = numbers.iter().map(|n| format!("{}ü", "x".repeat((n % 20).unsigned_abs() as usize)));
                let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
                cast(&texts, data_type).unwrap()
            }
            _ => cast(&signed(self), data_type).unwrap(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_fits_is_the_same_or_refused(seed: [u8; 32], from in 0_usize..4, rows in 0_usize..5) {
        let mut made = Made(TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed));
        let (a, b) = made.types(2);
        let Some(wide) = common(&a, &b) else { return Ok(()) };
        for narrow in [a, b] {
            prop_assert!(holds(&wide, &narrow), "{wide} {narrow}");
            let array = made.array(&narrow, 9, true).slice(from, rows);
            let before: Vec<_> = (0..rows).map(|row| value(&array, row)).collect();
            match convert(&array, &wide) {
                Ok(after) => {
                    prop_assert_eq!(after.data_type(), &wide);
                    let after: Vec<_> = (0..rows).map(|row| value(&after, row)).collect();
                    prop_assert_eq!(after, before, "{} {}", narrow, wide);
                }
                Err(error) => {
                    let without = before.iter().any(|value| !has_place(value, &wide, true));
                    prop_assert!(without, "{} {}: {}: {:?}", narrow, wide, error, before);
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_never_converted(seed: [u8; 32]) {
        let mut made = Made(TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed));
        let (all, rows) = (families().concat(), 5);
        let (from, to) = (made.one(&all), made.one(&all));
        let array = made.array(&from, rows, true);
        if let Ok(after) = convert(&array, &to) {
            let values = |array: &ArrayRef| (0..rows).map(|row| value(array, row)).collect::<Vec<_>>();
            prop_assert_eq!(values(&after), values(&array), "{} {}", from, to);
        }
    }
}

#[test]
fn no_field_of_a_struct_is_lost() {
    let x = || Arc::new(Field::new("x", DataType::Int32, true));
    let number = |value| Arc::new(Int32Array::from(vec![value])) as ArrayRef;
    let twice = StructArray::new(vec![x(), x()].into(), vec![number(1), number(2)], None);
    let stored = DataType::Struct(vec![x()].into());
    assert!(!holds(&stored, twice.data_type()));
    assert_eq!(common(&stored, twice.data_type()), None);
    let more = StructArray::from(vec![(x(), number(1)), (Arc::new(Field::new("y", DataType::Int32, true)), number(2))]);
    let error = convert(&(Arc::new(more) as ArrayRef), &stored).unwrap_err();
    assert!(error.to_string().contains("`y` has no place"), "{error}");
}

#[test]
fn the_row_of_a_list_that_does_not_fit_is_named() {
    let seconds = Arc::new(TimestampSecondArray::from(vec![1, 2, i64::MAX]));
    let item = Arc::new(Field::new_list_field(seconds.data_type().clone(), true));
    let lists = ListArray::new(item, OffsetBuffer::from_lengths([1, 1, 0, 1]), seconds, None);
    let at = Arc::new(Int32Array::from(vec![1, 2, 3, 4]));
    let input = RecordBatch::try_from_iter([("at", at as ArrayRef), ("l", Arc::new(lists))]).unwrap();
    let nanos = Field::new_list_field(DataType::Timestamp(TimeUnit::Nanosecond, None), true);
    let fields = vec![Field::new("at", DataType::Int32, false), Field::new("l", DataType::List(Arc::new(nanos)), true)];
    let schema = Arc::new(DatasetSchema::new("d", Arc::new(Schema::new(fields)), "at").unwrap());
    let error = fit_wider(&schema, &input.schema()).unwrap().check(&input, 10).unwrap_err().to_string();
    assert!(
        error.contains("column `l`") && error.contains("row 14") && error.contains("9223372036854775807"),
        "{error}"
    );
}

#[test]
fn a_decimal_within_a_dictionary_is_checked() {
    let values = Decimal128Array::from(vec![100_000]).with_precision_and_scale(5, 2).unwrap();
    let dictionary = DictionaryArray::<Int8Type>::new(Int8Array::from(vec![0, 0]), Arc::new(values));
    let at: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let input = RecordBatch::try_from_iter([("at", at), ("d", Arc::new(dictionary))]).unwrap();
    let fields = vec![Field::new("at", DataType::Int32, false), Field::new("d", DataType::Decimal128(5, 2), true)];
    let schema = Arc::new(DatasetSchema::new("d", Arc::new(Schema::new(fields)), "at").unwrap());
    let error = fit(&schema, &input.schema()).unwrap().check(&input, 0).unwrap_err().to_string();
    assert!(error.contains("column `d`") && error.contains("row 1"), "{error}");
}

#[test]
fn a_column_of_nulls_fits_where_nulls_do() {
    let of = |data_type: &DataType, nullable: bool| {
        let fields = vec![Field::new("at", DataType::Int32, false), Field::new("x", data_type.clone(), nullable)];
        Arc::new(DatasetSchema::new("d", Arc::new(Schema::new(fields)), "at").unwrap())
    };
    let input = |x: ArrayRef| {
        let at: ArrayRef = Arc::new(Int32Array::from_iter_values((0..).take(x.len())));
        RecordBatch::try_from_iter([("at", at), ("x", x)]).unwrap()
    };
    let list = |item: DataType| DataType::List(Arc::new(Field::new_list_field(item, true)));
    let nulls: ArrayRef = Arc::new(NullArray::new(2));
    let item = Arc::new(Field::new_list_field(DataType::Null, true));
    let of_lists: ArrayRef =
        Arc::new(ListArray::new(item, OffsetBuffer::from_lengths([1, 1]), Arc::new(NullArray::new(2)), None));
    for (x, data_type) in
        [(&nulls, DataType::Utf8), (&nulls, list(DataType::Int64)), (&of_lists, list(DataType::Int64))]
    {
        let (schema, input) = (of(&data_type, true), input(x.clone()));
        let fit = fit(&schema, &input.schema()).unwrap();
        fit.check(&input, 0).unwrap();
        assert_eq!(fit.apply(&input).unwrap().column(1).data_type(), &data_type);
        assert_eq!(schema.evolved(&input.schema()).unwrap().stored(), schema.stored());
    }
    let required = fit(&of(&DataType::Utf8, false), &input(nulls.clone()).schema()).unwrap();
    assert!(required.check(&input(nulls.clone()), 0).unwrap_err().to_string().contains("a null in row 1"));
    let order = RecordBatch::try_from_iter([("at", nulls.clone()), ("x", nulls)]).unwrap();
    assert!(fit(&of(&DataType::Utf8, true), &order.schema()).is_err());
}
