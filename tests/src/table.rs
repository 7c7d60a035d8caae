//! Tables of plain Rust values, to Arrow and back.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::array::{
    Date32Array, Decimal128Array, RecordBatchOptions, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit,
    TimestampMicrosecondType, TimestampNanosecondType,
};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColType {
    /// `int64`
    Int64,
    /// `timestamp_ns`, without a time zone; its cells are [`Cell::Int`].
    TimestampNs,
    /// `string`
    Utf8,
    /// `float64`
    Float64,
    /// Microseconds in a time zone; its cells are [`Cell::Int`].
    TimestampZoned,
    /// Days; its cells are [`Cell::Int`].
    Date32,
    /// Decimals of 20 digits, 3 of them after the point; its cells are [`Cell::Int`], in thousandths.
    Decimal128,
}

impl ColType {
    /// The number of nanoseconds in one step; `None` if the type is not a time.
    #[must_use]
    pub fn nanoseconds(self) -> Option<i64> {
        match self {
            Self::TimestampNs => Some(1),
            Self::TimestampZoned => Some(1_000),
            Self::Date32 => Some(86_400_000_000_000),
            _ => None,
        }
    }

    /// The Arrow type.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Int64 => DataType::Int64,
            Self::TimestampNs => DataType::Timestamp(TimeUnit::Nanosecond, None),
            Self::Utf8 => DataType::Utf8,
            Self::Float64 => DataType::Float64,
            Self::TimestampZoned => DataType::Timestamp(TimeUnit::Microsecond, Some("Europe/Paris".into())),
            Self::Date32 => DataType::Date32,
            Self::Decimal128 => DataType::Decimal128(20, 3),
        }
    }
}

/// One value.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Null.
    Null,
    /// An integer, or a timestamp in nanoseconds.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
}

/// Cells are equal as keys are: null equals null, NaN equals NaN.
impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => {
                left.is_nan() && right.is_nan() || left.to_bits() == right.to_bits()
            }
            (Self::Text(left), Self::Text(right)) => left == right,
            _ => false,
        }
    }
}

/// The cells of one row, in the order of the columns.
pub type Row = Vec<Cell>;

/// Names and types of columns, in order.
pub type Columns = Vec<(String, ColType)>;

