//! Aggregates that add the values up: sum and mean.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowNativeTypeOp, ArrowPrimitiveType, AsArray, Float64Array, PrimitiveArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Decimal128Type, Decimal256Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float64Type, Int64Type, TimeUnit, UInt64Type,
};
use arrow::error::ArrowError;

use super::accumulator::Accumulator;

/// The most digits of decimals of 128 and 256 bits.
const DIGITS_128: u8 = 38;
const DIGITS_256: u8 = 76;

/// The type of a sum of values of this type, and its accumulator; `None` if values of the type cannot be added.
pub(super) fn sum(data_type: &DataType) -> Option<(DataType, Box<dyn Accumulator>)> {
    use DataType::*;
    Some(match data_type {
        Int8 | Int16 | Int32 | Int64 => of::<Int64Type>(Int64),
        UInt8 | UInt16 | UInt32 | UInt64 => of::<UInt64Type>(UInt64),
        Float16 | Float32 | Float64 => of::<Float64Type>(Float64),
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) => {
            of::<Decimal128Type>(Decimal128(DIGITS_128, *scale))
        }
        Decimal256(_, scale) => of::<Decimal256Type>(Decimal256(DIGITS_256, *scale)),
        Duration(TimeUnit::Second) => of::<DurationSecondType>(data_type.clone()),
        Duration(TimeUnit::Millisecond) => of::<DurationMillisecondType>(data_type.clone()),
        Duration(TimeUnit::Microsecond) => of::<DurationMicrosecondType>(data_type.clone()),
        Duration(TimeUnit::Nanosecond) => of::<DurationNanosecondType>(data_type.clone()),
        _ => return None,
    })
}

fn of<T: ArrowPrimitiveType>(data_type: DataType) -> (DataType, Box<dyn Accumulator>) {
    let sum = Sum::<T> { data_type: data_type.clone(), column: None, total: None, closed: Vec::new() };
    (data_type, Box::new(sum))
}

/// The sum of a period's values. They are added one by one in stored order, so that a sum of floats does not depend on
/// the sizes of row groups and batches.
struct Sum<T: ArrowPrimitiveType> {
    data_type: DataType,
    column: Option<PrimitiveArray<T>>,
    total: Option<T::Native>,
    closed: Vec<Option<T::Native>>,
}

impl<T: ArrowPrimitiveType> Accumulator for Sum<T> {
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        self.column = Some(cast(column, &self.data_type)?.as_primitive::<T>().clone());
        Ok(())
    }

    fn add(&mut self, rows: Range<usize>) -> Result<(), ArrowError> {
        let Some(column) = &self.column else { return Ok(()) };
        for row in rows.filter(|row| column.is_valid(*row)) {
            let value = column.value(row);
            self.total = Some(match self.total {
                Some(total) => total.add_checked(value)?,
                None => value,
            });
        }
        Ok(())
    }

    fn close(&mut self) {
        self.closed.push(self.total.take());
    }

    fn end(&mut self) -> Result<ArrayRef, ArrowError> {
        self.column = None;
        let sums = PrimitiveArray::<T>::from_iter(self.closed.drain(..)).with_data_type(self.data_type.clone());
        let sums: ArrayRef = Arc::new(sums);
        let digits = match &self.data_type {
            DataType::Decimal128(..) => sums.as_primitive::<Decimal128Type>().validate_decimal_precision(DIGITS_128),
            DataType::Decimal256(..) => sums.as_primitive::<Decimal256Type>().validate_decimal_precision(DIGITS_256),
            _ => Ok(()),
        };
        digits.map_err(|error| ArrowError::ArithmeticOverflow(error.to_string()))?;
        Ok(sums)
    }
}

/// The mean of a period's values. Whole numbers are added exactly, in 128 bits.
#[derive(Default)]
pub(super) struct Mean {
    whole: Option<PrimitiveArray<Decimal128Type>>,
    floats: Option<Float64Array>,
    total: i128,
    float_total: f64,
    count: u64,
    closed: Vec<Option<f64>>,
}

impl Accumulator for Mean {
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        let is_whole = match column.data_type() {
            DataType::Dictionary(_, values) => values.is_integer(),
            other => other.is_integer(),
        };
        if is_whole {
            let whole = cast(column, &DataType::Decimal128(DIGITS_128, 0))?;
            self.whole = Some(whole.as_primitive::<Decimal128Type>().clone());
        } else {
            self.floats = Some(cast(column, &DataType::Float64)?.as_primitive::<Float64Type>().clone());
        }
        Ok(())
    }

    fn add(&mut self, rows: Range<usize>) -> Result<(), ArrowError> {
        for row in rows {
            match (&self.whole, &self.floats) {
                (Some(whole), _) if whole.is_valid(row) => self.total = self.total.add_checked(whole.value(row))?,
                (None, Some(floats)) if floats.is_valid(row) => self.float_total += floats.value(row),
                _ => continue,
            }
            self.count += 1;
        }
        Ok(())
    }

    fn close(&mut self) {
        let mean = (self.total as f64 + self.float_total) / self.count as f64;
        self.closed.push((self.count > 0).then_some(mean));
        (self.total, self.float_total, self.count) = (0, 0.0, 0);
    }

    fn end(&mut self) -> Result<ArrayRef, ArrowError> {
        (self.whole, self.floats) = (None, None);
        Ok(Arc::new(Float64Array::from_iter(self.closed.drain(..))))
    }
}
