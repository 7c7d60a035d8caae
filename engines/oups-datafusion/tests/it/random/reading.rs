//! What `store.query(…)` and `scan()` can say, said in SQL as well.

use std::ops::Bound;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::SessionContext;
use oups::key::{FieldType, FieldValue};
use oups::{Aggregate, KeyFilter, QueryStore, Read, ReadDataset};

use super::cell::{self, Cell, Row};
use super::chance::Chance;
use super::compare::{Asked, Key, Place, shown};
use super::expressions::simple_condition;
use super::kind::Kind;
use super::run;
use super::scope::Scope;
use super::seeds::alone;
use super::store::{Attached, Column, Dataset, Role, Stores, Table};
use super::to_sql::quoted;

/// Reads of seeds by both; the answer is what differs.
pub(super) async fn failures(
    test: &str,
    stores: Arc<Stores>,
    context: &SessionContext,
    seeds: Vec<u64>,
) -> Vec<String> {
    let mut failures = Vec::new();
    for seed in seeds {
        let mut chance = Chance::of(seed, stores.number + 500_000);
        let attached = chance.pick(&stores.attached);
        // Datasets that are ordered on columns of different name or type are not read together.
        let ordered_type =
            |dataset: &Dataset| dataset.rows.column_by_name(dataset.order).map(|values| values.data_type().clone());
        let is_one_order = attached
            .datasets
            .iter()
            .all(|dataset| dataset.order == "t" && ordered_type(dataset) == ordered_type(&attached.datasets[0]));
        let mut ordered = attached.tables[0].columns.iter().filter(|column| column.role == Role::Ordered);
        let has_days = ordered.any(|column| matches!(column.kind, Kind::Nanos | Kind::Micros | Kind::Utc));
        let found = match chance.below(5) {
            0 if is_one_order => counts(attached, context, &mut chance).await,
            1 if is_one_order && has_days => periods(attached, context, &mut chance).await,
            2 | 3 if is_one_order => together(attached, context, &mut chance).await,
            _ => one(attached, context, &mut chance).await,
        };
        let title = format!("stores {}, seed {seed}", stores.number);
        let alone = alone(test, stores.number, seed);
        failures.extend(found.err().map(|what| format!("{title}:\n  {alone}\n  {what}")));
    }
    failures
}

/// Which rows are wanted, in the words of both.
struct Wanted {
    keys: KeyFilter,
    range: (Bound<String>, Bound<String>),
    condition: Option<String>,
    /// All of that, behind the table.
    sql: String,
}

impl Wanted {
    /// Of the datasets of a store, `ordered` being the column that they are ordered on.
    fn of(attached: &Attached, table: &Table, ordered: &str, chance: &mut Chance) -> Self {
        let mut conditions = Vec::new();
        let mut keys = Vec::new();
        let key = table.columns.iter().find(|column| column.role == Role::Key).filter(|_| chance.percent(50));
        if let Some(column) = key {
            let (a, b) = (chance.pick(&column.samples), chance.pick(&column.samples));
            keys = [a, b].map(|value| format!("{}={}", column.name, unquoted(value))).to_vec();
            conditions.push(format!("{} in ({a}, {b})", quoted(&column.name)));
        }
        let keys = KeyFilter::parse(attached.store.schema(), keys).unwrap();

        let scope = Scope::of(table, "");
        let is_ordered = |column: &&Column| column.name == ordered && !column.samples.is_empty();
        let mut range = (Bound::Unbounded, Bound::Unbounded);
        if let Some(column) = table.columns.iter().find(is_ordered) {
            if chance.percent(60) {
                let start = chance.pick(&column.samples);
                conditions.push(format!("{} >= {start}", quoted(ordered)));
                range.0 = Bound::Included(unquoted(start));
            }
            if chance.percent(60) {
                let end = chance.pick(&column.samples);
                conditions.push(format!("{} < {end}", quoted(ordered)));
                range.1 = Bound::Excluded(unquoted(end));
            }
        }
        // Every dataset must have the columns of a condition, by the same name: those that give way to a key field have another one
        // in SQL.
        let is_usable =
            |column: &Column| column.everywhere && column.role != Role::Key && !column.name.starts_with("data.");
        let usable = table.columns.iter().zip(&scope.columns).filter(|(column, _)| is_usable(column));
        let usable: Vec<_> = usable.map(|(_, column)| column).collect();
        let parts: Vec<String> = (0..chance.below(4))
            .map(|_| {
                let column = *chance.pick(&usable);
                simple_condition(column, chance).sql()
            })
            .collect();
        let condition = (!parts.is_empty()).then(|| {
            let all = parts.join(*chance.pick(&[" and ", " or "]));
            if chance.percent(20) { format!("(not ({all}))") } else { format!("({all})") }
        });
        conditions.extend(condition.clone());
        let sql = if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) };
        Self { keys, range, condition, sql }
    }

    fn laid_on<S>(&self, read: Read<S>) -> Read<S> {
        let read = read.range(self.range.clone());
        self.condition.iter().fold(read, |read, condition| read.matching(condition))
    }
}

