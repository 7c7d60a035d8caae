//! Texts as bounds of every type that can be ordered on: refused, or a value whose own text gives the same value.
//!
//! The input is a byte that chooses the type, then the text.

#![no_main]

use arrow::datatypes::{DataType, TimeUnit};
use libfuzzer_sys::fuzz_target;
use oups_core::ordered::OrderedType;

const TYPES: [DataType; 24] = [
    DataType::Int8,
    DataType::Int64,
    DataType::UInt8,
    DataType::UInt64,
    DataType::Float16,
    DataType::Float32,
    DataType::Float64,
    DataType::Decimal32(9, 2),
    DataType::Decimal64(18, 0),
    DataType::Decimal128(38, 10),
    DataType::Decimal256(76, 40),
    DataType::Date32,
    DataType::Date64,
    DataType::Time32(TimeUnit::Second),
    DataType::Time32(TimeUnit::Millisecond),
    DataType::Time64(TimeUnit::Microsecond),
    DataType::Time64(TimeUnit::Nanosecond),
    DataType::Timestamp(TimeUnit::Second, None),
    DataType::Timestamp(TimeUnit::Millisecond, None),
    DataType::Timestamp(TimeUnit::Microsecond, None),
    DataType::Timestamp(TimeUnit::Nanosecond, None),
    DataType::Duration(TimeUnit::Nanosecond),
    DataType::Utf8,
    DataType::Binary,
];

fuzz_target!(|input: (u8, &str)| {
    let (choice, text) = input;
    let ordered = OrderedType::new(&TYPES[usize::from(choice) % TYPES.len()]).expect("a type of the list");
    let Ok(value) = ordered.parse(text) else { return };
    let own = ordered.format(&value);
    // An instant outside the calendar's years is shown as its number. A number is refused as a bound: it may be a
    // mistake.
    if ordered.is_temporal() && own.parse::<i64>().is_ok() {
        return;
    }
    let again = ordered.parse(&own).unwrap_or_else(|error| panic!("{own}: {error}"));
    assert_eq!(again, value, "{text} is {own}");
    let array = ordered.to_array(std::slice::from_ref(&value)).expect("a value of the type");
    assert_eq!(ordered.keys(&array).expect("an array of the type").get(0), Some(value));
});
