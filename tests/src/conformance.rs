//! The recorded write cases of `tests/data/conformance/write.json`, as typed values.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::model::{Keep, Target, Write};
use crate::table::{Cell, ColType, Columns, Row};

/// A dataset and what was done to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The family and the seed.
    pub name: String,
    /// The ordered column.
    pub ordered_on: String,
    /// All columns.
    pub columns: Columns,
    /// The writes, in order.
    pub steps: Vec<Step>,
}

/// A write, and its expected result.
#[derive(Clone, Debug)]
pub struct Step {
    /// The write.
    pub write: Write,
    /// The expected result.
    pub expect: Expect,
}

/// The result of a write.
#[derive(Clone, Debug)]
pub enum Expect {
    /// A typed error; the dataset is as before.
    Error,
    /// The whole dataset.
    Stored {
        /// The user metadata, sorted by key.
        metadata: Vec<(String, String)>,
        /// All rows in stored order.
        rows: Vec<Row>,
        /// The layout, if the case prescribes one. If not, the case ends here.
        layout: Option<Layout>,
    },
}

/// How the rows lie in row groups.
#[derive(Clone, Debug)]
pub struct Layout {
    /// In order.
    pub row_groups: Vec<RowGroup>,
    /// Rows in newly written files; a no-op may write fewer.
    pub rows_written: u64,
}

/// A row group.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGroup {
    /// The number of rows.
    pub n_rows: u64,
    /// The first value of the ordered column.
    pub min: Cell,
    /// The last value of the ordered column.
    pub max: Cell,
}

/// All recorded cases.
///
/// # Errors
///
/// If the file does not hold cases as its README describes them.
pub fn cases() -> Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/conformance/write.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let all: Value = serde_json::from_str(&text)?;
    list(&all)?.iter().map(|value| case(value).with_context(|| value["name"].to_string())).collect()
}

fn case(value: &Value) -> Result<Case> {
    let column = |(name, kind): (&String, &Value)| Ok((name.clone(), col_type(text(kind)?)?));
    let columns = object(&value["columns"])?.iter().map(column).collect::<Result<Columns>>()?;
    let ordered_on = text(&value["ordered_on"])?.to_owned();
    let ordered = columns.iter().find(|(name, _)| *name == ordered_on).context("no ordered column")?.1;
    let step = |step: &Value| {
        Ok(Step { write: write(&step["write"], &columns)?, expect: expect(&step["expect"], &columns, ordered)? })
    };
    let steps = list(&value["steps"])?.iter().map(step).collect::<Result<_>>()?;
    Ok(Case { name: text(&value["name"])?.to_owned(), ordered_on, columns, steps })
}

fn col_type(name: &str) -> Result<ColType> {
    Ok(match name {
        "int64" => ColType::Int64,
        "timestamp_ns" => ColType::TimestampNs,
        "string" => ColType::Utf8,
        "float64" => ColType::Float64,
        _ => bail!("unknown column type {name}"),
    })
}

fn write(value: &Value, columns: &Columns) -> Result<Write> {
    let rows = match &value["rows"] {
        Value::Null => None,
        given => Some(rows(given, columns)?),
    };
    let row_group_target = match &value["row_group_target"] {
        Value::String(period) => Target::Period(period.clone()),
        number => Target::Rows(number.as_i64().context("a target")?),
    };
    let duplicates_on = match &value["duplicates_on"] {
        Value::Null => None,
        names => Some(list(names)?.iter().map(|name| Ok(text(name)?.to_owned())).collect::<Result<_>>()?),
    };
    let max_off_target = match &value["max_off_target"] {
        Value::Null => None,
        number => Some(number.as_i64().context("max_off_target")?),
    };
    let metadata = match &value["metadata"] {
        Value::Null => Vec::new(),
        given => object(given)?.iter().map(|(key, value)| (key.clone(), value.as_str().map(str::to_owned))).collect(),
    };
    Ok(Write { rows, row_group_target, duplicates_on, keep: Keep::Last, max_off_target, metadata })
}

fn expect(value: &Value, columns: &Columns, ordered: ColType) -> Result<Expect> {
    if value["error"] == Value::Bool(true) {
        return Ok(Expect::Error);
    }
    let pair = |(key, value): (&String, &Value)| Ok((key.clone(), text(value)?.to_owned()));
    let mut metadata = object(&value["metadata"])?.iter().map(pair).collect::<Result<Vec<_>>>()?;
    metadata.sort();
    let layout = match &value["row_groups"] {
        Value::Null => None,
        groups => Some(Layout {
            row_groups: list(groups)?.iter().map(|group| row_group(group, ordered)).collect::<Result<_>>()?,
            rows_written: value["rows_written"].as_u64().context("rows_written")?,
        }),
    };
    Ok(Expect::Stored { metadata, rows: rows(&value["rows"], columns)?, layout })
}

fn row_group(value: &Value, ordered: ColType) -> Result<RowGroup> {
    let n_rows = value["n_rows"].as_u64().context("n_rows")?;
    Ok(RowGroup { n_rows, min: cell(&value["min"], ordered)?, max: cell(&value["max"], ordered)? })
}

/// Columns of values as rows of cells.
fn rows(value: &Value, columns: &Columns) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, (name, col_type)) in columns.iter().enumerate() {
        let values = list(&value[name]).with_context(|| format!("column {name}"))?;
        if at == 0 {
            rows.resize_with(values.len(), Row::new);
        }
        if values.len() != rows.len() {
            bail!("column {name} has {} values, not {}", values.len(), rows.len());
        }
        for (row, value) in rows.iter_mut().zip(values) {
            row.push(cell(value, *col_type)?);
        }
    }
    Ok(rows)
}

fn cell(value: &Value, col_type: ColType) -> Result<Cell> {
    Ok(match (value, col_type) {
        (Value::Null, _) => Cell::Null,
        (
            _,
            ColType::Int64 | ColType::TimestampNs | ColType::TimestampZoned | ColType::Date32 | ColType::Decimal128,
        ) => Cell::Int(value.as_i64().context("an integer")?),
        (_, ColType::Float64) => Cell::Float(value.as_f64().context("a number")?),
        (_, ColType::Utf8) => Cell::Text(text(value)?.to_owned()),
    })
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a list")
}

fn object(value: &Value) -> Result<&Map<String, Value>> {
    value.as_object().context("an object")
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("text")
}
