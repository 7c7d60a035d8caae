//! Texts as values of every type that has texts: refused, or a value whose own text is the same value again, and says what the
//! first text said.
//!
//! One byte that chooses the type, one that chooses how the text is written, then the text.

#![no_main]

#[allow(dead_code, unused_imports)]
#[path = "../../crates/oups-cli/src/text/mod.rs"]
mod text;

use arrow::array::{Array, ArrayRef};
use chrono::NaiveDateTime;
use libfuzzer_sys::fuzz_target;
use text::{Column, Guess, Role, Times, CommitReport, shown, types};

const TYPES: [&str; 24] = [
    "i8",
    "i64",
    "u64",
    "decimal[10,2]",
    "decimal[76,20]",
    "f16",
    "f32",
    "f64",
    "bool",
    "str",
    "binary",
    "fixed[2]",
    "date",
    "date64",
    "time[s]",
    "time[ns]",
    "timestamp[s]",
    "timestamp[us]",
    "timestamp[ns]",
    "timestamp[ms,UTC]",
    "timestamp[us,Europe/Berlin]",
    "duration[ms]",
    "duration[ns]",
    "category[i8,f64]",
];

fn read(type_name: &str, written: CommitReport<'_>) -> Option<ArrayRef> {
    let data_type = types::parse(type_name).expect("the name of a type");
    let mut column = Column::new(&data_type, &Times::default(), 1).expect("a type with texts");
    let is_read = column.append(written).is_ok();
    let values = column.finish();
    assert_eq!(values.len(), usize::from(is_read), "{type_name}: {written:?}");
    is_read.then_some(values)
}

fn shown(values: &dyn Array) -> String {
    let mut text = String::new();
    shown::write(values, 0, &mut text).expect("a value that was read has a text");
    text
}

/// A number without exponent and without zeros at its ends; `None` where that is long, or the text is not a number.
fn plain(text: &str) -> Option<(bool, String, String)> {
    let (is_negative, text) = (text.starts_with('-'), text.trim_start_matches(['-', '+']));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.parse::<i64>().ok().filter(|exponent| exponent.abs() < 2_000)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let room = "0".repeat(2_000);
    let digits = format!("{room}{whole}{fraction}{room}");
    let point = usize::try_from(i64::try_from(room.len() + whole.len()).ok()? + exponent).ok()?;
    let (whole, fraction) = digits.split_at_checked(point)?;
    let (whole, fraction) = (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned());
    let is_zero = whole.is_empty() && fraction.is_empty();
    (text.bytes().any(|byte| byte.is_ascii_digit())).then_some((is_negative && !is_zero, whole, fraction))
}

fuzz_target!(|input: (u8, u8, &str)| {
    let (which, how, text) = input;
    let type_name = TYPES[usize::from(which) % TYPES.len()];
    let written = match how % 3 {
        0 => Written::Text(text),
        1 => Written::String(text),
        _ => Written::Number(text),
    };
    let mut guess = Guess::new(&Times::default(), if how & 64 == 0 { Role::Ordered } else { Role::Other });
    guess.add(written, 1);
    if let Some(data_type) = guess.finish().data_type {
        let mut column = Column::new(&data_type, &Times::default(), 1).expect("a type with texts");
        assert!(text.is_empty() || column.append(written).is_ok(), "{written:?} is not the {data_type} it looks like");
    }
    let Some(values) = read(type_name, written) else { return };
    let own = shown(values.as_ref());
    let again =
        read(type_name, Written::Text(&own)).unwrap_or_else(|| panic!("{type_name}: {own} of {text} is refused"));
    assert_eq!(shown(again.as_ref()), own, "{type_name}: {text}");
    assert_eq!(format!("{:?}", again.to_data()), format!("{:?}", values.to_data()), "{type_name}: {text}");

    let is_exact = matches!(type_name, "i8" | "i64" | "u64" | "decimal[10,2]" | "decimal[76,20]");
    let is_plain = text.trim().trim_start_matches(['-', '+']).bytes().all(|byte| byte.is_ascii_digit());
    if is_exact || is_plain && type_name.starts_with('f') && own != "NaN" {
        let (said, held) = (plain(text.trim()), plain(&own));
        assert!(said.is_none() || held.is_none() || said == held, "{type_name}: {text} became {own}");
    }
    if type_name.starts_with("timestamp") && !type_name.contains(',') {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
            let held = NaiveDateTime::parse_from_str(&own, "%Y-%m-%dT%H:%M:%S%.f").expect("a time");
            assert_eq!(time, held, "{type_name}: {text} became {own}");
        }
    }
});
