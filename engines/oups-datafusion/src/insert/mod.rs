//! `insert into`: rows of a select as a change of one dataset, or of several.
//!
//! Values come in exactly, by the [`exact`] conversion, which [`insert_statement`](crate::insert_statement) puts in place of casts;
//! here the plan is made that sorts the rows and hands them to the [`sink`], which gives them to a [write](writing) on a thread of
//! its own.

pub(crate) mod conversion;
mod exact;
mod halt;
mod outcome;
mod sink;
mod text;
mod writing;

use std::sync::Arc;

use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::{Result, plan_err};
use datafusion::datasource::sink::DataSinkExec;
use datafusion::execution::SessionState;
use datafusion::logical_expr::dml::InsertOp;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexRequirement, PhysicalSortRequirement};
use datafusion::physical_plan::ExecutionPlan;
use oups::{AnyKey, Store};

use crate::attached::Attached;
use crate::columns::Columns;
use crate::error::{blocking, external};
use crate::options::OupsOptions;
pub use halt::Halt;
pub use outcome::done_in_part;
pub use sink::writes_store;
use sink::{StoreSink, Target};

/// What the number of a row that is written down is called. It orders rows, and is not written.
pub(crate) const ARRIVAL: &str = "oups arrival";

/// The name of the rule by which a session takes the values of inserts exactly.
pub(crate) const EXACT_INSERTS: &str = "oups_exact_inserts";

/// The plan of an insert into the table of a store.
///
/// # Errors
///
/// If the store may not be written, for another kind of insert, for columns that the table does not have, without one that
/// is needed, and if nothing says which column datasets are ordered on.
pub(crate) async fn into_store(
    attached: &Attached,
    columns: &Columns,
    state: &dyn Session,
    input: Arc<dyn ExecutionPlan>,
    kind: InsertOp,
) -> Result<Arc<dyn ExecutionPlan>> {
    check(attached, state, kind)?;
    let ordered_on = match OupsOptions::of(state).ordered_on.filter(|column| !column.is_empty()) {
        Some(column) => column,
        None => {
            let store = attached.store.clone();
            blocking(move || ordered_on_of_all(&store)).await?
        }
    };
    let keys: Vec<&str> = columns.keys.fields().iter().map(|field| field.name().as_str()).collect();
    let written = written(columns, &input.schema(), &ordered_on)?;
    let order: Vec<&str> = keys.into_iter().chain([ordered_on.as_str()]).collect();
    let order = order_of(&input.schema(), &order)?;
    let sink = StoreSink::new(Target::Store { store: attached.store.clone(), ordered_on }, &input.schema(), written);
    Ok(Arc::new(DataSinkExec::new(input, Arc::new(sink), order)))
}

/// The plan of an insert into the table of one dataset.
///
/// # Errors
///
/// As [`into_store`]; those of reading the dataset's manifest.
pub(crate) async fn into_dataset(
    attached: &Attached,
    key: &AnyKey,
    columns: &Columns,
    state: &dyn Session,
    input: Arc<dyn ExecutionPlan>,
    kind: InsertOp,
) -> Result<Arc<dyn ExecutionPlan>> {
    check(attached, state, kind)?;
    let dataset = attached.store.dataset(key).map_err(external)?;
    let of = dataset.clone();
    let info = blocking(move || of.info().map_err(external)).await?;
    let written = written(columns, &input.schema(), &info.ordered_on)?;
    let order = order_of(&input.schema(), &[&info.ordered_on])?;
    let sink = StoreSink::new(Target::Dataset(dataset), &input.schema(), written);
    Ok(Arc::new(DataSinkExec::new(input, Arc::new(sink), order)))
}

/// Whether a session takes the values of inserts exactly.
pub(crate) fn is_exact(state: &SessionState) -> bool {
    state.analyzer().rules.iter().any(|rule| rule.name() == EXACT_INSERTS)
}

