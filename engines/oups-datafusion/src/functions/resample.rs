//! `oups_resample(store, keys, period, aggregates[, options])`: the rows of each period as one.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::{FieldRef, Schema, SchemaRef};
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result};
use oups::{Aggregate, AnyKey, Fill, KeyFilter, QueryStore, Store};

use super::arguments::{Call, Options, pairs};
use super::reads::{Asked, Reads, Rows};
use super::streamed::StreamedTable;
use crate::catalog::attached;
use crate::error::external;
use crate::keys::{KeyCondition, KeyFields};
use crate::statement::Read;

pub(super) const NAME: &str = "oups_resample";

const CALL: Call<5> = Call { name: NAME, arguments: ["store", "keys", "period", "aggregates", "options"] };

const OPTIONS: &[&str] = &["fill", "start", "end", "where"];

/// `oups_resample`.
#[derive(Debug)]
pub(super) struct ResampleFunction;

impl TableFunctionImpl for ResampleFunction {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let [store, keys, period, aggregates, options] = CALL.texts(args.exprs())?;
        let attached = attached(args.session(), &store)?;
        let fields = KeyFields::new(attached.store.schema());
        let filter = filter(&attached.store, &keys)?;
        let parsed = CALL.options(&options, OPTIONS)?;
        let resample = Resample {
            condition: KeyCondition::new(args.session(), &fields, &filter, &[])?,
            fields,
            aggregates: self::aggregates(&aggregates)?,
            fill: parsed.get("fill").map(fill).transpose()?,
            options: parsed,
            text: format!("'{keys}', {period}, {aggregates}{}{options}", if options.is_empty() { "" } else { ", " }),
            keys,
            period,
        };
        Ok(StreamedTable::open(attached, Arc::new(resample))?)
    }
}

fn filter(store: &Store<AnyKey>, keys: &str) -> Result<KeyFilter> {
    let wrong =
        |what: String| CALL.error(format!("`keys` is a filter such as city=oslo, or '' for all datasets: {what}"));
    let conditions = pairs(keys).map_err(wrong)?;
    let conditions = conditions.iter().map(|(field, value)| format!("{field}={value}"));
    KeyFilter::parse(store.schema(), conditions).map_err(external)
}

/// Columns with what becomes of each: `temp:first,max;precip:sum`.
fn aggregates(text: &str) -> Result<Vec<(String, Vec<Aggregate>)>> {
    let of_column = |text: &str| {
        // A column's name may have colons itself.
        let Some((column, names)) = text.rsplit_once(':') else {
            return Err(wrong_aggregates(format!("found `{text}`")));
        };
        let aggregates = names.split(',').map(|name| name.trim().parse()).collect::<Result<_, String>>();
        Ok((column.trim().to_owned(), aggregates.map_err(wrong_aggregates)?))
    };
    let columns = text.split(';').filter(|text| !text.trim().is_empty()).map(of_column).collect::<Result<Vec<_>>>()?;
    if columns.is_empty() {
        return Err(wrong_aggregates("found none".to_owned()));
    }
    Ok(columns)
}

fn wrong_aggregates(what: String) -> DataFusionError {
    CALL.error(format!("`aggregates` are columns with what becomes of each, such as temp:first,max;precip:sum: {what}"))
}

fn fill(text: &str) -> Result<Fill> {
    match text {
        "null" => Ok(Fill::Null),
        "previous" => Ok(Fill::Previous),
        other => Err(CALL.error(format!("`fill` must be null or previous, not `{other}`"))),
    }
}

/// A resampling as it was asked for.
#[derive(Debug)]
struct Resample {
    condition: KeyCondition,
    fields: KeyFields,
    keys: String,
    period: String,
    aggregates: Vec<(String, Vec<Aggregate>)>,
    fill: Option<Fill>,
    options: Options,
    /// The arguments, for people.
    text: String,
}

impl fmt::Display for Resample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}({})", self.text)
    }
}

impl Reads for Resample {
    fn condition(&self) -> KeyCondition {
        self.condition.clone()
    }

    fn begin(&self, store: &Store<AnyKey>, read: Vec<Read>, asked: Asked<'_>) -> Result<Rows> {
        if read.is_empty() {
            return Err(CALL.error(format!("no dataset passes the filter `{}`", self.keys)));
        }
        let (keys, snapshots): (Vec<_>, Vec<_>) = in_order(&self.fields, read).into_iter().unzip();
        let mut query = store.query(&keys).at(snapshots).range(self.options.range());
        if let Some(condition) = self.options.get("where") {
            query = query.matching(condition);
        }
        let mut resample = query.resample(self.period.as_str());
        for (column, aggregates) in &self.aggregates {
            let is_wanted = |aggregate: &&Aggregate| asked.wants(&format!("{column}_{aggregate}"));
            resample = resample.aggregate(column, aggregates.iter().filter(is_wanted).copied());
        }
        if let Some(fill) = self.fill {
            resample = resample.fill(fill);
        }
        Ok(Box::new(resample.stop_when(asked.stop).batches().map_err(external)?))
    }

    /// With the fields of the keys as all tables have them.
    fn shown(&self, rows: &SchemaRef) -> SchemaRef {
        let others = rows.fields().iter().skip(self.fields.fields().len());
        let fields: Vec<FieldRef> = self.fields.fields().iter().chain(others).cloned().collect();
        Arc::new(Schema::new_with_metadata(fields, rows.metadata().clone()))
    }

    /// By the fields of the keys and then the periods; of a single dataset by these alone too.
    fn orders(&self, read: &[Read]) -> Vec<Vec<String>> {
        let Some((_, first)) = read.first() else { return Vec::new() };
        let by_period = vec![first.ordered_on().to_owned()];
        let keys = self.fields.fields().iter().map(|field| field.name().clone());
        let by_key = keys.chain(by_period.iter().cloned()).collect();
        if read.len() == 1 { vec![by_period, by_key] } else { vec![by_key] }
    }
}

/// The datasets in the order that the engine has for the fields of their keys: numbers of 128 bits are texts there.
fn in_order(fields: &KeyFields, read: Vec<Read>) -> Vec<Read> {
    let mut keyed: Vec<_> = read.into_iter().map(|read| (fields.values(&read.0).unwrap_or_default(), read)).collect();
    keyed.sort_by(|(values, _), (others, _)| values.partial_cmp(others).unwrap_or(std::cmp::Ordering::Equal));
    keyed.into_iter().map(|(_, read)| read).collect()
}