/// A value of SQL as the text that ranges and filters of keys take.
fn unquoted(value: &str) -> String {
    match (value.strip_prefix("x'"), value.strip_prefix('\'')) {
        (Some(digits), _) => format!("0x{}", digits.trim_end_matches('\'')),
        (None, Some(text)) => text.strip_suffix('\'').unwrap_or(text).replace("''", "'"),
        (None, None) => value.to_owned(),
    }
}

/// Rows of all datasets, merged.
async fn together(attached: &Attached, context: &SessionContext, chance: &mut Chance) -> Result<(), String> {
    let table = &attached.tables[0];
    let wanted = Wanted::of(attached, table, "t", chance);
    let columns = columns(table, "t", &wanted, chance);
    let (limit, reverse) = (limit(chance), chance.percent(40));
    let read = |limit: Option<usize>| {
        let read = attached.store.query_where(wanted.keys.clone()).columns(columns.clone());
        let read = wanted.laid_on(if reverse { read.reverse() } else { read });
        let read = limit.into_iter().fold(read, |read, limit| read.limit(limit as u64));
        rows(read.ordered().map_err(text)?.map(|batch| batch.map_err(text)))
    };
    let keys = attached.keys.iter().map(|(name, _)| name);
    let sql = format!("select {} from {}{}", named(keys.clone().chain(&columns)), table.name, wanted.sql);
    let order = Key { at: Place::Shown(keys.len()), descending: reverse, nulls_first: false };
    same(context, &sql, "t", order, limit, &read(None)?, &read(limit)?).await
}

/// Rows of one dataset.
async fn one(attached: &Attached, context: &SessionContext, chance: &mut Chance) -> Result<(), String> {
    let table = chance.pick(&attached.tables[1..]);
    let is_named = |dataset: &&Dataset| table.name == format!("{}.\"{}\"", attached.name, dataset.key);
    let dataset = attached.datasets.iter().find(is_named).unwrap();
    let wanted = Wanted::of(attached, table, dataset.order, chance);
    let columns = columns(table, dataset.order, &wanted, chance);
    let (limit, reverse) = (limit(chance), chance.percent(40));
    let stored = attached.store.dataset(&dataset.key).map_err(text)?;
    let read = |limit: Option<usize>| {
        let read = stored.scan().columns(columns.clone());
        let read = wanted.laid_on(if reverse { read.reverse() } else { read });
        let read = limit.into_iter().fold(read, |read, limit| read.limit(limit as u64));
        rows(read.batches().map_err(text)?.map(|batch| batch.map_err(text)))
    };
    let sql = format!("select {} from {}{}", named(columns.iter()), table.name, wanted.sql);
    let order = Key { at: Place::Shown(0), descending: reverse, nulls_first: false };
    same(context, &sql, dataset.order, order, limit, &read(None)?, &read(limit)?).await
}

/// How many rows each dataset has, and the last value of the ordered column.
async fn counts(attached: &Attached, context: &SessionContext, chance: &mut Chance) -> Result<(), String> {
    let table = &attached.tables[0];
    let wanted = Wanted::of(attached, table, "t", chance);
    let read = || wanted.laid_on(attached.store.query_where(wanted.keys.clone()));
    let counts = read().counts().map_err(text)?;
    let latest = read().columns(["t"]).latest().map_err(text)?;
    let mut expected = Vec::new();
    for ((key, count), (_, last)) in counts.into_iter().zip(latest) {
        // Of datasets without rows SQL has no group.
        let Some(last) = last else { continue };
        let mut row: Row = attached
            .keys
            .iter()
            .zip(key.values())
            .map(|((_, field_type), value)| key_cell(*field_type, value))
            .collect();
        row.extend([Cell::Int(count.into()), cell::cells(last.column(0)).remove(0)]);
        expected.push(row);
    }
    let keys = named(attached.keys.iter().map(|(name, _)| name));
    let sql = format!("select {keys}, count(*), max(t) from {}{} group by {keys}", table.name, wanted.sql);
    let answer = answer(context, &sql).await?;
    // Of two zeros, either may be the greatest.
    let asked = Asked { kinds: vec![Kind::Float; attached.keys.len() + 2], ..Asked::default() };
    told(asked.check(&answer, &expected), &sql, &answer, &expected)
}

