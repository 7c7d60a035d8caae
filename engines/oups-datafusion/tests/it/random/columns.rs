//! The columns that datasets may have, and random values of them.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, FixedSizeBinaryArray, Float64Array, Int64Array, ListArray,
    NullArray, StringArray, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, TimeUnit};

use super::chance::Chance;
use super::kind::Kind;

/// A column that a dataset may have beside the ordered one and `id`.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Of every hundred values so many are null.
    nulls: usize,
    /// Whether it has few values, so that groups and joins meet.
    pub(super) few: bool,
}

pub(super) const COLUMNS: &[Column] = &[
    Column { name: "n", kind: Kind::Int, nulls: 15, few: true },
    Column { name: "m", kind: Kind::Int, nulls: 0, few: true },
    Column { name: "y", kind: Kind::Float, nulls: 10, few: false },
    Column { name: "x", kind: Kind::Opaque, nulls: 20, few: false },
    Column { name: "z", kind: Kind::Rough, nulls: 10, few: false },
    Column { name: "s", kind: Kind::Text, nulls: 15, few: true },
    Column { name: "b", kind: Kind::Bool, nulls: 20, few: true },
    Column { name: "d", kind: Kind::Decimal, nulls: 10, few: false },
    Column { name: "w", kind: Kind::Micros, nulls: 15, few: false },
    Column { name: "day", kind: Kind::Date, nulls: 10, few: true },
    Column { name: "raw", kind: Kind::Bytes, nulls: 20, few: true },
    Column { name: "list", kind: Kind::Opaque, nulls: 20, few: false },
    Column { name: "Größe \"in\" cm", kind: Kind::Int, nulls: 5, few: false },
    Column { name: "select", kind: Kind::Int, nulls: 60, few: true },
    // The name of a key field of some stores.
    Column { name: "city", kind: Kind::Text, nulls: 5, few: true },
];

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "a b",
    "it's",
    "\"quoted\"",
    "100%",
    "a_b",
    "ä",
    "日本",
    "ü😀",
    "Zz",
    "null",
    "a text that is longer than what statistics of a column keep of it, so that they are cut short: first",
    "a text that is longer than what statistics of a column keep of it, so that they are cut short: second",
];

impl Column {
    /// A type that a dataset may have it in.
    pub(super) fn data_type(&self, chance: &mut Chance) -> DataType {
        use DataType::*;
        let dictionary = |keys, values| Dictionary(Box::new(keys), Box::new(values));
        let types = match (self.name, self.kind) {
            ("m", _) => vec![Int64],
            ("select", _) => vec![Int64, Null],
            ("list", _) => vec![DataType::new_list(Int64, true)],
            (_, Kind::Int) => vec![Int32, Int64, Int16, UInt8],
            (_, Kind::Float) => vec![Float64, Float32],
            (_, Kind::Text) => vec![Utf8, LargeUtf8, Utf8View, dictionary(Int32, Utf8), dictionary(UInt8, Utf8)],
            (_, Kind::Bool) => vec![Boolean],
            (_, Kind::Decimal) => vec![Decimal128(10, 2), Decimal128(12, 3)],
            (_, Kind::Micros) => [TimeUnit::Microsecond, TimeUnit::Millisecond, TimeUnit::Second]
                .map(|unit| Timestamp(unit, None))
                .to_vec(),
            (_, Kind::Date) => vec![Date32],
            (_, Kind::Bytes) => vec![Binary, LargeBinary, BinaryView],
            _ => vec![Float64],
        };
        chance.pick(&types).clone()
    }

    pub(super) fn nullable(&self) -> bool {
        self.nulls > 0
    }

    /// So many values.
    pub(super) fn values(&self, data_type: &DataType, rows: usize, chance: &mut Chance) -> ArrayRef {
        if *data_type == DataType::Null {
            return Arc::new(NullArray::new(rows));
        }
        let mut each = |value: &mut dyn FnMut(&mut Chance) -> i64| -> Vec<Option<i64>> {
            (0..rows).map(|_| (!chance.percent(self.nulls)).then(|| value(chance))).collect()
        };
        let floats = |numbers: Vec<Option<i64>>, value: &dyn Fn(i64) -> f64| -> ArrayRef {
            Arc::new(numbers.into_iter().map(|number| number.map(value)).collect::<Float64Array>())
        };
        let wide: ArrayRef = match (self.name, self.kind) {
            ("x", _) => {
                const ODD: [f64; 8] = [f64::NAN, -0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY, 0.1, -1e300, 5e-324];
                floats(each(&mut |chance| chance.below(ODD.len()) as i64), &|at| ODD[at as usize])
            }
            ("list", _) => {
                let lengths = each(&mut |chance| chance.between(0, 3));
                let list = |length: i64| (0..length).map(|at| (at != 1).then_some(at * 7)).collect::<Vec<_>>();
                Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lengths.into_iter().map(|n| n.map(list))))
            }
            (_, Kind::Int) => {
                let least = if *data_type == DataType::UInt8 { 0 } else { -3 };
                Arc::new(Int64Array::from(each(&mut |chance| chance.between(least, 9))))
            }
            (_, Kind::Float) => floats(each(&mut |chance| chance.between(-80, 80)), &|quarters| quarters as f64 * 0.25),
            (_, Kind::Rough) => floats(each(&mut |chance| chance.between(-500, 500)), &|tenths| tenths as f64 / 10.0),
            (_, Kind::Text) => {
                let texts = each(&mut |chance| chance.below(TEXTS.len()) as i64);
                Arc::new(texts.into_iter().map(|at| at.map(|at| TEXTS[at as usize])).collect::<StringArray>())
            }
            (_, Kind::Bool) => {
                let values = each(&mut |chance| chance.between(0, 1));
                Arc::new(values.into_iter().map(|value| value.map(|value| value == 1)).collect::<BooleanArray>())
            }
            (_, Kind::Decimal) => {
                let quarters = each(&mut |chance| chance.between(-40, 40));
                let hundredths = quarters.into_iter().map(|n| n.map(|n| i128::from(n) * 25));
                Arc::new(hundredths.collect::<Decimal128Array>().with_precision_and_scale(10, 2).unwrap())
            }
            (_, Kind::Micros) => {
                let seconds = Int64Array::from(each(&mut |chance| START + chance.between(0, 5000) * 60));
                cast(&seconds, &DataType::Timestamp(TimeUnit::Second, None)).unwrap()
            }
            (_, Kind::Date) => {
                let days = Int64Array::from(each(&mut |chance| START / 86_400 + chance.between(-3, 12)));
                cast(&cast(&days, &DataType::Int32).unwrap(), &DataType::Date32).unwrap()
            }
            (_, Kind::Bytes) => {
                const BYTES: [&[u8]; 5] = [b"", b"\x00\xff", b"a", b"\xff", b"ab"];
                let values = each(&mut |chance| chance.below(BYTES.len()) as i64);
                Arc::new(values.into_iter().map(|at| at.map(|at| BYTES[at as usize])).collect::<BinaryArray>())
            }
            (name, kind) => panic!("no values for {name}, a column of {kind:?}"),
        };
        cast(&wide, data_type).unwrap()
    }
}

