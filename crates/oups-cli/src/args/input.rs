//! How inputs are read.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};
use clap::{Args, ValueEnum};

use super::csv::Csv;
use crate::pointed::pointed;
use crate::text::Times;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct Reading {
    /// Format of the inputs; by default that of a file's extension, and an Arrow stream on standard input
    #[arg(long, value_enum, requires = "input")]
    pub(crate) format: Option<InputFormat>,
    /// Types of columns of CSV and JSON: `temp:f64,time:timestamp[us,UTC]`; others are known or inferred
    #[arg(long, value_name = "COLUMN:TYPE,…", value_parser = types, requires = "input")]
    pub(crate) types: Option<Types>,
    /// How times and dates are written, as in strftime: `%d.%m.%Y %H:%M`
    #[arg(long, value_name = "FORMAT", requires = "input")]
    pub(crate) time_format: Option<String>,
    /// Zone of times without an offset, which become UTC: `Europe/Berlin`
    #[arg(long, value_name = "ZONE", value_parser = zone, requires = "input")]
    pub(crate) time_zone: Option<jiff::tz::TimeZone>,
    #[command(flatten)]
    pub(crate) csv: Csv,
    /// Sort the rows by the ordered column first, with bounded memory
    #[arg(long, requires = "input")]
    pub(crate) sort: bool,
}

impl Reading {
    pub(crate) fn times(&self) -> Times {
        Times { format: self.time_format.clone(), zone: self.time_zone.clone(), unit: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    Csv,
    Tsv,
    Json,
    Arrow,
    Parquet,
}

/// Columns and their types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Types(pub(crate) Vec<Field>);

fn zone(text: &str) -> Result<jiff::tz::TimeZone, String> {
    jiff::tz::TimeZone::get(text).map_err(|_| "expected the name of a time zone, such as Europe/Berlin".to_owned())
}

const A_TYPE: &str = "a type (str, bool, i8 to i64, u8 to u64, f32, f64, date, timestamp[us], timestamp[us,UTC], duration[us], decimal[10,2] or category)";

fn types(text: &str) -> Result<Types, String> {
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 1;
    for part in split(text) {
        let marked = |expected: &str, before: usize, found: &str| {
            let mark = pointed(text, at + before, found.chars().count());
            format!("expected {expected}, found `{found}`{mark}")
        };
        let (name, type_name) = part.rsplit_once(':').ok_or_else(|| marked("`column:type`", 0, part))?;
        let data_type =
            data_type(type_name.trim()).ok_or_else(|| marked(A_TYPE, name.chars().count() + 1, type_name))?;
        if name.is_empty() || fields.iter().any(|field| field.name() == name) {
            return Err(marked("a name for each column, once", 0, name));
        }
        fields.push(Field::new(name, data_type, true));
        at += part.chars().count() + 1;
    }
    Ok(Types(fields))
}

/// The parts between commas that are not in brackets.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0;
    text.split(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    })
    .collect()
}

fn data_type(text: &str) -> Option<DataType> {
    let (name, inner) = match text.split_once('[') {
        Some((name, rest)) => (name, Some(rest.strip_suffix(']')?)),
        None => (text, None),
    };
    Some(match (name, inner) {
        ("str", None) => DataType::Utf8,
        ("bool", None) => DataType::Boolean,
        ("i8", None) => DataType::Int8,
        ("i16", None) => DataType::Int16,
        ("i32", None) => DataType::Int32,
        ("i64" | "int", None) => DataType::Int64,
        ("u8", None) => DataType::UInt8,
        ("u16", None) => DataType::UInt16,
        ("u32", None) => DataType::UInt32,
        ("u64", None) => DataType::UInt64,
        ("f32", None) => DataType::Float32,
        ("f64" | "float", None) => DataType::Float64,
        ("date", None) => DataType::Date32,
        ("category", None) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        ("timestamp", inner) => {
            let (unit, zone) = match inner.unwrap_or("us").split_once(',') {
                Some((unit, zone)) => (unit, Some(Arc::from(zone.trim()))),
                None => (inner.unwrap_or("us"), None),
            };
            DataType::Timestamp(time_unit(unit)?, zone)
        }
        ("duration", inner) => DataType::Duration(time_unit(inner.unwrap_or("us"))?),
        ("decimal", Some(inner)) => {
            let (precision, scale) = inner.split_once(',')?;
            DataType::Decimal128(
                precision.trim().parse().ok().filter(|p| (1..=38).contains(p))?,
                scale.trim().parse().ok()?,
            )
        }
        _ => return None,
    })
}

fn time_unit(text: &str) -> Option<TimeUnit> {
    Some(match text.trim() {
        "s" => TimeUnit::Second,
        "ms" => TimeUnit::Millisecond,
        "us" => TimeUnit::Microsecond,
        "ns" => TimeUnit::Nanosecond,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_in_rust_with_units_in_brackets() {
        let parsed = types("temp:f64,time:timestamp[us,UTC],a:b:decimal[10,2]").unwrap();
        let shown: Vec<_> = parsed.0.iter().map(|f| format!("{}: {}", f.name(), f.data_type())).collect();
        assert_eq!(shown, ["temp: Float64", "time: Timestamp(µs, \"UTC\")", "a:b: Decimal128(10, 2)"]);
        for wrong in ["temp", "temp:", "temp:f65", "t:timestamp[xs]", "t:timestamp[us", "a:f64,a:f64", ":f64"] {
            assert!(types(wrong).is_err(), "{wrong}");
        }
    }
}