/// Aggregates of days.
async fn periods(attached: &Attached, context: &SessionContext, chance: &mut Chance) -> Result<(), String> {
    let table = &attached.tables[0];
    let wanted = Wanted::of(attached, table, "t", chance);
    let read = wanted.laid_on(attached.store.query_where(wanted.keys.clone()));
    let aggregates = [Aggregate::Sum, Aggregate::Count, Aggregate::Min, Aggregate::Max];
    let periods = read.resample("1D").aggregate("id", aggregates).batches().map_err(text)?;
    let expected = rows(periods.map(|batch| batch.map_err(text)))?;
    let keys = named(attached.keys.iter().map(|(name, _)| name));
    let sql = format!(
        "select {keys}, date_trunc('day', t), sum(id), count(id), min(id), max(id) from {}{} group by {keys}, date_trunc('day', t)",
        table.name, wanted.sql
    );
    let answer = answer(context, &sql).await?;
    told(Asked::default().check(&answer, &expected), &sql, &answer, &expected)
}

/// Whether a statement with a limit has the library's rows, and the library with a limit those of the statement.
async fn same(
    context: &SessionContext,
    sql: &str,
    ordered: &str,
    order: Key,
    limit: Option<usize>,
    all: &[Row],
    limited: &[Row],
) -> Result<(), String> {
    let whole = answer(context, sql).await?;
    let direction = if order.descending { "desc" } else { "asc" };
    let mut in_order = format!("{sql} order by {} {direction}", quoted(ordered));
    in_order += &limit.map(|limit| format!(" limit {limit}")).unwrap_or_default();
    let found = answer(context, &in_order).await?;
    let asked = Asked { order: vec![order], limit, ..Asked::default() };
    told(asked.check(&found, all), &in_order, &found, all)?;
    told(asked.check(limited, &whole), &format!("the library for {in_order}"), limited, &whole)
}

/// Some columns of the data, the ordered one first. Columns that give way to fields of keys have other names in the library, which
/// wants each column to be in one of the datasets that it reads.
fn columns(table: &Table, ordered: &str, wanted: &Wanted, chance: &mut Chance) -> Vec<String> {
    let is_there = |column: &&Column| column.everywhere || wanted.keys.is_all();
    let is_data =
        |column: &&Column| column.role != Role::Key && column.name != ordered && !column.name.starts_with("data.");
    let columns = table.columns.iter().filter(is_data).filter(is_there);
    let names: Vec<String> = columns.map(|column| column.name.clone()).collect();
    let most = chance.below(5);
    [ordered.to_owned()].into_iter().chain(chance.some(&names, most)).collect()
}

fn limit(chance: &mut Chance) -> Option<usize> {
    chance.percent(50).then(|| *chance.pick(&[0, 1, 3, 10, 50]))
}

fn named<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn key_cell(field_type: FieldType, value: &FieldValue) -> Cell {
    let text = value.to_text();
    match field_type {
        FieldType::Bool => Cell::Bool(text == "true"),
        FieldType::I8 | FieldType::I32 | FieldType::U64 => Cell::Int(text.parse().unwrap()),
        _ => Cell::Text(text.into_owned()),
    }
}

fn rows(batches: impl Iterator<Item = Result<RecordBatch, String>>) -> Result<Vec<Row>, String> {
    Ok(cell::rows(&batches.collect::<Result<Vec<_>, _>>()?))
}

async fn answer(context: &SessionContext, sql: &str) -> Result<Vec<Row>, String> {
    run::answer(context, sql.to_owned()).await.map_err(|error| format!("{sql}\n  {error}"))
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn told(checked: Result<(), String>, sql: &str, answer: &[Row], all: &[Row]) -> Result<(), String> {
    checked
        .map_err(|what| format!("{what}:\n  {sql}\n  the answer:\n{}\n  of all rows:\n{}", shown(answer), shown(all)))
}
