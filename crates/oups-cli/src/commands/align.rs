//! `oups align`: several datasets side by side.

use std::ops::Bound;

use anyhow::Result;
use oups::ordered::{OrdValue, OrderedType};
use oups::{AnyKey, Chunk, QueryStore};
use serde_json::{Map, Value, json};

use super::print_json;
use crate::args::Align;
use crate::explain::moment;
use crate::output::grid::{Column, Grid};
use crate::output::value;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Align, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let mut keys = Vec::new();
    let mut ordered = None;
    for text in &args.keys {
        let (key, dataset) = store::dataset(&store, text)?;
        if ordered.is_none() {
            let snapshot = dataset.snapshot()?;
            ordered = Some((snapshot.ordered_on().to_owned(), snapshot.ordered_type().clone()));
        }
        keys.push(key);
    }
    let Some((ordered_on, ordered)) = ordered else { return Ok(()) };
    // Rows are only counted, so that the ordered column is enough.
    let mut query = store.query(&keys).range(args.range.bounds()).columns([ordered_on]);
    if let Some(condition) = args.condition {
        query = query.matching(condition);
    }
    if let Some(timeout) = args.together.one_moment {
        query = query.at_one_moment(timeout);
    }
    let chunks = query.intersections()?;
    moment::tell(chunks.moment());
    let chunks = chunks.map(|chunk| chunk.map_err(anyhow::Error::from));
    if args.json {
        return chunks.into_iter().try_for_each(|chunk| print_json(&facts(&chunk?, &ordered), out));
    }
    table(&keys, &ordered, chunks, out)
}

fn facts(chunk: &Chunk<AnyKey>, ordered: &OrderedType) -> Value {
    let bound = |bound| value_of(bound).map_or(Value::Null, |value| value::json(ordered, value));
    let rows: Map<String, Value> = chunk.iter().map(|(key, rows)| (key.to_string(), rows.num_rows().into())).collect();
    json!({ "start": bound(chunk.start()), "end": bound(chunk.end()), "rows": rows })
}

/// The value of a bound. Whether it is included need not be shown: spans of the half-open range of the command line are
/// half-open.
fn value_of(bound: Bound<&OrdValue>) -> Option<&OrdValue> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

fn table(
    keys: &[AnyKey],
    ordered: &OrderedType,
    chunks: impl Iterator<Item = Result<Chunk<AnyKey>>>,
    out: &mut Stdout,
) -> Result<()> {
    let ends = ["start", "end"].map(Column::left).into_iter();
    let mut grid =
        Grid { columns: ends.chain(keys.iter().map(|key| Column::right(key.to_string()))).collect(), rows: Vec::new() };
    let progress = Progress::new();
    let mut rows = 0;
    for chunk in chunks {
        let chunk = chunk?;
        let bound = |bound| value_of(bound).map(|value| value::text(ordered, value)).unwrap_or_default();
        let counts = chunk.iter().map(|(_, rows)| rows.num_rows().to_string());
        grid.rows.push([bound(chunk.start()), bound(chunk.end())].into_iter().chain(counts).collect());
        rows += chunk.rows() as u64;
        progress.advance(chunk.rows() as u64);
    }
    progress.done();
    let chunks = grid.rows.len() as u64;
    grid.print(None, out)?;
    out.finish()?;
    message(format_args!("{}, {}", counted(chunks, "chunk"), counted(rows, "row")));
    Ok(())
}
