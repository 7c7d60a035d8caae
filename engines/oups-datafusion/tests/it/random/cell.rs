//! Values of answers in one exact form, whichever engine gave them and in whichever width.

use std::cmp::Ordering;
use std::fmt;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimeUnit, UInt64Type,
};
use serde_json::Value;

pub(super) type Row = Vec<Cell>;

/// A value. The width of a number is not part of it, nor is the unit or zone of a time.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    /// In units of 10⁻¹⁸.
    Decimal(i128),
    Text(String),
    Bytes(Vec<u8>),
    /// Days since 1970.
    Date(i64),
    /// Nanoseconds since midnight.
    Time(i64),
    /// Nanoseconds since 1970.
    Instant(i128),
    List(Vec<Cell>),
}

const DECIMAL_SCALE: u32 = 18;

impl Cell {
    /// The place of a value in `order by`, of two of one type that are not null. NaN is above all, and the zeros are equal.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b))
            | (Self::Decimal(a), Self::Decimal(b))
            | (Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) | (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (a, b) => panic!("{a} and {b} have no order"),
        }
    }

    /// What is printed by DuckDB's script.
    pub(super) fn of_json(value: &Value) -> Result<Self, String> {
        let refused = || format!("{value} is no value of an answer");
        let parse = |digits: &str| digits.parse::<i128>().map_err(|_| refused());
        let tagged = match value {
            Value::Null => return Ok(Self::Null),
            Value::Bool(value) => return Ok(Self::Bool(*value)),
            Value::Array(values) => return values.iter().map(Self::of_json).collect::<Result<_, _>>().map(Self::List),
            Value::String(tagged) => tagged,
            _ => return Err(refused()),
        };
        let (tag, text) = tagged.split_once(':').ok_or_else(refused)?;
        Ok(match tag {
            "int" => Self::Int(parse(text)?),
            "float" => Self::Float(text.parse().map_err(|_| refused())?),
            "decimal" => {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                let scale = fraction.len() as u32;
                Self::Decimal(parse(&format!("{whole}{fraction}"))? * 10_i128.pow(DECIMAL_SCALE - scale))
            }
            "text" => Self::Text(text.to_owned()),
            "bytes" => {
                let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| refused());
                Self::Bytes((0..text.len() / 2).map(byte).collect::<Result<_, _>>()?)
            }
            "date" => Self::Date(parse(text)? as i64),
            "time" => Self::Time(parse(text)? as i64),
            "instant" => Self::Instant(parse(text)?),
            _ => return Err(refused()),
        })
    }
}

/// Exact: what is equal is the same value, but for NaNs, of which there is one.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Decimal(value) => {
                let one = 10_i128.pow(DECIMAL_SCALE);
                let digits = format!("{:018}", value.unsigned_abs() % one.unsigned_abs());
                let sign = if *value < 0 { "-" } else { "" };
                write!(f, "{sign}{}.{}", value.unsigned_abs() / one.unsigned_abs(), digits.trim_end_matches('0'))
            }
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Bytes(value) => {
                let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
                write!(f, "x'{digits}'")
            }
            Self::Date(days) => write!(f, "day {days}"),
            Self::Time(nanos) => write!(f, "{nanos} ns of the day"),
            Self::Instant(nanos) => write!(f, "{nanos} ns"),
            Self::List(values) => {
                let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
        }
    }
}

/// The rows of batches.
pub(super) fn rows(batches: &[RecordBatch]) -> Vec<Row> {
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<Vec<Cell>> = batch.columns().iter().map(cells).collect();
        rows.extend((0..batch.num_rows()).map(|at| columns.iter().map(|column| column[at].clone()).collect::<Row>()));
    }
    rows
}

/// The values of a column.
pub(super) fn cells(array: &ArrayRef) -> Vec<Cell> {
    use DataType::*;
    let into = |to: &DataType| cast(array, to).unwrap();
    let each = |array: &ArrayRef, value: &dyn Fn(usize) -> Cell| -> Vec<Cell> {
        (0..array.len()).map(|at| if array.is_null(at) { Cell::Null } else { value(at) }).collect()
    };
    let scaled = |factor: i64, cell: &dyn Fn(i64) -> Cell| {
        let values = into(&Int64);
        each(&values, &|at| cell(values.as_primitive::<Int64Type>().value(at) * factor))
    };
    match array.data_type() {
        Null => vec![Cell::Null; array.len()],
        Boolean => each(array, &|at| Cell::Bool(array.as_boolean().value(at))),
        Int8 | Int16 | Int32 | Int64 => scaled(1, &|value| Cell::Int(value.into())),
        UInt8 | UInt16 | UInt32 | UInt64 => {
            let values = into(&UInt64);
            each(&values, &|at| Cell::Int(values.as_primitive::<UInt64Type>().value(at).into()))
        }
        Float16 | Float32 | Float64 => {
            let values = into(&Float64);
            each(&values, &|at| Cell::Float(values.as_primitive::<Float64Type>().value(at)))
        }
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) => {
            let values = into(&Decimal128(38, *scale));
            let factor = 10_i128.pow(DECIMAL_SCALE - u32::from(scale.unsigned_abs()));
            each(&values, &|at| Cell::Decimal(values.as_primitive::<Decimal128Type>().value(at) * factor))
        }
        Utf8 | LargeUtf8 | Utf8View => {
            let values = into(&Utf8);
            each(&values, &|at| Cell::Text(values.as_string::<i32>().value(at).to_owned()))
        }
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => {
            let values = into(&Binary);
            each(&values, &|at| Cell::Bytes(values.as_binary::<i32>().value(at).to_vec()))
        }
        Date32 => each(array, &|at| Cell::Date(array.as_primitive::<Date32Type>().value(at).into())),
        Time32(unit) | Time64(unit) => {
            let array = if matches!(array.data_type(), Time32(_)) { into(&Int32) } else { array.clone() };
            let values = cast(&array, &Int64).unwrap();
            each(&values, &|at| Cell::Time(values.as_primitive::<Int64Type>().value(at) * nanoseconds(*unit)))
        }
        Timestamp(unit, _) => {
            let values = into(&Int64);
            let nanos = |at| i128::from(values.as_primitive::<Int64Type>().value(at)) * i128::from(nanoseconds(*unit));
            each(&values, &|at| Cell::Instant(nanos(at)))
        }
        Dictionary(_, values) => cells(&into(values)),
        List(_) => each(array, &|at| Cell::List(cells(&array.as_list::<i32>().value(at)))),
        other => panic!("a value of {other} has no form to be compared in"),
    }
}

fn nanoseconds(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}
