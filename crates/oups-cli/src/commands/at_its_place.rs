//! Adds to errors about rows what only the command line knows: the file and the line that a row came from.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use oups::Error;

use crate::explain::hint;
use crate::input::{Places, Wrong};

/// Whether a value of a text column looks like a time in a form that is not known: `08.02.2013 12:00`.
fn is_like_a_time(value: &str) -> bool {
    let numbers = value.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).count();
    let is_ours = value.get(..10).is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok());
    numbers >= 3 && !is_ours && value.chars().all(|c| c.is_ascii_digit() || " .:/-".contains(c))
}

/// The hint how to bring rows into order.
fn in_order(column: &str, previous: &str, value: &str) -> String {
    if is_like_a_time(value) {
        let times = hint::TIME_FORMAT;
        return format!("sort the input by `{column}` first, or give --sort; if these are times, {times}");
    }
    if is_put_back(previous, value) {
        // Sorting would mix the rows of the two hours, which may then be duplicates.
        return format!(
            "if clocks were put back there, an hour comes twice and only offsets say which is which: write `{value}` with one, such as +01:00; otherwise sort the input by `{column}` first"
        );
    }
    format!("sort the input by `{column}` first, or give --sort")
}

/// Whether a value that is earlier than the previous one may be a later time, because clocks were put back between the
/// two: at night, and by at most two hours.
fn is_put_back(previous: &str, value: &str) -> bool {
    // Times with an offset do not parse here: their order is unambiguous.
    let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let (Some(previous), Some(value)) = (time(previous), time(value)) else { return false };
    previous - value <= TimeDelta::hours(2) && value.hour() < 4
}

/// The fault of an input, if one stopped the write.
fn of_input(error: Error) -> Result<Wrong, Error> {
    match error {
        Error::Input { dataset, rows, source } => {
            Wrong::of(source).map_err(|source| Error::Input { dataset, rows, source })
        }
        other => Err(other),
    }
}

/// The error, with a hint that says where its rows are in the input files.
pub(super) fn at_its_place(error: Error, places: &Places) -> anyhow::Error {
    let error = match of_input(error) {
        Ok(wrong) => return wrong.into_error(),
        Err(error) => error,
    };
    let hint = match &error {
        Error::Unsorted { row, column, previous, value, .. } => {
            places.find(*row).map(|place| format!("that is {place}; {}", in_order(column, previous, value)))
        }
        Error::Unorderable { row, column, .. } => {
            places.find(*row).map(|place| format!("that is {place}; give `{column}` a value there, or keep such rows in a dataset that is ordered on another column"))
        }
        Error::Duplicate { row, of, .. } => places.find(*row).map(|place| match of.and_then(|of| places.find(of)) {
            Some(of) => format!("that is {place}, a duplicate of {of}; leave one out, or give --keep last or first"),
            None => format!("that is {place}; leave it out, or give --keep last to replace the stored row"),
        }),
        Error::KeyColumn { row: Some(row), .. } => places.find(*row).map(|place| format!("that is {place}")),
        Error::Schema { found, .. } if found.contains("evolve_schema") => {
            Some("--evolve-schema lets the dataset's columns grow; see docs/schema.md".to_owned())
        }
        Error::DictionaryFull { .. } => Some("add --evolve-schema, or give a smaller --row-group-target".to_owned()),
        // The dataset's rule is a function of the user's own program.
        Error::InvalidOption { option: "keep", .. } => {
            Some("that rule is known to the program that made it; here, give --keep last, first or reject".to_owned())
        }
        _ => None,
    };
    match hint {
        Some(hint) => hint::with(error, hint),
        None => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_comes_twice_is_not_to_be_sorted() {
        let hint = |previous, value| in_order("t", previous, value);
        assert!(!hint("2024-10-27T02:30:00.000000", "2024-10-27T02:00:00.000000").contains("--sort"));
        for (previous, value) in [
            ("2024-10-27T02:30:00.000000Z", "2024-10-27T02:00:00.000000Z"),
            ("2024-10-27T12:30:00.000000", "2024-10-27T12:00:00.000000"),
            ("2024-10-27T22:30:00.000000", "2024-10-27T02:00:00.000000"),
            ("30", "29"),
        ] {
            assert_eq!(hint(previous, value), "sort the input by `t` first, or give --sort");
        }
        assert!(hint("09.02.2013 12:00", "08.02.2013 12:00").ends_with(crate::explain::hint::TIME_FORMAT));
    }
}
