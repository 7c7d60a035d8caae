//! The recorded cases of `tests/data/conformance/intersections.json`, as typed values.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::model::Target;
use crate::table::{Cell, ColType, Columns, Row};

/// Several datasets of columns `ts`, on which they are ordered, and `v`; and a range over them.
#[derive(Clone, Debug)]
pub struct Case {
    /// The family and the seed.
    pub name: String,
    /// `ts` and `v`.
    pub columns: Columns,
    /// The datasets.
    pub datasets: Vec<Stored>,
    /// Where the range starts, inclusive.
    pub start: Option<i64>,
    /// Where the range ends, exclusive.
    pub end: Option<i64>,
}

/// A dataset.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its key's path.
    pub key: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The target of its write.
    pub target: Target,
    /// The row groups that it then has: rows, minimum, maximum.
    pub row_groups: Vec<(u64, i64, i64)>,
    /// Its rows in the range.
    pub in_range: Vec<Row>,
}

/// All recorded cases.
///
/// # Errors
///
/// If the file does not hold cases as its README describes them.
pub fn cases() -> Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/conformance/intersections.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let all: Vec<Value> = serde_json::from_str(&text)?;
    all.iter().map(|value| case(value).with_context(|| value["name"].to_string())).collect()
}

fn case(value: &Value) -> Result<Case> {
    let ts = match value["ts_type"].as_str() {
        Some("int64") => ColType::Int64,
        Some("timestamp_ns") => ColType::TimestampNs,
        other => bail!("unknown type {other:?}"),
    };
    let keys = value["keys"].as_object().context("keys")?;
    let stored = |(key, stored): (&String, &Value)| {
        Ok(Stored {
            key: key.clone(),
            rows: rows(&stored["rows"])?,
            target: match &stored["row_group_target"] {
                Value::String(period) => Target::Period(period.clone()),
                number => Target::Rows(int(number)?),
            },
            row_groups: list(&stored["row_groups"])?.iter().map(row_group).collect::<Result<_>>()?,
            in_range: rows(&value["rows"][key])?,
        })
    };
    let bound = |value: &Value| if value.is_null() { Ok(None) } else { int(value).map(Some) };
    Ok(Case {
        name: value["name"].as_str().context("name")?.to_owned(),
        columns: vec![("ts".to_owned(), ts), ("v".to_owned(), ColType::Int64)],
        datasets: keys.iter().map(stored).collect::<Result<_>>()?,
        start: bound(&value["start"])?,
        end: bound(&value["end"])?,
    })
}

fn rows(value: &Value) -> Result<Vec<Row>> {
    let (ts, v) = (list(&value["ts"])?, list(&value["v"])?);
    if ts.len() != v.len() {
        bail!("{} times for {} values", ts.len(), v.len());
    }
    ts.iter().zip(v).map(|(ts, v)| Ok(vec![Cell::Int(int(ts)?), Cell::Int(int(v)?)])).collect()
}

fn row_group(value: &Value) -> Result<(u64, i64, i64)> {
    Ok((value["n_rows"].as_u64().context("n_rows")?, int(&value["min"])?, int(&value["max"])?))
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a list")
}

fn int(value: &Value) -> Result<i64> {
    value.as_i64().context("an integer")
}
