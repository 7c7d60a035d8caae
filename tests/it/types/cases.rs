//! A column of every type, with the values that are the hardest to keep.

use std::sync::Arc;

use arrow::array::*;
use arrow::compute::{cast, take};
use arrow::datatypes::*;

use super::nested::nested;

/// Rows of each column.
pub(super) const ROWS: usize = 48;

/// One line of the table: a name, and a column of that type.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) array: ArrayRef,
    pub(super) nullable: bool,
}

impl Case {
    pub(super) fn new(array: ArrayRef) -> Self {
        Self { name: array.data_type().to_string(), array, nullable: true }
    }

    pub(super) fn named(name: &str, array: ArrayRef) -> Self {
        Self { name: name.to_owned(), ..Self::new(array) }
    }
}

/// All columns of the table.
pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = [numbers(), floats(), times(), decimals(), bytes(), dictionaries(), nested()]
        .into_iter()
        .flatten()
        .map(Case::new)
        .collect();
    cases.push(Case::new(Arc::new(NullArray::new(ROWS))));
    cases.push(Case::named("Int64, nothing but nulls", new_null_array(&DataType::Int64, ROWS)));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    cases.push(Case::named("Dictionary(Int8, Utf8), nothing but nulls", new_null_array(&dictionary, ROWS)));
    cases.push(Case::named("Utf8, nothing but empty texts", Arc::new(StringArray::from(vec![""; ROWS]))));
    let full: ArrayRef = Arc::new(Int64Array::from_iter_values((0..ROWS as i64).map(|at| i64::MAX - at)));
    cases.push(Case { nullable: false, ..Case::named("Int64, not nullable", full) });
    cases
}

/// Takes values in turn until there are enough. Every seventh row is null, and so is the first row of the second half.
pub(super) fn spread(values: &ArrayRef) -> ArrayRef {
    let at = (0..ROWS as u32).map(|row| (row % 7 != 3 && row != 24).then_some(row % values.len() as u32));
    take(values, &UInt32Array::from_iter(at), None).unwrap()
}

fn integers<T: ArrowPrimitiveType>(values: Vec<T::Native>) -> ArrayRef {
    spread(&(Arc::new(PrimitiveArray::<T>::from_iter_values(values)) as ArrayRef))
}

fn numbers() -> Vec<ArrayRef> {
    vec![
        spread(&(Arc::new(BooleanArray::from(vec![true, false, false])) as ArrayRef)),
        integers::<Int8Type>(vec![i8::MIN, -1, 0, 1, i8::MAX]),
        integers::<Int16Type>(vec![i16::MIN, -1, 0, 1, i16::MAX]),
        integers::<Int32Type>(vec![i32::MIN, -1, 0, 1, i32::MAX]),
        integers::<Int64Type>(vec![i64::MIN, -1, 0, 1, i64::MAX]),
        integers::<UInt8Type>(vec![0, 1, 127, 128, u8::MAX]),
        integers::<UInt16Type>(vec![0, 1, 32_768, u16::MAX]),
        integers::<UInt32Type>(vec![0, 1, 1 << 31, u32::MAX]),
        integers::<UInt64Type>(vec![0, 1, 1 << 63, u64::MAX]),
    ]
}

/// Bit patterns: both zeros, infinities, NaNs with payload and sign, the smallest and largest.
fn floats() -> Vec<ArrayRef> {
    let half = [0, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0x7e2a, 0xfe01, 1, 0x7bff, 0x3c00];
    let half = Float16Array::from_iter_values(half.map(<Float16Type as ArrowPrimitiveType>::Native::from_bits));
    let single = [0, 1 << 31, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7fc0_beef, 0xffc0_0001, 1, 0x7f7f_ffff];
    let single = Float32Array::from_iter_values(single.map(f32::from_bits));
    let nan = 0x7ff8_0000_0000_0000;
    let double = [0, 1 << 63, 0x7ff << 52, 0xfff << 52, nan, nan | 0xbeef, nan | (1 << 63) | 1, 1, (0x7ff << 52) - 1];
    let double = Float64Array::from_iter_values(double.map(f64::from_bits));
    [Arc::new(half) as ArrayRef, Arc::new(single), Arc::new(double)].iter().map(spread).collect()
}

fn times() -> Vec<ArrayRef> {
    use DataType::{Date32, Date64, Duration, Time32, Time64, Timestamp};
    let long = integers::<Int64Type>(vec![i64::MIN, -1, 0, 1_385_000_000_123_456_789, i64::MAX]);
    let short = integers::<Int32Type>(vec![i32::MIN, -1, 0, 16_000, i32::MAX]);
    let seconds = integers::<Int32Type>(vec![0, 1, 86_399]);
    let of_day = |unit: i64| integers::<Int64Type>(vec![0, 1, 86_400 * unit - 1]);
    let mut arrays = vec![
        cast(&short, &Date32).unwrap(),
        cast(&long, &Date64).unwrap(),
        cast(&seconds, &Time32(TimeUnit::Second)).unwrap(),
        cast(&seconds, &Time32(TimeUnit::Millisecond)).unwrap(),
        cast(&of_day(1_000_000), &Time64(TimeUnit::Microsecond)).unwrap(),
        cast(&of_day(1_000_000_000), &Time64(TimeUnit::Nanosecond)).unwrap(),
    ];
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        arrays.push(cast(&long, &Timestamp(unit, None)).unwrap());
        arrays.push(cast(&long, &Timestamp(unit, Some("Europe/Berlin".into()))).unwrap());
        arrays.push(cast(&long, &Duration(unit)).unwrap());
    }
    for zone in ["UTC", "+05:30"] {
        arrays.push(cast(&long, &Timestamp(TimeUnit::Nanosecond, Some(zone.into()))).unwrap());
    }
    arrays
}