/// The Arrow schema of columns; all are nullable.
#[must_use]
pub fn schema(columns: &Columns) -> SchemaRef {
    let field = |(name, col_type): &(String, ColType)| Field::new(name, col_type.data_type(), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Rows as one record batch.
///
/// # Errors
///
/// If a cell does not fit its column.
pub fn to_batch(columns: &Columns, rows: &[Row]) -> Result<RecordBatch> {
    let arrays = columns.iter().enumerate().map(|(at, (_, col_type))| to_array(*col_type, rows, at));
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    Ok(RecordBatch::try_new_with_options(schema(columns), arrays.collect::<Result<_>>()?, &options)?)
}

/// Cells of a column of this type as an array.
///
/// # Errors
///
/// If a cell does not fit the type.
pub fn array_of(col_type: ColType, cells: &[Cell]) -> Result<ArrayRef> {
    let rows: Vec<Row> = cells.iter().map(|cell| vec![cell.clone()]).collect();
    to_array(col_type, &rows, 0)
}

fn to_array(col_type: ColType, rows: &[Row], at: usize) -> Result<ArrayRef> {
    let cells = || rows.iter().map(|row| row.get(at).context("a row is too short"));
    let ints = |cell: Result<&Cell>| match cell? {
        Cell::Null => Ok(None),
        Cell::Int(value) => Ok(Some(*value)),
        other => bail!("{other:?} is not an integer"),
    };
    let floats = |cell: Result<&Cell>| match cell? {
        Cell::Null => Ok(None),
        Cell::Float(value) => Ok(Some(*value)),
        other => bail!("{other:?} is not a float"),
    };
    let texts = |cell: Result<&Cell>| match cell? {
        Cell::Null => Ok(None),
        Cell::Text(value) => Ok(Some(value.clone())),
        other => bail!("{other:?} is not a text"),
    };
    Ok(match col_type {
        ColType::Int64 => Arc::new(cells().map(ints).collect::<Result<Int64Array>>()?),
        ColType::TimestampNs => Arc::new(cells().map(ints).collect::<Result<TimestampNanosecondArray>>()?),
        ColType::TimestampZoned => {
            let utc = cells().map(ints).collect::<Result<TimestampMicrosecondArray>>()?;
            Arc::new(utc.with_timezone("Europe/Paris"))
        }
        ColType::Date32 => {
            let days = |cell| Ok(ints(cell)?.map(i32::try_from).transpose()?);
            Arc::new(cells().map(days).collect::<Result<Date32Array>>()?)
        }
        ColType::Decimal128 => {
            let wide = |cell| Ok(ints(cell)?.map(i128::from));
            Arc::new(cells().map(wide).collect::<Result<Decimal128Array>>()?.with_precision_and_scale(20, 3)?)
        }
        ColType::Float64 => Arc::new(cells().map(floats).collect::<Result<Float64Array>>()?),
        ColType::Utf8 => Arc::new(cells().map(texts).collect::<Result<StringArray>>()?),
    })
}

/// Record batches as rows. Columns are found by name.
///
/// # Errors
///
/// If a column is missing or of another type.
pub fn from_batches(columns: &Columns, batches: &[RecordBatch]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for batch in batches {
        let arrays = columns
            .iter()
            .map(|(name, col_type)| {
                let array = batch.column_by_name(name).with_context(|| format!("no column {name}"))?;
                from_array(*col_type, array).with_context(|| format!("column {name}"))
            })
            .collect::<Result<Vec<_>>>()?;
        rows.extend((0..batch.num_rows()).map(|row| arrays.iter().map(|cells| cells[row].clone()).collect::<Row>()));
    }
    Ok(rows)
}

/// An array as cells.
///
/// # Errors
///
/// If the array is of another type.
pub fn from_array(col_type: ColType, array: &ArrayRef) -> Result<Vec<Cell>> {
    if *array.data_type() != col_type.data_type() {
        bail!("expected {}, found {}", col_type.data_type(), array.data_type());
    }
    let int = |value: Option<i64>| value.map_or(Cell::Null, Cell::Int);
    Ok(match col_type {
        ColType::Int64 => array.as_primitive::<Int64Type>().iter().map(int).collect(),
        ColType::TimestampNs => array.as_primitive::<TimestampNanosecondType>().iter().map(int).collect(),
        ColType::TimestampZoned => array.as_primitive::<TimestampMicrosecondType>().iter().map(int).collect(),
        ColType::Date32 => array.as_primitive::<Date32Type>().iter().map(|days| int(days.map(i64::from))).collect(),
        ColType::Decimal128 => {
            let narrow = |value: Option<i128>| value.map(i64::try_from).transpose().map(int);
            array.as_primitive::<Decimal128Type>().iter().map(narrow).collect::<Result<_, _>>()?
        }
        ColType::Float64 => {
            array.as_primitive::<Float64Type>().iter().map(|value| value.map_or(Cell::Null, Cell::Float)).collect()
        }
        ColType::Utf8 => array
            .as_string::<i32>()
            .iter()
            .map(|value| value.map_or(Cell::Null, |text| Cell::Text(text.to_owned())))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_to_arrow_and_back() {
        let types = [ColType::Int64, ColType::TimestampNs, ColType::Utf8, ColType::Float64];
        let columns: Columns = types.into_iter().enumerate().map(|(at, kind)| (at.to_string(), kind)).collect();
        let rows = vec![
            vec![Cell::Int(1), Cell::Int(-2), Cell::Text("é".into()), Cell::Float(f64::NAN)],
            vec![Cell::Null, Cell::Null, Cell::Null, Cell::Null],
        ];
        let batch = to_batch(&columns, &rows).unwrap();
        assert_eq!(from_batches(&columns, &[batch.slice(0, 1), batch.slice(1, 1)]).unwrap(), rows);
        assert!(to_batch(&columns, &[vec![Cell::Int(1)]]).is_err());
        assert!(from_batches(&vec![("0".to_owned(), ColType::Utf8)], &[batch]).is_err());
    }
}
