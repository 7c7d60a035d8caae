//! Columns of one type, built from texts value by value.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BinaryViewBuilder, BooleanBuilder, FixedSizeBinaryBuilder, LargeBinaryBuilder,
    LargeStringBuilder, NullArray, PrimitiveBuilder, StringBuilder, StringViewBuilder,
};
use arrow::datatypes::*;

use super::dictionary::Dictionary;
use super::times::Clock;
use super::{Refused, Times, Written, duration, float, whole};

/// Values of one leaf type.
pub(crate) struct Column(Box<dyn Values>);

impl Column {
    /// An empty column; `None` if the type is nested or has no texts.
    pub(crate) fn new(data_type: &DataType, times: &Times, capacity: usize) -> Option<Self> {
        let time = |data_type| time(data_type, times, capacity);
        let values = number(data_type, capacity)
            .or_else(|| time(data_type))
            .or_else(|| letters(data_type))
            .or_else(|| bytes(data_type, capacity))
            .or_else(|| plain(data_type, capacity));
        if let (None, DataType::Dictionary(keys, of)) = (&values, data_type) {
            return Dictionary::new(keys, of, times).map(|values| Self(Box::new(values)));
        }
        values.map(Self)
    }

    /// Appends the value exactly. If that is not possible, nothing is appended.
    pub(crate) fn append(&mut self, value: Written<'_>) -> Result<(), Refused> {
        self.0.append(value)
    }

    pub(crate) fn append_null(&mut self) {
        self.0.append_null();
    }

    /// The values that were appended since the last call.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        self.0.finish()
    }
}