fn decimals() -> Vec<ArrayRef> {
    let nines = |digits: u32| 10i128.pow(digits) - 1;
    let wide = i256::from_string(&"9".repeat(76)).unwrap();
    let narrow = [-999_999_999, -1, 0, 999_999_999];
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(Decimal32Array::from_iter_values(narrow).with_precision_and_scale(9, 3).unwrap()),
        Arc::new(
            Decimal64Array::from_iter_values([-(nines(18) as i64), 1, nines(18) as i64])
                .with_precision_and_scale(18, 0)
                .unwrap(),
        ),
        Arc::new(Decimal128Array::from_iter_values([-nines(5), 0, 1]).with_precision_and_scale(5, 2).unwrap()),
        Arc::new(
            Decimal128Array::from_iter_values([-nines(38), 0, nines(38)]).with_precision_and_scale(38, 10).unwrap(),
        ),
        Arc::new(
            Decimal256Array::from_iter_values([wide, i256::ZERO, -wide]).with_precision_and_scale(76, 20).unwrap(),
        ),
    ];
    arrays.iter().map(spread).collect()
}

/// Texts: empty ones, a zero byte, several scripts, one that is longer than statistics keep.
pub(super) fn texts() -> ArrayRef {
    let long = "long ".repeat(200);
    let texts: Vec<&str> = vec!["", "a", "\0", "zürich", "東京", "👩‍🚀", " two words ", &long];
    Arc::new(StringArray::from(texts))
}

fn bytes() -> Vec<ArrayRef> {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Utf8, Utf8View};
    let mut arrays: Vec<ArrayRef> =
        [Utf8, LargeUtf8, Utf8View].iter().map(|kind| spread(&cast(&texts(), kind).unwrap())).collect();
    let long = [255u8; 300];
    let raw: ArrayRef = Arc::new(BinaryArray::from(vec![&b""[..], &[0], &[255, 0, 128], &long]));
    arrays.extend([Binary, LargeBinary, BinaryView].iter().map(|kind| spread(&cast(&raw, kind).unwrap())));
    arrays.push(spread(&fixed(&[[0; 16], [255; 16], [7; 16]])));
    arrays.push(spread(&fixed(&[[0u8; 1], [255; 1]])));
    arrays
}

fn fixed<const N: usize>(values: &[[u8; N]]) -> ArrayRef {
    Arc::new(FixedSizeBinaryArray::try_from_iter(values.iter()).unwrap())
}

fn dictionaries() -> Vec<ArrayRef> {
    use DataType::{
        Binary, Date32, Float64, Int8, Int16, Int32, Int64, LargeUtf8, UInt8, UInt16, UInt32, UInt64, Utf8,
    };
    let dictionary = |keys, values| DataType::Dictionary(Box::new(keys), Box::new(values));
    let texts = spread(&texts());
    let mut arrays: Vec<ArrayRef> = [Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64]
        .map(|keys| cast(&texts, &dictionary(keys, Utf8)).unwrap())
        .into();
    arrays.push(cast(&texts, &dictionary(Int32, LargeUtf8)).unwrap());
    arrays.push(cast(&texts, &dictionary(Int32, Binary)).unwrap());
    let longs = integers::<Int64Type>(vec![i64::MIN, 0, i64::MAX]);
    arrays.push(cast(&longs, &dictionary(Int16, Int64)).unwrap());
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 0.0, f64::NAN, f64::INFINITY]));
    let dates = cast(&integers::<Int32Type>(vec![i32::MIN, 0, 1]), &Date32).unwrap();
    let zoned = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    let moments = cast(&longs, &zoned).unwrap();
    for (values, data_type) in [(spread(&doubles), Float64), (dates, Date32), (moments, zoned)] {
        arrays.push(packed(&values, &data_type));
    }
    arrays.push(packed(&spread(&fixed(&[[1, 2, 3], [4, 5, 6]])), &DataType::FixedSizeBinary(3)));
    arrays
}

/// A dictionary with a value for each row, used or not.
fn packed(values: &ArrayRef, data_type: &DataType) -> ArrayRef {
    assert_eq!(values.data_type(), data_type);
    let keys: Int32Array = (0..values.len()).map(|at| values.is_valid(at).then_some(at as i32)).collect();
    let present = take(values, &UInt32Array::from_iter_values((0..values.len() as u32).map(|at| at / 4 * 4)), None);
    Arc::new(DictionaryArray::try_new(keys, present.unwrap()).unwrap())
}
