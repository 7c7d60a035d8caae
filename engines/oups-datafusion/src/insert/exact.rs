//! Values of one type as values of another: the very same ones, or refused.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Int64Array, UInt64Array};
use datafusion::arrow::compute::{CastOptions, cast, cast_with_options, take};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::cast::as_primitive_array;
use datafusion::common::{DataFusionError, Result, exec_err};
use oups::schema::{convert, holds};
use oups::words::short;

use super::text;
use crate::zone::Zone;
use crate::zoned::place::per_second;

/// Why values do not become values of another type.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What is wrong with the values, or with the first that is, in words that complete it.
    Value(String),
    /// The engine failed at them.
    Failed(DataFusionError),
}

impl From<ArrowError> for Refused {
    fn from(error: ArrowError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<DataFusionError> for Refused {
    fn from(error: DataFusionError) -> Self {
        Self::Failed(error)
    }
}

/// The array with the same values in another type. Times without a zone, and texts that are such times, are what the clock
/// of the zone shows where the type has one.
///
/// # Errors
///
/// For the first value that the type does not have, which the error tells.
pub(crate) fn exact(array: &ArrayRef, to: &DataType, clock: &Zone) -> Result<ArrayRef> {
    let way = Way::of(array.data_type(), to);
    let error = match way.go(array, to, clock) {
        Ok(converted) => return Ok(converted),
        Err(error) => error,
    };
    // The value that is refused is looked for only where there is one.
    for row in 0..array.len() as u64 {
        let one = take(array, &UInt64Array::from(vec![row]), None)?;
        if let Err(Refused::Value(why)) = way.go(&one, to, clock) {
            let value = ArrayFormatter::try_new(&one, &FormatOptions::default())?.value(0).try_to_string()?;
            return exec_err!("`{}` {why}", short(&value));
        }
    }
    match error {
        Refused::Value(why) => exec_err!("a value {why}"),
        Refused::Failed(error) => Err(error),
    }
}

/// How values of one type become values of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The type holds them all.
    Wider,
    /// Cast, and cast back to see that nothing was lost.
    ThereAndBack,
    /// As [`ThereAndBack`](Self::ThereAndBack); both have a zone, which does not change the moment.
    Moments,
    /// By the texts of the numbers: a float is the number that is nearest to its digits.
    Digits,
    /// Texts are times.
    Texts,
    /// Times without a zone, or dates, become moments.
    Clock,
    /// Only nulls do.
    Nulls,
}

impl Way {
    fn of(from: &DataType, to: &DataType) -> Self {
        use DataType::*;
        match (from, to) {
            _ if holds(to, from) => Self::Wider,
            (Dictionary(_, from), to) => Self::of(from, to),
            (from, Dictionary(_, to)) => Self::of(from, to),
            (Timestamp(_, Some(_)), Timestamp(_, Some(_))) => Self::Moments,
            (Timestamp(_, None) | Date32 | Date64, Timestamp(_, Some(_))) => Self::Clock,
            (from, to) if is_text(from) && to.is_temporal() => Self::Texts,
            (from, to) if from.is_floating() && is_decimal(to) || is_decimal(from) && to.is_floating() => Self::Digits,
            (from, to) if there_and_back(from, to) => Self::ThereAndBack,
            _ => Self::Nulls,
        }
    }

