//! Parses the values of options.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use oups::sizing::RowGroupTarget;
use oups::{Aggregate, DuplicatesOn, Error, Fill, Keep, KeepRule};

/// A number, or the word `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberOrNone(pub(crate) Option<u64>);

/// Columns, `*` for all columns, or the word `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DuplicateColumns(pub(crate) DuplicatesOn);

/// The rules for duplicates that the program has; a library can also have a rule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeepOption {
    /// The row written last
    Last,
    /// The row written first
    First,
    /// No row: a write that brings a duplicate fails
    Reject,
}

impl From<KeepOption> for Keep {
    fn from(option: KeepOption) -> Self {
        match option {
            KeepOption::Last => Self::Last,
            KeepOption::First => Self::First,
            KeepOption::Reject => Self::Reject,
        }
    }
}

impl From<KeepOption> for KeepRule {
    fn from(option: KeepOption) -> Self {
        match option {
            KeepOption::Last => Self::Last,
            KeepOption::First => Self::First,
            KeepOption::Reject => Self::Reject,
        }
    }
}

/// What to do with a column that is named like a field of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyColumnsOption {
    /// Leave it out, if every value is the key's
    Drop,
    /// Store it like any other column
    Keep,
}

/// How to fill a period without rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FillOption {
    /// Nulls, and counts of 0
    Null,
    /// The last value before; sums and counts of 0
    Previous,
}

impl From<FillOption> for Fill {
    fn from(option: FillOption) -> Self {
        match option {
            FillOption::Null => Self::Null,
            FillOption::Previous => Self::Previous,
        }
    }
}

pub(super) fn duplicates_on(text: &str) -> Result<DuplicateColumns, String> {
    let columns = match text {
        "none" => DuplicatesOn::Off,
        "*" => DuplicatesOn::All,
        columns if columns.split(',').all(|column| !column.is_empty()) => {
            DuplicatesOn::Columns(columns.split(',').map(str::to_owned).collect())
        }
        _ => return Err("expected columns (`a,b`), `*` for all of them, or `none`".to_owned()),
    };
    Ok(DuplicateColumns(columns))
}

pub(super) fn number_or_none(text: &str) -> Result<NumberOrNone, String> {
    if text == "none" {
        return Ok(NumberOrNone(None));
    }
    text.parse().map(|number| NumberOrNone(Some(number))).map_err(|_| "expected a whole number or `none`".to_owned())
}

/// A count. The error is our own, because Rust's words for a wrong number are not for users.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number, such as 100".to_owned())
}

pub(super) fn target(text: &str) -> Result<RowGroupTarget, String> {
    text.parse().map_err(|error| match error {
        // The option and the text are already named in front of this.
        Error::InvalidOption { expected, .. } => format!("expected {expected}"),
        error => error.to_string(),
    })
}

pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected `key=value`".to_owned()),
    }
}

/// A column and its aggregates.
#[derive(Clone, Debug)]
pub(crate) struct Aggregates {
    pub(crate) column: String,
    pub(crate) aggregates: Vec<Aggregate>,
}

pub(super) fn aggregates(text: &str) -> Result<Aggregates, String> {
    // The last colon counts: a column's name may contain colons.
    let Some((column, names)) = text.rsplit_once(':') else {
        return Err("expected `column:aggregate,aggregate`, such as `price:first,last`".to_owned());
    };
    let aggregates = names.split(',').map(str::parse).collect::<Result<_, _>>()?;
    Ok(Aggregates { column: column.to_owned(), aggregates })
}

pub(super) fn condition(text: &str) -> Result<String, String> {
    if text.contains('=') { Ok(text.to_owned()) } else { Err("expected `field=value`".to_owned()) }
}

/// A store, and the name that it is to have.
pub(super) fn store_as(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, store)) if !name.is_empty() && !store.is_empty() => Ok((name.to_owned(), store.into())),
        _ => Err("expected `name=folder of a store`".to_owned()),
    }
}

pub(super) fn threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=1024).contains(number));
    number.ok_or_else(|| "expected a whole number from 1 to 1024".to_owned())
}

/// Bytes, with or without a unit: a kB has 1000 of them, a KiB 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 512MB or 2GiB".to_owned();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1_048_576.0,
        "g" | "gib" => 1_073_741_824.0,
        "t" | "tib" => 1_099_511_627_776.0,
        _ => return Err(wrong()),
    };
    let bytes = number * unit;
    // Beyond that a whole number of bytes is not a number of this type.
    if (1.0..9e18).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as 500ms, 10s, 2min or 1h".to_owned();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "ms" => number / 1000.0,
        "s" => number,
        "min" | "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_unit() {
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2 min"), Ok(Duration::from_secs(120)));
        for wrong in ["10", "s", "-1s", "1e9s", "", "1.2.3s", "99999999999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_have_the_usual_units() {
        for (text, bytes) in
            [("1000", 1000), ("512MB", 512_000_000), ("1.5 GiB", 3 << 29), ("64m", 64 << 20), ("1kb", 1000)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "0", "MB", "-1MB", "1XB", "half", "1e3", "99999999999TB", "0.1"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn duplicates_are_on_columns_all_or_none() {
        let parsed = |text| duplicates_on(text).map(|columns| columns.0);
        assert_eq!(parsed("none"), Ok(DuplicatesOn::Off));
        assert_eq!(parsed("*"), Ok(DuplicatesOn::All));
        assert_eq!(parsed("time,id"), Ok(["time", "id"].into()));
        for wrong in ["", ",", "time,", "time,,id"] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
