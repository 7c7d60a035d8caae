//! Texts as values of every type that has texts, and back. A text is refused, or gives a value whose own text is read
//! as the same value, bit by bit, in CSV and in JSON. If another parser knows the text, it gives the same value.
//!
//! The input is a byte that chooses the type, then the text. The lines of the text are also a column whose type is
//! inferred.

#![no_main]

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Float16Type, Float32Type, Float64Type, Int64Type, TimestampNanosecondType, UInt64Type,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use libfuzzer_sys::fuzz_target;
use oups_cli::fuzzing::{Form, data_type, guess, json_form, text, value};

const TYPES: [&str; 41] = [
    "str",
    "large_str",
    "str_view",
    "bool",
    "i8",
    "i16",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "f16",
    "f32",
    "f64",
    "decimal32[9,2]",
    "decimal64[18,0]",
    "decimal[38,10]",
    "decimal256[76,40]",
    "date",
    "date64",
    "timestamp[s]",
    "timestamp[ms]",
    "timestamp[us]",
    "timestamp[ns]",
    "timestamp[ns,UTC]",
    "timestamp[us,Europe/Berlin]",
    "timestamp[s,+05:30]",
    "time[s]",
    "time[ms]",
    "time[us]",
    "time[ns]",
    "duration[s]",
    "duration[ms]",
    "duration[us]",
    "duration[ns]",
    "binary",
    "binary_view",
    "fixed[4]",
    "category",
    "category[i8,i16]",
];

fn same(one: &ArrayRef, other: &ArrayRef) -> bool {
    one.to_data() == other.to_data()
}

fuzz_target!(|input: (u8, &str)| {
    let (choice, written) = input;
    let name = TYPES[usize::from(choice) % TYPES.len()];
    let data_type = data_type(name).unwrap_or_else(|| panic!("{name} is a type"));
    for form in [Form::Csv, Form::JsonString, Form::JsonNumber] {
        if let Ok(read) = value(&data_type, form, written) {
            comes_back(&data_type, written, &read);
            says_the_same(&data_type, written, &read);
            as_others_read(&data_type, written, &read);
        }
    }
    found_type_reads_all(written);
});

fn comes_back(data_type: &DataType, written: &str, read: &ArrayRef) {
    let own = text(read).unwrap_or_else(|why| panic!("{data_type}: {written:?} is read and has no text: {why}"));
    for form in [Form::Csv, json_form(read)] {
        let again = value(data_type, form, &own);
        let again =
            again.unwrap_or_else(|why| panic!("{data_type}: {written:?} is {own:?}, as {form:?} refused: {why}"));
        assert!(same(read, &again), "{data_type}: {written:?} is {own:?}, as {form:?} another value: {again:?}");
        assert_eq!(text(&again).as_ref(), Ok(&own), "{data_type}: {written:?}");
    }
}

/// A value that is held exactly has the digits that were written. Floats are checked only for whole numbers.
fn says_the_same(data_type: &DataType, written: &str, read: &ArrayRef) {
    let is_whole = written.trim().trim_start_matches(['-', '+']).bytes().all(|byte| byte.is_ascii_digit());
    // The shortest text of a float may have fewer digits than were written.
    let float = |value: f64| is_whole.then(|| format!("{value:.0}"));
    let held = match data_type {
        DataType::Float16 => float(read.as_primitive::<Float16Type>().value(0).to_f64()),
        DataType::Float32 => float(f64::from(read.as_primitive::<Float32Type>().value(0))),
        DataType::Float64 => float(read.as_primitive::<Float64Type>().value(0)),
        _ if data_type.is_integer() || data_type.is_decimal() => text(read).ok(),
        _ => None,
    };
    if let (Some(held), Some(said)) = (held, plain(written.trim())) {
        assert!(plain(&held).as_ref() == Some(&said), "{data_type}: {written:?} became {held}");
    }
}

/// A number as sign, whole digits and fraction digits, without zeros at its ends. `None` if it is very long, or not a
/// number.
fn plain(text: &str) -> Option<(bool, String, String)> {
    let (is_negative, text) = (text.starts_with('-'), text.trim_start_matches(['-', '+']));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.parse::<i64>().ok().filter(|exponent| exponent.unsigned_abs() < 2_000)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let room = "0".repeat(2_000);
    let digits = format!("{room}{whole}{fraction}{room}");
    let point = usize::try_from(i64::try_from(room.len() + whole.len()).ok()? + exponent).ok()?;
    let (whole, fraction) = digits.split_at_checked(point)?;
    let (whole, fraction) = (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned());
    let is_zero = whole.is_empty() && fraction.is_empty();
    (text.bytes().any(|byte| byte.is_ascii_digit())).then_some((is_negative && !is_zero, whole, fraction))
}

/// Compares with other parsers: the standard library for numbers, chrono for dates and times.
fn as_others_read(data_type: &DataType, written: &str, read: &ArrayRef) {
    match data_type {
        DataType::Int64 => agree(written.parse().ok(), read.as_primitive::<Int64Type>().value(0), written),
        DataType::UInt64 => agree(written.parse().ok(), read.as_primitive::<UInt64Type>().value(0), written),
        DataType::Float32 => {
            let known = written.parse().ok().filter(|known: &f32| known.is_finite());
            agree(known.map(f32::to_bits), read.as_primitive::<Float32Type>().value(0).to_bits(), written);
        }
        DataType::Float64 => {
            let known = written.parse().ok().filter(|known: &f64| known.is_finite());
            agree(known.map(f64::to_bits), read.as_primitive::<Float64Type>().value(0).to_bits(), written);
        }
        DataType::Date32 => {
            let known = NaiveDate::parse_from_str(written, "%Y-%m-%d").ok();
            let found = read.as_primitive::<arrow::datatypes::Date32Type>().value(0);
            agree(known.map(|date| date.to_epoch_days()), found, written);
        }
        DataType::Timestamp(arrow::datatypes::TimeUnit::Nanosecond, Some(_)) => {
            let known = DateTime::parse_from_rfc3339(written).ok().and_then(|time| time.timestamp_nanos_opt());
            agree(known, read.as_primitive::<TimestampNanosecondType>().value(0), written);
        }
        DataType::Timestamp(_, None) => {
            let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
            // A leap second has no value of its own.
            let known = time(written).filter(|_| !written.contains(":60"));
            let own = text(read).expect("a time has a text");
            assert!(known.is_none() || known == time(&own), "{data_type}: {written:?} became {own}");
        }
        _ => {}
    }
}

fn agree<T: PartialEq + std::fmt::Debug>(known: Option<T>, found: T, written: &str) {
    assert!(known.is_none_or(|known| known == found), "{written:?} was read as {found:?}");
}

fn found_type_reads_all(written: &str) {
    let lines = || written.lines().filter(|line| !line.is_empty()).take(8);
    for is_ordered in [false, true] {
        let Some(found) = guess(lines(), is_ordered) else { continue };
        for line in lines() {
            if let Err(why) = value(&found, Form::Csv, line) {
                panic!("{found} was found from {written:?}, and refuses {line:?}: {why}");
            }
        }
    }
}
