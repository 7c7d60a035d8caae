//! The options that say how inputs are read.

use arrow::datatypes::{Field, TimeUnit};
use clap::{Args, ValueEnum};

use super::csv::Csv;
use crate::caret::pointed;
use crate::text::{Format, Times, Zone, types};

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct Reading {
    /// Format of the inputs; by default that of a file's extension, and an Arrow stream on standard input
    #[arg(long, value_enum, requires = "input")]
    pub(crate) format: Option<InputFormat>,
    /// Types of columns of CSV and JSON: `temp:f64,time:timestamp[us,UTC]`; others are the dataset's or inferred
    #[arg(long, value_name = "COLUMN:TYPE,…", value_parser = columns, requires = "input")]
    pub(crate) types: Option<Types>,
    /// How times and dates are written, as in strftime: `%d.%m.%Y %H:%M`
    #[arg(long, value_name = "FORMAT", value_parser = Format::new, requires = "input")]
    pub(crate) time_format: Option<Format>,
    /// Zone of times without an offset; they become UTC: `Europe/Berlin`
    #[arg(long, value_name = "ZONE", value_parser = zone, requires = "input")]
    pub(crate) time_zone: Option<Zone>,
    /// Unit of numbers that stand for times, counted from 1970: `s`, `ms`, `us` or `ns`; by default the column's
    #[arg(long, value_name = "UNIT", value_parser = unit, requires = "input")]
    pub(crate) time_unit: Option<TimeUnit>,
    #[command(flatten)]
    pub(crate) csv: Csv,
    /// Sort the rows by the ordered column first, with bounded memory
    #[arg(long, requires = "input")]
    pub(crate) sort: bool,
}

impl Reading {
    pub(crate) fn times(&self) -> Times {
        Times { format: self.time_format.clone(), zone: self.time_zone.clone(), unit: self.time_unit }
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

fn zone(text: &str) -> Result<Zone, String> {
    Zone::named(text).ok_or_else(|| "expected the name of a time zone, such as Europe/Berlin, or an offset".to_owned())
}

fn unit(text: &str) -> Result<TimeUnit, String> {
    types::unit_of(text).ok_or_else(|| "expected s, ms, us or ns".to_owned())
}

fn columns(text: &str) -> Result<Types, String> {
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 1;
    for part in split(text) {
        let marked = |expected: &str, before: usize, found: &str| {
            let mark = pointed(text, at + before, found.chars().count());
            format!("expected {expected}, found `{found}`{mark}")
        };
        let (name, type_name) = part.rsplit_once(':').ok_or_else(|| marked("`column:type`", 0, part))?;
        // The zone of a timestamp may contain a colon, so only colons before the bracket count.
        let (name, type_name) = match part.find('[').and_then(|at| part.get(..at)?.rfind(':')) {
            Some(colon) => (part.get(..colon).unwrap_or(name), part.get(colon + 1..).unwrap_or(type_name)),
            None => (name, type_name),
        };
        let data_type = types::parse(type_name).ok_or_else(|| match types::unknown_zone(type_name) {
            Some(zone) => format!("`{zone}` is not the name of a time zone, such as Europe/Berlin, or an offset"),
            None => marked(types::NAMES, name.chars().count() + 1, type_name),
        })?;
        if name.is_empty() || fields.iter().any(|field| field.name() == name) {
            return Err(marked("a name for each column, once", 0, name));
        }
        fields.push(Field::new(name, data_type, true));
        at += part.chars().count() + 1;
    }
    Ok(Types(fields))
}

/// Splits at the commas that are not in brackets.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_in_rust_with_units_in_brackets() {
        let parsed = columns("temp:f64,time:timestamp[us,UTC],a:b:decimal[10,2],z:timestamp[s,+05:30]").unwrap();
        let shown: Vec<_> = parsed.0.iter().map(|f| format!("{}: {}", f.name(), f.data_type())).collect();
        assert_eq!(
            shown,
            ["temp: Float64", "time: Timestamp(µs, \"UTC\")", "a:b: Decimal128(10, 2)", "z: Timestamp(s, \"+05:30\")"]
        );
        for wrong in ["temp", "temp:", "temp:f65", "t:timestamp[xs]", "t:timestamp[us", "a:f64,a:f64", ":f64"] {
            assert!(columns(wrong).is_err(), "{wrong}");
        }
    }
}