/// What is refused whatever the rows are.
fn check(attached: &Attached, state: &dyn Session, kind: InsertOp) -> Result<()> {
    if !attached.options.writable {
        return plan_err!("the store is open for reading only");
    }
    if kind != InsertOp::Append {
        return plan_err!(
            "an insert into a store does not overwrite or replace: rows replace those that they are duplicates of, and \
             `oups delete` deletes"
        );
    }
    if state.as_any().downcast_ref::<SessionState>().is_some_and(|state| !is_exact(state)) {
        return plan_err!("the session would change values: attach the store to it by oups_datafusion::attach_with");
    }
    Ok(())
}

/// The columns of the rows as they are written, which are those that the statement names.
fn written(columns: &Columns, input: &Schema, ordered_on: &str) -> Result<SchemaRef> {
    let fields = input.fields().iter().filter(|field| field.name() != ARRIVAL).map(|field| {
        match columns.shown.field_with_name(field.name()) {
            Ok(known) if columns.table_name(field.name()) == Some(field.name()) || is_key(columns, field) => {
                Ok(known.clone().with_nullable(known.is_nullable() || is_key(columns, field)))
            }
            Ok(_) => plan_err!(
                "column `{}` has the name of a key field where it is stored: insert into the dataset by its own name",
                field.name()
            ),
            // The first rows of a store bring its columns.
            Err(_) if columns.shown.fields().len() == columns.keys.fields().len() => {
                Ok(field.as_ref().clone().with_nullable(field.name() != ordered_on))
            }
            Err(_) => {
                let names: Vec<String> = columns.shown.fields().iter().map(|field| field.name().clone()).collect();
                plan_err!("no column {}: {}", field.name(), oups::words::columns(field.name(), &names))
            }
        }
    });
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<Field>>>()?)))
}

fn is_key(columns: &Columns, field: &Field) -> bool {
    columns.keys.fields().iter().any(|key| key.name() == field.name())
}

/// The order of the rows: ascending by these columns, as scans declare it; rows that are equal in them stay as they are
/// written down, if they are.
fn order_of(rows: &Schema, columns: &[&str]) -> Result<Option<LexRequirement>> {
    let ascending = SortOptions { descending: false, nulls_first: false };
    let by = |column: &str, at| PhysicalSortRequirement::new(Arc::new(Column::new(column, at)), Some(ascending));
    let mut order = Vec::with_capacity(columns.len() + 1);
    for column in columns {
        match rows.index_of(column) {
            Ok(at) => order.push(by(column, at)),
            Err(_) => return plan_err!("the insert has no column `{column}`, which every row of the store needs"),
        }
    }
    order.extend(rows.index_of(ARRIVAL).ok().map(|at| by(ARRIVAL, at)));
    Ok(LexRequirement::new(order))
}

/// The column that all datasets of a store are ordered on.
fn ordered_on_of_all(store: &Store<AnyKey>) -> Result<String> {
    let mut known: Option<(String, String)> = None;
    for key in store.keys(..).map_err(external)? {
        let dataset = store.dataset(&key).map_err(external)?;
        let info = match dataset.info() {
            Ok(info) => info,
            Err(oups::Error::NoDataset { .. }) => continue,
            Err(error) => return Err(external(error)),
        };
        match &known {
            None => known = Some((info.ordered_on.clone(), key.to_string())),
            Some((column, _)) if *column == info.ordered_on => {}
            Some((column, of)) => {
                return plan_err!(
                    "the datasets of the store are ordered on different columns, {of} on `{column}` and {key} on `{}`: \
                     say which by `set oups.ordered_on = '{column}'`",
                    info.ordered_on
                );
            }
        }
    }
    match known {
        Some((column, _)) => Ok(column),
        None => plan_err!(
            "the store has no datasets yet: say which column these are ordered on by `set oups.ordered_on = 'time'`"
        ),
    }
}
