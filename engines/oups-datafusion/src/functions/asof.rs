//! `oups_asof(store, left, right[, options])`: as-of joins.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::Result;
use oups::{AnyKey, AsOf, Direction, QueryStore, Snapshot, Store};

use super::arguments::{Call, Options, names};
use super::reads::{Asked, Reads, Rows};
use super::streamed::StreamedTable;
use crate::catalog::attached;
use crate::error::external;
use crate::keys::KeyCondition;
use crate::statement::Read;

pub(super) const NAME: &str = "oups_asof";

const CALL: Call<4> = Call { name: NAME, arguments: ["store", "left", "right", "options"] };

const OPTIONS: &[&str] = &["tolerance", "strict", "by", "direction", "start", "end", "where"];

/// `oups_asof`.
#[derive(Debug)]
pub(super) struct AsOfFunction;

impl TableFunctionImpl for AsOfFunction {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let [store, left, rights, options] = CALL.texts(args.exprs())?;
        let attached = attached(args.session(), &store)?;
        let key = |text: &str| attached.store.parse_key(text).map_err(external);
        let join = Join {
            left: key(&left)?,
            rights: names(&rights).into_iter().map(key).collect::<Result<_>>()?,
            options: CALL.options(&options, OPTIONS)?,
            text: [left, rights, options].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        };
        if join.rights.is_empty() {
            return Err(CALL.error("`right` must be the path text of a dataset, or of several, separated by commas"));
        }
        join.checked()?;
        Ok(StreamedTable::open(attached, Arc::new(join))?)
    }
}

/// An as-of join as it was asked for.
#[derive(Debug)]
struct Join {
    left: AnyKey,
    rights: Vec<AnyKey>,
    options: Options,
    /// The arguments, for people.
    text: String,
}

impl Join {
    /// Refuses values of options that have none of these.
    fn checked(&self) -> Result<()> {
        let one_of = |name: &str, known: [&str; 2]| match self.options.get(name) {
            Some(value) if !known.contains(&value) => {
                let [one, other] = known;
                Err(CALL.error(format!("`{name}` must be {one} or {other}, not `{value}`")))
            }
            _ => Ok(()),
        };
        one_of("strict", ["true", "false"])?;
        one_of("direction", ["backward", "forward"])?;
        match self.options.get("by").map(names) {
            Some(columns) if columns.is_empty() => {
                Err(CALL.error("`by` must be one column, or several separated by commas"))
            }
            _ => Ok(()),
        }
    }

    /// The join with all its options.
    fn of(&self, store: &Store<AnyKey>) -> AsOf<AnyKey> {
        let options = &self.options;
        let mut join = store.asof(&self.left).range(options.range());
        if let Some(tolerance) = options.get("tolerance") {
            join = join.tolerance(tolerance);
        }
        if options.get("strict") == Some("true") {
            join = join.strict();
        }
        if options.get("direction") == Some("forward") {
            join = join.direction(Direction::Forward);
        }
        if let Some(columns) = options.get("by") {
            join = join.by(names(columns));
        }
        if let Some(condition) = options.get("where") {
            join = join.matching(condition);
        }
        join
    }
}

impl fmt::Display for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}({})", self.text)
    }
}

impl Reads for Join {
    fn condition(&self) -> KeyCondition {
        KeyCondition::of_keys(std::iter::once(&self.left).chain(&self.rights))
    }

    /// Right datasets of which no column is wanted are not read: each row of the left one is there once, whatever matches it.
    fn begin(&self, store: &Store<AnyKey>, read: Vec<Read>, asked: Asked<'_>) -> Result<Rows> {
        let has = |key: &AnyKey, column: &str| {
            read.iter().any(|(other, snapshot)| other == key && snapshot.schema().index_of(column).is_ok())
        };
        let mut join = self.of(store);
        match asked.columns {
            None => join = self.rights.iter().fold(join, AsOf::right),
            Some(wanted) => {
                let (of_left, others): (Vec<&str>, Vec<&str>) =
                    wanted.iter().map(String::as_str).partition(|column| has(&self.left, column));
                join = join.columns(of_left);
                let mut of_rights = Vec::new();
                for right in &self.rights {
                    let prefix = format!("{right}.");
                    let of_right: Vec<&str> = others.iter().filter_map(|column| column.strip_prefix(&prefix)).collect();
                    if !of_right.is_empty() {
                        join = join.right(right);
                        of_rights.push((right, of_right));
                    }
                }
                // There is one list of columns for all of them.
                let all: Vec<&str> = of_rights.iter().flat_map(|(_, columns)| columns).copied().collect();
                if of_rights.iter().all(|(right, _)| all.iter().all(|column| has(right, column))) {
                    join = join.right_columns(once_each(all));
                }
            }
        }
        if let Some(rows) = asked.limit {
            join = join.limit(rows);
        }
        let snapshots: Vec<Snapshot> = read.into_iter().map(|(_, snapshot)| snapshot).collect();
        Ok(Box::new(join.at(snapshots).stop_when(asked.stop).batches().map_err(external)?))
    }

    fn shown(&self, rows: &SchemaRef) -> SchemaRef {
        rows.clone()
    }

    /// By the ordered column of the left dataset.
    fn orders(&self, read: &[Read]) -> Vec<Vec<String>> {
        let left = read.iter().find(|(key, _)| *key == self.left);
        left.map(|(_, snapshot)| vec![snapshot.ordered_on().to_owned()]).into_iter().collect()
    }
}

fn once_each(mut columns: Vec<&str>) -> Vec<&str> {
    columns.sort_unstable();
    columns.dedup();
    columns
}
