//! Chooses the accumulator of an aggregate.

use arrow::datatypes::{DataType, Field};

use super::accumulator::Accumulator;
use super::count::Count;
use super::pick::{Pick, Wanted};
use super::total::{Mean, sum};
use super::{Aggregate, unsuitable};
use crate::Result;

/// The field of a result, and the accumulator for values of the plain type.
pub(super) fn accumulator(
    column: &Field,
    plain: &DataType,
    aggregate: Aggregate,
) -> Result<(Field, Box<dyn Accumulator>)> {
    let accumulator: Option<(DataType, Box<dyn Accumulator>)> = match aggregate {
        Aggregate::First => Some((plain.clone(), Box::new(Pick::new(Wanted::First, plain)))),
        Aggregate::Last => Some((plain.clone(), Box::new(Pick::new(Wanted::Last, plain)))),
        Aggregate::Min | Aggregate::Max if plain.is_nested() || plain.is_null() => None,
        Aggregate::Min => Some((plain.clone(), Box::new(Pick::new(Wanted::Min, plain)))),
        Aggregate::Max => Some((plain.clone(), Box::new(Pick::new(Wanted::Max, plain)))),
        Aggregate::Sum => sum(plain),
        Aggregate::Count => Some((DataType::Int64, Box::new(Count::default()))),
        Aggregate::Mean => plain.is_numeric().then(|| (DataType::Float64, Box::new(Mean::default()) as _)),
    };
    let name = format!("{}_{aggregate}", column.name());
    match accumulator {
        Some((data_type, accumulator)) => Ok((Field::new(name, data_type, aggregate != Aggregate::Count), accumulator)),
        None => Err(unsuitable(column.name(), aggregate, column.data_type())),
    }
}
