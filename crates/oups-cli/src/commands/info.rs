//! `oups info`: shows columns, settings, metadata and row groups of a dataset.

use std::io::Write;

use indicatif::HumanBytes;
use oups::{AnyKey, RowGroup, Snapshot, Store};
use serde_json::{Value, json};

use super::print_json;
use crate::args::Info;
use crate::output::grid::{Column, Grid};
use crate::output::value;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::stdout::Stdout;
use crate::terminal::visible::visible;

pub(crate) fn run(args: Info, out: &mut Stdout) -> anyhow::Result<()> {
    let store = store::store(&args.store)?;
    let (key, dataset) = store::dataset(&store, &args.key)?;
    let snapshot = dataset.snapshot()?;
    if args.json {
        print_json(&facts(&snapshot), out)
    } else if args.files {
        files(&store, &key, &snapshot, out)
    } else {
        describe(&snapshot, out)
    }
}

fn facts(snapshot: &Snapshot) -> Value {
    let columns: Vec<Value> = snapshot
        .schema()
        .fields()
        .iter()
        .map(|field| {
            json!({ "name": field.name(), "type": field.data_type().to_string(), "nullable": field.is_nullable() })
        })
        .collect();
    let row_group = |entry: &RowGroup| {
        json!({
            "file": entry.file_name(),
            "rows": entry.rows(),
            "bytes": entry.bytes(),
            "min": value::json(snapshot.ordered_type(), entry.min()),
            "max": value::json(snapshot.ordered_type(), entry.max()),
        })
    };
    json!({
        "key": snapshot.dataset(),
        "ordered_on": snapshot.ordered_on(),
        "rows": snapshot.rows(),
        "version": snapshot.version().commit(),
        "draw": snapshot.version().draw(),
        "settings": snapshot.settings().to_json(),
        "metadata": snapshot.metadata(),
        "columns": columns,
        "row_groups": snapshot.row_groups().iter().map(row_group).collect::<Vec<_>>(),
    })
}

fn files(store: &Store<AnyKey>, key: &AnyKey, snapshot: &Snapshot, out: &mut Stdout) -> anyhow::Result<()> {
    let folder = store.root().join(key.to_path()?);
    for entry in snapshot.row_groups() {
        writeln!(out, "{}", folder.join(entry.file_name()).display())?;
    }
    Ok(())
}

fn describe(snapshot: &Snapshot, out: &mut Stdout) -> anyhow::Result<()> {
    let show = |value| value::text(snapshot.ordered_type(), value);
    writeln!(out, "dataset     {}", snapshot.dataset())?;
    writeln!(out, "version     {}", snapshot.version().commit())?;
    let groups = counted(snapshot.row_groups().len() as u64, "row group");
    let (rows, bytes) = (counted(snapshot.rows(), "row"), HumanBytes(snapshot.bytes()));
    writeln!(out, "size        {rows} in {groups}, {bytes}")?;
    writeln!(out, "ordered on  {}", visible(snapshot.ordered_on()))?;
    if let Some((min, max)) = snapshot.span() {
        writeln!(out, "span        {} ..= {}", show(min), show(max))?;
    }
    if let Value::Object(settings) = snapshot.settings().to_json() {
        section("settings", settings.iter().map(|(name, value)| (name.as_str(), text(value))), out)?;
    }
    let metadata = snapshot.metadata().iter().map(|(key, value)| (key.as_str(), value.clone()));
    section("metadata", metadata, out)?;
    writeln!(out, "\ncolumns")?;
    columns(snapshot).print(None, out)?;
    writeln!(out, "\nrow groups")?;
    row_groups(snapshot).print(None, out)?;
    Ok(())
}

/// Prints a heading with indented names and texts. Without lines, it prints nothing.
fn section<'a>(heading: &str, lines: impl Iterator<Item = (&'a str, String)>, out: &mut Stdout) -> anyhow::Result<()> {
    let lines = section_lines(lines);
    if !lines.is_empty() {
        writeln!(out, "\n{heading}")?;
    }
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// Lines of names and texts, in two columns.
pub(super) fn section_lines<'a>(lines: impl Iterator<Item = (&'a str, String)>) -> Vec<String> {
    let lines: Vec<_> = lines.map(|(name, text)| (visible(name), visible(&text))).collect();
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    lines.into_iter().map(|(name, text)| format!("{name:width$}  {text}")).collect()
}

/// A setting as the options of `write` take it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        // `--duplicates-on '*'` is stored as an empty list.
        Value::Array(columns) if columns.is_empty() => "*".to_owned(),
        Value::Array(columns) => columns.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn columns(snapshot: &Snapshot) -> Grid {
    let row = |field: &arrow::datatypes::FieldRef| {
        let nullable = if field.is_nullable() { "yes" } else { "no" };
        vec![field.name().clone(), field.data_type().to_string(), nullable.to_owned()]
    };
    Grid {
        columns: vec![Column::left("name"), Column::left("type"), Column::left("nullable")],
        rows: snapshot.schema().fields().iter().map(row).collect(),
    }
}

fn row_groups(snapshot: &Snapshot) -> Grid {
    let row = |(place, entry): (usize, &RowGroup)| {
        vec![
            (place + 1).to_string(),
            entry.rows().to_string(),
            HumanBytes(entry.bytes()).to_string(),
            value::text(snapshot.ordered_type(), entry.min()),
            value::text(snapshot.ordered_type(), entry.max()),
        ]
    };
    let columns = ["", "rows", "bytes"].map(Column::right);
    Grid {
        columns: columns.into_iter().chain(["first", "last"].map(Column::left)).collect(),
        rows: snapshot.row_groups().iter().enumerate().map(row).collect(),
    }
}