/// Seconds of 2023-12-30, so that years, months and weeks change soon behind it.
const START: i64 = 1_703_894_400;

/// The types of ordered columns that stores are made with. Where there are several, each dataset has one of them.
pub(super) fn ordered_types(number: u64) -> Vec<DataType> {
    use DataType::*;
    let instants = |unit, zone: Option<&str>| Timestamp(unit, zone.map(Into::into));
    let dictionary = Dictionary(Box::new(Int32), Box::new(Utf8));
    let all = [
        vec![instants(TimeUnit::Nanosecond, None)],
        vec![instants(TimeUnit::Microsecond, Some("UTC"))],
        vec![Int64],
        vec![Utf8],
        vec![Date32],
        vec![Float64],
        vec![UInt64],
        vec![Decimal128(12, 3)],
        vec![instants(TimeUnit::Millisecond, Some("Europe/Berlin"))],
        vec![Utf8, LargeUtf8, dictionary.clone()],
        vec![Int16],
        vec![Binary],
        vec![instants(TimeUnit::Second, None)],
        vec![dictionary],
        vec![Time64(TimeUnit::Microsecond)],
        vec![Float32],
        vec![instants(TimeUnit::Microsecond, None)],
        vec![Utf8View],
        vec![FixedSizeBinary(2)],
        vec![Int8],
    ];
    all[number as usize % all.len()].clone()
}

/// Values of an ordered column that ascend with the steps; equal steps are equal values.
pub(super) fn ordered_values(data_type: &DataType, steps: &[i64]) -> ArrayRef {
    use DataType::*;
    let numbers = |value: &dyn Fn(i64) -> i64| -> ArrayRef {
        Arc::new(steps.iter().map(|step| Some(value(*step))).collect::<Int64Array>())
    };
    let wide: ArrayRef = match Kind::of(data_type) {
        Kind::Unsigned => {
            Arc::new(steps.iter().map(|step| ((1_u64 << 63) - 20).wrapping_add_signed(*step)).collect::<UInt64Array>())
        }
        // The two zeros are two places in the order of a dataset, and one number.
        Kind::Float => {
            let zero = |at: usize| if at.is_multiple_of(2) { 0.0 } else { -0.0 };
            let value = |(at, step): (usize, &i64)| if *step == 10 { zero(at) } else { (*step - 10) as f64 * 0.25 };
            Arc::new(steps.iter().enumerate().map(|each| Some(value(each))).collect::<Float64Array>())
        }
        Kind::Decimal => {
            let thousandths = steps.iter().map(|step| Some(i128::from(step - 10) * 125));
            Arc::new(thousandths.collect::<Decimal128Array>().with_precision_and_scale(12, 3).unwrap())
        }
        Kind::Date => cast(&numbers(&|step| START / 86_400 + step / 2), &Int32).unwrap(),
        Kind::Time => numbers(&|step| step * 120_000_001),
        Kind::Nanos => numbers(&|step| (START + step * 4_000) * 1_000_000_000 + step % 7),
        Kind::Micros | Kind::Utc | Kind::Zoned => {
            let seconds = cast(&numbers(&|step| START + step * 4_000), &Timestamp(TimeUnit::Second, None)).unwrap();
            let Timestamp(unit, _) = data_type else { panic!("{data_type} is not a time") };
            cast(&cast(&seconds, &Timestamp(*unit, None)).unwrap(), &Int64).unwrap()
        }
        Kind::Bytes | Kind::Fixed => {
            let bytes = steps.iter().map(|step| (*step as u16).to_be_bytes()).collect::<Vec<_>>();
            return match data_type {
                FixedSizeBinary(_) => Arc::new(FixedSizeBinaryArray::try_from_iter(bytes.into_iter()).unwrap()),
                _ => Arc::new(BinaryArray::from_iter_values(bytes)),
            };
        }
        // Some are so long that statistics cut them short.
        Kind::Text => {
            let text =
                |step: &i64| format!("{}{:03}{}", "it's a ".repeat(12), step / 3, "é".repeat((step % 3) as usize));
            Arc::new(StringArray::from_iter_values(steps.iter().map(text)))
        }
        _ => numbers(&|step| step - 20),
    };
    cast(&wide, data_type).unwrap()
}
