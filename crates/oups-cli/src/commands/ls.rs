//! `oups ls`: lists the keys of a store.

use std::io::Write;

use indicatif::HumanBytes;
use oups::key::FieldValue;
use oups::{AnyKey, KeySchema, Snapshot, Store, StoreKey};
use serde_json::{Map, Value, json};

use super::datasets::each_dataset;
use super::print_json;
use crate::args::Ls;
use crate::explain::places;
use crate::output::grid::{Column, Grid};
use crate::output::value;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Ls, out: &mut Stdout) -> anyhow::Result<()> {
    let store = store::store(&args.store)?;
    let keys = store.keys(places::filter(&store, &args.filter)?)?;
    if keys.is_empty() && !args.json && !args.filter.is_empty() {
        message("no dataset matches");
        return Ok(());
    }
    match (args.long, args.json) {
        (false, false) => names(&keys, out),
        (false, true) => keys.iter().try_for_each(|key| print_json(&key_facts(store.schema(), key).into(), out)),
        (true, true) => {
            each_dataset(&store, &keys, |key, snapshot| print_json(&long_facts(store.schema(), key, snapshot), out))
        }
        (true, false) => long(&store, &keys, out),
    }
}

fn names(keys: &[AnyKey], out: &mut Stdout) -> anyhow::Result<()> {
    for key in keys {
        writeln!(out, "{key}")?;
    }
    Ok(())
}

fn long(store: &Store<AnyKey>, keys: &[AnyKey], out: &mut Stdout) -> anyhow::Result<()> {
    let columns = vec![
        Column::left("key"),
        Column::right("rows"),
        Column::right("row groups"),
        Column::right("bytes"),
        Column::left("first"),
        Column::left("last"),
    ];
    let mut grid = Grid { columns, rows: Vec::new() };
    let mut rows = 0;
    each_dataset(store, keys, |key, snapshot| {
        rows += snapshot.rows();
        let show = |value| value::text(snapshot.ordered_type(), value);
        let (first, last) = snapshot.span().map(|(min, max)| (show(min), show(max))).unwrap_or_default();
        grid.rows.push(vec![
            key.to_string(),
            snapshot.rows().to_string(),
            snapshot.row_groups().len().to_string(),
            HumanBytes(snapshot.bytes()).to_string(),
            first,
            last,
        ]);
        Ok(())
    })?;
    let datasets = grid.rows.len() as u64;
    grid.print(None, out)?;
    out.finish()?;
    message(format_args!("{}, {}", counted(datasets, "dataset"), counted(rows, "row")));
    Ok(())
}

pub(super) fn key_facts(schema: &KeySchema, key: &AnyKey) -> Map<String, Value> {
    let fields: Map<String, Value> =
        key.named_values(schema).into_iter().map(|(name, value)| (name, field_json(&value))).collect();
    let mut facts = Map::new();
    facts.insert("key".to_owned(), key.to_string().into());
    facts.insert("fields".to_owned(), fields.into());
    facts
}

/// A field of a key as JSON. Integers that readers of JSON may not hold exactly become texts.
fn field_json(value: &FieldValue) -> Value {
    match value {
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::Int(number) => i64::try_from(*number).map_or_else(|_| number.to_string().into(), Value::from),
        FieldValue::UInt(number) => u64::try_from(*number).map_or_else(|_| number.to_string().into(), Value::from),
        other => other.to_text().into(),
    }
}

fn long_facts(schema: &KeySchema, key: &AnyKey, snapshot: &Snapshot) -> Value {
    let show = |value| value::json(snapshot.ordered_type(), value);
    let (min, max) = snapshot.span().map_or((Value::Null, Value::Null), |(min, max)| (show(min), show(max)));
    let mut facts = key_facts(schema, key);
    let more = json!({
        "ordered_on": snapshot.ordered_on(),
        "rows": snapshot.rows(),
        "row_groups": snapshot.row_groups().len(),
        "bytes": snapshot.bytes(),
        "min": min,
        "max": max,
    });
    if let Value::Object(more) = more {
        facts.extend(more);
    }
    facts.into()
}