    /// The array in the type.
    fn go(self, array: &ArrayRef, to: &DataType, clock: &Zone) -> Result<ArrayRef, Refused> {
        match (array.data_type(), to) {
            _ if self == Self::Wider => {}
            (DataType::Dictionary(_, values), _) => return self.go(&cast(array, values)?, to, clock),
            (_, DataType::Dictionary(_, values)) => return Ok(convert(&self.go(array, values, clock)?, to)?),
            _ => {}
        }
        match self {
            Self::Wider => convert(array, to).map_err(|_| Refused::Value(format!("is more than {to} holds"))),
            Self::ThereAndBack => same(array, to),
            Self::Moments => moments(array, to),
            Self::Digits => text::digits(array, to),
            Self::Texts => text::times(array, to, clock),
            Self::Clock => by_clock(array, to, clock),
            Self::Nulls if array.logical_null_count() == array.len() => Ok(cast(array, to)?),
            Self::Nulls => Err(Refused::Value(format!("is of type {}, and not {to}{}", array.data_type(), advice(to)))),
        }
    }
}

/// What would do for a value that is no value of the type.
fn advice(to: &DataType) -> String {
    format!(": where it may be changed, say arrow_cast(…, '{to}')")
}

/// A value that would become another one.
pub(super) fn changed(to: &DataType) -> Refused {
    Refused::Value(format!("is not exactly a value of {to}{}", advice(to)))
}

/// Which types are cast there and back: the values of both are of one kind.
fn there_and_back(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    let number = |data_type: &DataType| data_type.is_integer() || data_type.is_floating() || is_decimal(data_type);
    match (from, to) {
        (List(from), List(to)) | (LargeList(from), LargeList(to)) => there_and_back(from.data_type(), to.data_type()),
        (FixedSizeList(from, width), FixedSizeList(to, same)) => {
            width == same && there_and_back(from.data_type(), to.data_type())
        }
        (Struct(from), Struct(to)) => {
            let same = |(from, to): (&Arc<Field>, &Arc<Field>)| {
                from.name() == to.name() && there_and_back(from.data_type(), to.data_type())
            };
            from.len() == to.len() && from.iter().zip(to).all(same)
        }
        (Timestamp(_, from), Timestamp(_, to)) => from == to,
        (Timestamp(_, None) | Date32 | Date64, Timestamp(_, None) | Date32 | Date64) => true,
        (Time32(_) | Time64(_), Time32(_) | Time64(_)) | (Duration(_), Duration(_)) => true,
        (from, to) if is_text(from) => is_text(to),
        (from, to) if is_binary(from) => is_binary(to),
        (from, to) if from.is_floating() && is_decimal(to) || is_decimal(from) && to.is_floating() => false,
        (from, to) => from == to || number(from) && number(to),
    }
}

fn is_decimal(data_type: &DataType) -> bool {
    data_type.is_decimal()
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(data_type: &DataType) -> bool {
    use DataType::*;
    matches!(data_type, Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}

const STRICT: CastOptions<'static> = CastOptions { safe: false, format_options: FormatOptions::new() };

/// The array in the type, each of whose values comes back from there as it was.
fn same(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Refused> {
    let there = cast_with_options(array, to, &STRICT).map_err(|_| changed(to))?;
    let back = cast_with_options(&there, array.data_type(), &STRICT).map_err(|_| changed(to))?;
    if back.to_data() == array.to_data() { Ok(there) } else { Err(changed(to)) }
}

/// Moments of one zone as those of another.
fn moments(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Refused> {
    let (DataType::Timestamp(_, zone), DataType::Timestamp(unit, _)) = (array.data_type(), to) else {
        return Err(changed(to));
    };
    let moments = same(array, &DataType::Timestamp(*unit, zone.clone()))?;
    Ok(cast(&cast(&moments, &DataType::Int64)?, to)?)
}

/// What the clock of a zone shows, as moments.
fn by_clock(array: &ArrayRef, to: &DataType, clock: &Zone) -> Result<ArrayRef, Refused> {
    let DataType::Timestamp(unit, _) = to else { return Err(changed(to)) };
    let shown = cast(&same(array, &DataType::Timestamp(*unit, None))?, &DataType::Int64)?;
    let moment = |shown: Option<i64>| {
        let Some(shown) = shown else { return Ok(None) };
        let moment = clock.moment(shown.into(), per_second(*unit)).map_err(Refused::Value)?;
        i64::try_from(moment).map(Some).map_err(|_| changed(to))
    };
    let moments =
        as_primitive_array::<Int64Type>(&shown)?.iter().map(moment).collect::<Result<Int64Array, Refused>>()?;
    Ok(cast(&moments, to)?)
}
