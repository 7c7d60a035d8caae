//! `oups info`: what one dataset is.

use std::io::Write;

use indicatif::HumanBytes;
use oups::{AnyKey, Manifest, RowGroup, Store};
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
    let manifest = snapshot.manifest();
    if args.json {
        print_json(&facts(manifest), out)
    } else if args.files {
        files(&store, &key, manifest, out)
    } else {
        describe(manifest, out)
    }
}

fn facts(manifest: &Manifest) -> Value {
    let columns: Vec<Value> = manifest
        .schema
        .fields()
        .iter()
        .map(|field| {
            json!({ "name": field.name(), "type": field.data_type().to_string(), "nullable": field.is_nullable() })
        })
        .collect();
    let row_group = |entry: &RowGroup| {
        json!({
            "file": &*entry.file,
            "rows": entry.rows,
            "bytes": entry.bytes,
            "min": value::json(&manifest.ordered, &entry.min),
            "max": value::json(&manifest.ordered, &entry.max),
        })
    };
    json!({
        "key": manifest.dataset,
        "ordered_on": manifest.ordered_on,
        "rows": manifest.rows(),
        "version": manifest.commit,
        "draw": manifest.version().draw(),
        "settings": manifest.settings.to_json(),
        "metadata": manifest.metadata,
        "columns": columns,
        "row_groups": manifest.entries.iter().map(row_group).collect::<Vec<_>>(),
    })
}

fn files(store: &Store<AnyKey>, key: &AnyKey, manifest: &Manifest, out: &mut Stdout) -> anyhow::Result<()> {
    let folder = store.root().join(key.to_path()?);
    for entry in &manifest.entries {
        writeln!(out, "{}", folder.join(&*entry.file).display())?;
    }
    Ok(())
}

fn describe(manifest: &Manifest, out: &mut Stdout) -> anyhow::Result<()> {
    let show = |value| value::text(&manifest.ordered, value);
    writeln!(out, "dataset     {}", manifest.dataset)?;
    writeln!(out, "version     {}", manifest.commit)?;
    let groups = counted(manifest.entries.len() as u64, "row group");
    let (rows, bytes) = (counted(manifest.rows(), "row"), HumanBytes(manifest.bytes()));
    writeln!(out, "size        {rows} in {groups}, {bytes}")?;
    writeln!(out, "ordered on  {}", visible(&manifest.ordered_on))?;
    if let Some((min, max)) = manifest.span() {
        writeln!(out, "span        {} ..= {}", show(min), show(max))?;
    }
    if let Value::Object(settings) = manifest.settings.to_json() {
        section("settings", settings.iter().map(|(name, value)| (name.as_str(), text(value))), out)?;
    }
    let metadata = manifest.metadata.iter().map(|(key, value)| (key.as_str(), value.clone()));
    section("metadata", metadata, out)?;
    writeln!(out, "\ncolumns")?;
    columns(manifest).print(None, out)?;
    writeln!(out, "\nrow groups")?;
    row_groups(manifest).print(None, out)?;
    Ok(())
}

/// A heading with indented names and texts; nothing where there are none.
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

/// Names and texts, each in its column.
pub(super) fn section_lines<'a>(lines: impl Iterator<Item = (&'a str, String)>) -> Vec<String> {
    let lines: Vec<_> = lines.map(|(name, text)| (visible(name), visible(&text))).collect();
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    lines.into_iter().map(|(name, text)| format!("{name:width$}  {text}")).collect()
}

/// A setting as the options take it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        // As `write` takes columns: none named are all of them.
        Value::Array(columns) if columns.is_empty() => "*".to_owned(),
        Value::Array(columns) => columns.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn columns(manifest: &Manifest) -> Grid {
    let row = |field: &arrow::datatypes::FieldRef| {
        let nullable = if field.is_nullable() { "yes" } else { "no" };
        vec![field.name().clone(), field.data_type().to_string(), nullable.to_owned()]
    };
    Grid {
        columns: vec![Column::left("name"), Column::left("type"), Column::left("nullable")],
        rows: manifest.schema.fields().iter().map(row).collect(),
    }
}

fn row_groups(manifest: &Manifest) -> Grid {
    let row = |(place, entry): (usize, &RowGroup)| {
        vec![
            (place + 1).to_string(),
            entry.rows.to_string(),
            HumanBytes(entry.bytes).to_string(),
            value::text(&manifest.ordered, &entry.min),
            value::text(&manifest.ordered, &entry.max),
        ]
    };
    let columns = ["", "rows", "bytes"].map(Column::right);
    Grid {
        columns: columns.into_iter().chain(["first", "last"].map(Column::left)).collect(),
        rows: manifest.entries.iter().enumerate().map(row).collect(),
    }
}
