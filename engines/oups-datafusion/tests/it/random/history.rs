//! The writes by which a dataset comes to its rows: out of order, some of them wrong at first, in columns that grow.

use std::ops::Bound;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::{cast, filter_record_batch, nullif, sort_to_indices, take, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use oups::{Dataset, Durability, OrderedType};

use super::chance::Chance;

/// What the writes have to know of a dataset.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) column: &'static str,
    /// The rows from this one on, in order, are deleted in the end.
    pub(super) rows: usize,
}

/// How a row comes in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comes {
    First,
    /// First with the values of another row, then corrected.
    Corrected,
    Late,
}

/// Writes rows that are in order, and more behind them that are deleted again. Gives back the rows that the dataset then has,
/// in the columns that it then has.
pub(super) fn write(dataset: &Dataset, order: &Order, all: &RecordBatch, chance: &mut Chance) -> RecordBatch {
    let target = chance.between(2, 14) as u64;
    if all.num_rows() == 0 {
        commit(dataset, order, target, all.clone());
        return all.clone();
    }
    let mut comes: Vec<Comes> = (0..all.num_rows())
        .map(|_| *chance.pick(&[Comes::First, Comes::First, Comes::Corrected, Comes::Late]))
        .collect();
    // The columns grow with the rows that come later: there are some.
    comes[0] = Comes::Late;
    let (all, at_first) =
        if chance.percent(40) { with_a_later_column(all, &comes, chance) } else { (all.clone(), all.num_columns()) };
    let early = picked(&with_wrong_values(&all, &comes, chance), &comes, |comes| comes != Comes::Late);
    let early = early.project(&(0..at_first).collect::<Vec<_>>()).unwrap();
    commit(dataset, order, target, if chance.percent(50) { narrower(&early) } else { early });
    let mut late = picked(&all, &comes, |comes| comes != Comes::First);
    if chance.percent(50) {
        let half = late.num_rows() / 2;
        commit(dataset, order, target, late.slice(half, late.num_rows() - half));
        late = late.slice(0, half.max(1));
    }
    commit(dataset, order, target, late);

    if order.rows < all.num_rows() {
        let values = all.column_by_name(order.column).unwrap();
        let ordered = OrderedType::new(values.data_type()).unwrap();
        let first = ordered.from_array(&values.slice(order.rows, 1)).unwrap().remove(0);
        dataset.delete((Bound::Included(first), Bound::Unbounded)).durability(Durability::Unsynced).commit().unwrap();
    }
    all.slice(0, order.rows)
}

fn commit(dataset: &Dataset, order: &Order, target: u64, rows: RecordBatch) {
    let write = dataset.write(rows).ordered_on(order.column).duplicates_on(["id"]).row_group_target(target);
    write.evolve_schema().durability(Durability::Unsynced).commit().unwrap();
}

fn picked(rows: &RecordBatch, comes: &[Comes], wanted: impl Fn(Comes) -> bool) -> RecordBatch {
    let mask: BooleanArray = comes.iter().map(|comes| Some(wanted(*comes))).collect();
    filter_record_batch(rows, &mask).unwrap()
}

/// A column that may be null put last, without values where rows come first: these are written before the column is there.
/// And how many columns are there at first.
fn with_a_later_column(rows: &RecordBatch, comes: &[Comes], chance: &mut Chance) -> (RecordBatch, usize) {
    let schema = rows.schema();
    let may_come = |at: &usize| schema.field(*at).is_nullable() && schema.field(*at).data_type() != &DataType::Null;
    let may_come: Vec<usize> = (0..schema.fields().len()).filter(may_come).collect();
    if may_come.is_empty() {
        return (rows.clone(), rows.num_columns());
    }
    let later = *chance.pick(&may_come);
    let first: BooleanArray = comes.iter().map(|comes| Some(*comes == Comes::First)).collect();
    let mut places: Vec<usize> = (0..schema.fields().len()).filter(|at| *at != later).collect();
    let mut columns: Vec<ArrayRef> = places.iter().map(|at| rows.column(*at).clone()).collect();
    columns.push(nullif(rows.column(later), &first).unwrap());
    places.push(later);
    let schema = Arc::new(schema.project(&places).unwrap());
    (RecordBatch::try_new(schema, columns).unwrap(), rows.num_columns() - 1)
}

/// The rows with a column of whole numbers in fewer bits.
fn narrower(rows: &RecordBatch) -> RecordBatch {
    let (mut fields, mut values) = (Vec::new(), Vec::new());
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        let is_wide = matches!(field.data_type(), DataType::Int32 | DataType::Int64);
        let to = if is_wide && field.name() == "n" { DataType::Int8 } else { field.data_type().clone() };
        values.push(cast(column, &to).unwrap());
        fields.push(Field::new(field.name(), to, field.is_nullable()));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), values).unwrap()
}

/// Where rows are corrected later, all but what names the row is that of another one.
fn with_wrong_values(rows: &RecordBatch, comes: &[Comes], chance: &mut Chance) -> RecordBatch {
    let other: UInt32Array = comes
        .iter()
        .enumerate()
        .map(|(at, comes)| Some(if *comes == Comes::Corrected { chance.below(rows.num_rows()) } else { at } as u32))
        .collect();
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, column)| match field.name().as_str() {
        "t" | "id" => column.clone(),
        _ => take(column, &other, None).unwrap(),
    });
    RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
}

/// The rows in the order of a column; equal ones in any.
pub(super) fn sorted(rows: &RecordBatch, column: &str) -> RecordBatch {
    let values = rows.column_by_name(column).unwrap();
    take_record_batch(rows, &sort_to_indices(values, None, None).unwrap()).unwrap()
}