pub(super) trait Values: Send {
    fn append(&mut self, value: Written<'_>) -> Result<(), Refused>;
    fn append_null(&mut self);
    fn finish(&mut self) -> ArrayRef;
}

/// Values of a fixed width, and the function that reads them.
struct Primitives<T: ArrowPrimitiveType, R> {
    builder: PrimitiveBuilder<T>,
    read: R,
}

impl<T, R> Values for Primitives<T, R>
where
    T: ArrowPrimitiveType,
    R: Fn(Written<'_>) -> Result<T::Native, Refused> + Send,
{
    fn append(&mut self, value: Written<'_>) -> Result<(), Refused> {
        self.builder.append_value((self.read)(value)?);
        Ok(())
    }

    fn append_null(&mut self) {
        self.builder.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}

fn of<T: ArrowPrimitiveType>(
    data_type: &DataType,
    capacity: usize,
    read: impl Fn(Written<'_>) -> Result<T::Native, Refused> + Send + 'static,
) -> Box<dyn Values> {
    let builder = PrimitiveBuilder::<T>::with_capacity(capacity).with_data_type(data_type.clone());
    Box::new(Primitives { builder, read })
}

fn number(data_type: &DataType, capacity: usize) -> Option<Box<dyn Values>> {
    use DataType::*;
    Some(match data_type {
        Int8 => of::<Int8Type>(data_type, capacity, whole::whole),
        Int16 => of::<Int16Type>(data_type, capacity, whole::whole),
        Int32 => of::<Int32Type>(data_type, capacity, whole::whole),
        Int64 => of::<Int64Type>(data_type, capacity, whole::whole),
        UInt8 => of::<UInt8Type>(data_type, capacity, whole::whole),
        UInt16 => of::<UInt16Type>(data_type, capacity, whole::whole),
        UInt32 => of::<UInt32Type>(data_type, capacity, whole::whole),
        UInt64 => of::<UInt64Type>(data_type, capacity, whole::whole),
        Float16 => of::<Float16Type>(data_type, capacity, |value| {
            Ok(float::Half::from_bits(float::read(value, float::Width::F16)? as u16))
        }),
        Float32 => of::<Float32Type>(data_type, capacity, |value| {
            Ok(f32::from_bits(float::read(value, float::Width::F32)? as u32))
        }),
        Float64 => {
            of::<Float64Type>(data_type, capacity, |value| Ok(f64::from_bits(float::read(value, float::Width::F64)?)))
        }
        &Decimal32(precision, scale) => of::<Decimal32Type>(data_type, capacity, move |value| {
            narrow(whole::decimal(value, precision, scale)?.to_i128())
        }),
        &Decimal64(precision, scale) => of::<Decimal64Type>(data_type, capacity, move |value| {
            narrow(whole::decimal(value, precision, scale)?.to_i128())
        }),
        &Decimal128(precision, scale) => of::<Decimal128Type>(data_type, capacity, move |value| {
            narrow(whole::decimal(value, precision, scale)?.to_i128())
        }),
        &Decimal256(precision, scale) => {
            of::<Decimal256Type>(data_type, capacity, move |value| whole::decimal(value, precision, scale))
        }
        _ => return None,
    })
}

/// The value in fewer bits. Its number of digits has been checked before.
fn narrow<T: TryFrom<i128>>(value: Option<i128>) -> Result<T, Refused> {
    let value = value.and_then(|value| T::try_from(value).ok());
    value.ok_or_else(|| Refused::plain("has more digits than the type of the column"))
}

fn time(data_type: &DataType, times: &Times, capacity: usize) -> Option<Box<dyn Values>> {
    use DataType::*;
    let held = times.clone();
    let told = times.unit;
    Some(match data_type {
        Date32 => of::<Date32Type>(data_type, capacity, move |value| {
            i32::try_from(held.date(value)?).map_err(|_| Refused::plain("is further from 1970 than dates reach"))
        }),
        Date64 => of::<Date64Type>(data_type, capacity, move |value| held.date64(value)),
        Timestamp(unit, zone) => {
            let (unit, clock) = (*unit, zone.as_deref().map(Clock::of));
            let read = move |value: Written<'_>| held.timestamp(value, unit, clock.as_ref());
            match unit {
                TimeUnit::Second => of::<TimestampSecondType>(data_type, capacity, read),
                TimeUnit::Millisecond => of::<TimestampMillisecondType>(data_type, capacity, read),
                TimeUnit::Microsecond => of::<TimestampMicrosecondType>(data_type, capacity, read),
                TimeUnit::Nanosecond => of::<TimestampNanosecondType>(data_type, capacity, read),
            }
        }
        &Time32(unit) => {
            let read = move |value: Written<'_>| narrow(Some(held.time_of_day(value, unit)?.into()));
            match unit {
                TimeUnit::Second => of::<Time32SecondType>(data_type, capacity, read),
                TimeUnit::Millisecond => of::<Time32MillisecondType>(data_type, capacity, read),
                TimeUnit::Microsecond | TimeUnit::Nanosecond => return None,
            }
        }
        &Time64(unit) => {
            let read = move |value: Written<'_>| held.time_of_day(value, unit);
            match unit {
                TimeUnit::Microsecond => of::<Time64MicrosecondType>(data_type, capacity, read),
                TimeUnit::Nanosecond => of::<Time64NanosecondType>(data_type, capacity, read),
                TimeUnit::Second | TimeUnit::Millisecond => return None,
            }
        }
        &Duration(unit) => {
            let read = move |value: Written<'_>| duration::read(value, unit, told);
            match unit {
                TimeUnit::Second => of::<DurationSecondType>(data_type, capacity, read),
                TimeUnit::Millisecond => of::<DurationMillisecondType>(data_type, capacity, read),
                TimeUnit::Microsecond => of::<DurationMicrosecondType>(data_type, capacity, read),
                TimeUnit::Nanosecond => of::<DurationNanosecondType>(data_type, capacity, read),
            }
        }
        _ => return None,
    })
}

/// A builder of Arrow, and the functions that append a value or a null to it.
struct Built<B, P, N, F> {
    builder: B,
    put: P,
    null: N,
    finish: F,
}

impl<B, P, N, F> Values for Built<B, P, N, F>
where
    B: Send,
    P: Fn(&mut B, Written<'_>) -> Result<(), Refused> + Send,
    N: Fn(&mut B) + Send,
    F: Fn(&mut B) -> ArrayRef + Send,
{
    fn append(&mut self, value: Written<'_>) -> Result<(), Refused> {
        (self.put)(&mut self.builder, value)
    }

    fn append_null(&mut self) {
        (self.null)(&mut self.builder);
    }

    fn finish(&mut self) -> ArrayRef {
        (self.finish)(&mut self.builder)
    }
}

fn built<B: Send + 'static>(
    builder: B,
    put: impl Fn(&mut B, Written<'_>) -> Result<(), Refused> + Send + 'static,
    null: impl Fn(&mut B) + Send + 'static,
    finish: impl Fn(&mut B) -> ArrayRef + Send + 'static,
) -> Box<dyn Values> {
    Box::new(Built { builder, put, null, finish })
}

fn letters(data_type: &DataType) -> Option<Box<dyn Values>> {
    use DataType::*;
    Some(match data_type {
        Utf8 => built(
            StringBuilder::new(),
            |builder, value| {
                builder.append_value(value.text());
                Ok(())
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        LargeUtf8 => built(
            LargeStringBuilder::new(),
            |builder, value| {
                builder.append_value(value.text());
                Ok(())
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        Utf8View => built(
            StringViewBuilder::new(),
            |builder, value| {
                let too_long = |_| Refused::plain("is longer than a text of this column may be");
                builder.try_append_value(value.text()).map_err(too_long)
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        _ => return None,
    })
}

fn bytes(data_type: &DataType, capacity: usize) -> Option<Box<dyn Values>> {
    use DataType::*;
    let bytes = |value: Written<'_>| whole::bytes(value, None);
    Some(match data_type {
        Binary => built(
            BinaryBuilder::new(),
            move |builder, value| {
                builder.append_value(bytes(value)?);
                Ok(())
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        LargeBinary => built(
            LargeBinaryBuilder::new(),
            move |builder, value| {
                builder.append_value(bytes(value)?);
                Ok(())
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        BinaryView => built(
            BinaryViewBuilder::new(),
            move |builder, value| {
                let too_long = |_| Refused::plain("is longer than a value of this column may be");
                builder.try_append_value(bytes(value)?).map_err(too_long)
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        FixedSizeBinary(width) => {
            let width = usize::try_from(*width).ok()?;
            built(
                FixedSizeBinaryBuilder::with_capacity(capacity, i32::try_from(width).ok()?),
                move |builder, value| {
                    let bytes = whole::bytes(value, Some(width))?;
                    builder.append_value(bytes).map_err(|_| Refused::plain("has another number of bytes"))
                },
                |builder| builder.append_null(),
                |builder| Arc::new(builder.finish()),
            )
        }
        _ => return None,
    })
}

fn plain(data_type: &DataType, capacity: usize) -> Option<Box<dyn Values>> {
    use DataType::*;
    Some(match data_type {
        Boolean => built(
            BooleanBuilder::with_capacity(capacity),
            |builder, value| {
                builder.append_value(whole::truth(value)?);
                Ok(())
            },
            |builder| builder.append_null(),
            |builder| Arc::new(builder.finish()),
        ),
        Null => built(
            0,
            |_, _| Err(Refused::plain("is a value, and a column of this type holds only nulls")),
            |count| *count += 1,
            |count| Arc::new(NullArray::new(std::mem::take(count))),
        ),
        _ => return None,
    })
}
