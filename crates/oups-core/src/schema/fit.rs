//! Fits the columns of an input to the columns of a dataset.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt64Array, new_null_array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Decimal64Type, Decimal128Type, Decimal256Type, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::evolve::{cast_to, help};
use super::types::schema_error;
use super::{DatasetSchema, convert, holds, may_overflow, plain_schema, plain_type, reason, same_text};
use crate::Result;
use crate::error::text::shown_row;
use crate::ordered::{OrdKeys, OrderedType};

/// A fit: how batches of one input schema become batches of a dataset's plain schema.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    schema: Arc<DatasetSchema>,
    /// The input's columns as given.
    input: SchemaRef,
    /// The input's columns without dictionaries.
    unpacked: SchemaRef,
    columns: Vec<Source>,
}

/// Where a column of the dataset comes from.
#[derive(Clone, Debug)]
enum Source {
    /// The input does not have the column: it becomes nulls.
    Missing,
    /// The input's column at this position, converted if its type differs.
    Column {
        index: usize,
        /// Whether converting may fail for some values.
        may_fail: bool,
    },
}

/// Finds how an input fits a dataset. Column order is free, and a missing nullable column becomes nulls. Dictionary and
/// plain count as the same type, and so do the kinds of text (and of binary) in the ordered column.
///
/// # Errors
///
/// [`Error::Schema`](crate::Error::Schema) for the first column that does not fit: the dataset does not have it, it is
/// missing and not nullable, its type differs, or the input has it twice.
pub(crate) fn fit(schema: &Arc<DatasetSchema>, input: &Schema) -> Result<Fit> {
    let fits = |at: usize, expected: &DataType, found: &DataType| {
        let text = at == schema.ordered_index() && same_text(expected, &plain_type(found));
        text || same_type(expected, found) && (at != schema.ordered_index() || *found != DataType::Null)
    };
    fit_by(schema, input, fits)
}

/// As [`fit`], for a dataset whose columns may change: a column also fits if the dataset's type holds all its values.
///
/// # Errors
///
/// As [`fit`].
pub(crate) fn fit_wider(schema: &Arc<DatasetSchema>, input: &Schema) -> Result<Fit> {
    fit_by(schema, input, |_, expected, found| holds(expected, found))
}

/// Fits an input; `fits` decides about the types of each column. Columns that the dataset lacks, or that come twice,
/// are refused.
fn fit_by(
    schema: &Arc<DatasetSchema>,
    input: &Schema,
    fits: impl Fn(usize, &DataType, &DataType) -> bool,
) -> Result<Fit> {
    let dataset = schema.dataset();
    for (index, field) in input.fields().iter().enumerate() {
        if schema.plain().column_with_name(field.name()).is_none() {
            let found = format!("another one, of type {} (`.evolve_schema()` would add it)", field.data_type());
            return Err(schema_error(dataset, field.name(), "a column of the dataset", found));
        }
        if input.column_with_name(field.name()).map(|(first, _)| first) != Some(index) {
            return Err(schema_error(dataset, field.name(), "one column of this name", "two"));
        }
    }
    let columns = schema.plain().fields().iter().enumerate();
    let columns = columns.map(|(at, field)| source(schema, at, field, input, &fits)).collect::<Result<_>>()?;
    let input = Arc::new(input.clone());
    let unpacked = plain_schema(&input);
    Ok(Fit { schema: schema.clone(), input, unpacked, columns })
}

/// Where one column of the dataset comes from, or why the input does not fit it.
fn source(
    schema: &DatasetSchema,
    at: usize,
    field: &Field,
    input: &Schema,
    fits: &impl Fn(usize, &DataType, &DataType) -> bool,
) -> Result<Source> {
    let stored = schema.stored().field(at).data_type();
    let error = |expected: String, found: String| schema_error(schema.dataset(), field.name(), expected, found);
    let Some((index, found)) = input.column_with_name(field.name()) else {
        if field.is_nullable() && at != schema.ordered_index() {
            return Ok(Source::Missing);
        }
        let expected = format!("{stored} (without nulls, so it cannot be left out)");
        return Err(error(expected, "no such column".to_owned()));
    };
    let (expected, found) = (field.data_type(), found.data_type());
    if !fits(at, expected, found) {
        let help = if at == schema.ordered_index() { cast_to(stored) } else { help(stored, found) };
        return Err(error(stored.to_string(), format!("{found} ({help})")));
    }
    // Arrow does not check decimals: a value of the input may exceed the precision of its own type.
    let may_fail = expected.is_nested() || expected.is_decimal() || may_overflow(found, expected);
    let may_fail = may_fail && expected != found;
    Ok(Source::Column { index, may_fail })
}

/// Whether an input's type counts as the dataset's. They may differ in dictionaries, in metadata, in the names of a
/// list's items or a map's entries, and in nullability: the values are checked for nulls. A column of nulls counts as
/// any type.
fn same_type(expected: &DataType, found: &DataType) -> bool {
    use DataType::*;
    match (expected, found) {
        (_, Null) => true,
        (Dictionary(_, expected), found) => same_type(expected, found),
        (expected, Dictionary(_, found)) => same_type(expected, found),
        (List(e), List(f))
        | (LargeList(e), LargeList(f))
        | (ListView(e), ListView(f))
        | (LargeListView(e), LargeListView(f)) => same_type(e.data_type(), f.data_type()),
        (FixedSizeList(e, n), FixedSizeList(f, m)) => n == m && same_type(e.data_type(), f.data_type()),
        (Map(e, s), Map(f, t)) => match (e.data_type(), f.data_type()) {
            (Struct(e), Struct(f)) => {
                s == t && e.len() == f.len() && e.iter().zip(f).all(|(e, f)| same_type(e.data_type(), f.data_type()))
            }
            _ => false,
        },
        (Struct(e), Struct(f)) => {
            e.len() == f.len()
                && e.iter().zip(f).all(|(e, f)| e.name() == f.name() && same_type(e.data_type(), f.data_type()))
        }
        (expected, found) => expected == found,
    }
}

impl Fit {
    /// The dataset's schema that the input fits.
    pub(crate) fn schema(&self) -> &Arc<DatasetSchema> {
        &self.schema
    }

    /// The input's columns as given.
    pub(crate) fn input(&self) -> &SchemaRef {
        &self.input
    }

    /// The input's columns as [`unpack`](Self::unpack) gives them.
    pub(crate) fn unpacked(&self) -> &SchemaRef {
        &self.unpacked
    }

    /// An input batch without dictionaries. This fit takes it as well as the batch itself.
    ///
    /// # Errors
    ///
    /// If the batch does not have the schema that this fit was made for.
    pub(crate) fn unpack(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = batch.columns().iter().zip(self.unpacked.fields());
        let columns: Result<Vec<ArrayRef>, _> =
            columns.map(|(column, field)| convert(column, field.data_type())).collect();
        columns
            .and_then(|columns| new_batch(&self.unpacked, columns, batch.num_rows()))
            .map_err(|source| self.schema.arrow_error(source))
    }

    /// The ordered column of an input batch in comparable form; `None` if the batch has no such column, or one that
    /// cannot be ordered.
    pub(crate) fn keys(&self, batch: &RecordBatch) -> Option<Result<OrdKeys>> {
        let column = self.ordered_column(batch)?;
        let keys = OrderedType::new(column.data_type())?.keys(column);
        Some(keys.map_err(|error| self.schema.arrow_error(error)))
    }

    /// The ordered column of an input batch as given, perhaps a dictionary.
    pub(crate) fn ordered_column<'a>(&self, batch: &'a RecordBatch) -> Option<&'a ArrayRef> {
        match self.columns.get(self.schema.ordered_index())? {
            Source::Missing => None,
            Source::Column { index, .. } => batch.columns().get(*index),
        }
    }

    /// Checks the values of an input batch: nulls only where the dataset allows them, and every value fits its column's
    /// type.
    ///
    /// `first_row` is the number of the batch's first row in the whole input, for error messages.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`](crate::Error::Schema) naming column and row.
    pub(crate) fn check(&self, batch: &RecordBatch, first_row: u64) -> Result<()> {
        for (field, source) in self.schema.plain().fields().iter().zip(&self.columns) {
            let Source::Column { index, may_fail } = source else { continue };
            let Some(array) = batch.columns().get(*index) else {
                continue;
            };
            if !field.is_nullable() {
                self.check_nulls(field, array, first_row)?;
            }
            if *may_fail {
                self.check_each(field, array, first_row, |array| convert(array, field.data_type()).map(drop))?;
            }
            self.check_each(field, array, first_row, check_decimals)?;
        }
        Ok(())
    }

    /// Checks all values at once. If that fails, checks row by row to name the row.
    fn check_each(
        &self,
        field: &Field,
        array: &ArrayRef,
        first_row: u64,
        check: impl Fn(&ArrayRef) -> Result<(), ArrowError>,
    ) -> Result<()> {
        let Err(mut error) = check(array) else { return Ok(()) };
        // `take`, not a slice: a slice of a list array keeps the items of all rows, and those would be checked.
        let fails = |row: &u64| match take(array, &UInt64Array::from(vec![*row]), None).and_then(|row| check(&row)) {
            Ok(()) => None,
            Err(error) => Some((*row, error)),
        };
        let mut at = 0;
        if let Some((row, of_row)) = (0..array.len() as u64).find_map(|row| fails(&row)) {
            (at, error) = (row, of_row);
        }
        let expected = format!("values that fit {}", field.data_type());
        let found = format!("another one in row {}: {}", shown_row(first_row + at), reason(error));
        Err(schema_error(self.schema.dataset(), field.name(), expected, found))
    }

    fn check_nulls(&self, field: &Field, array: &ArrayRef, first_row: u64) -> Result<()> {
        let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        match nulls.and_then(|nulls| nulls.iter().position(|valid| !valid)) {
            Some(row) => {
                let found = format!("a null in row {}", shown_row(first_row + row as u64));
                Err(schema_error(self.schema.dataset(), field.name(), "no nulls", found))
            }
            None => Ok(()),
        }
    }

    /// The batch in the dataset's plain schema. Columns of the same type share memory.
    ///
    /// # Errors
    ///
    /// If the batch does not have the schema that this fit was made for, or has a nested null where the type allows
    /// none.
    pub(crate) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let columns = self.schema.plain().fields().iter().zip(&self.columns);
        let columns: Result<Vec<ArrayRef>, ArrowError> = columns
            .map(|(field, source)| match source {
                Source::Missing => Ok(new_null_array(field.data_type(), rows)),
                Source::Column { index, .. } => {
                    let missing = || ArrowError::SchemaError(format!("no column {}", field.name()));
                    let array = batch.columns().get(*index).ok_or_else(missing)?;
                    convert(array, field.data_type())
                }
            })
            .collect();
        columns
            .and_then(|columns| new_batch(self.schema.plain(), columns, rows))
            .map_err(|source| self.schema.arrow_error(source))
    }
}

fn new_batch(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
}

/// Refuses decimals beyond their precision. Parquet stores a decimal in as few bytes as its precision needs, so such a
/// value would be read back as another.
fn check_decimals(array: &ArrayRef) -> Result<(), ArrowError> {
    match array.data_type() {
        DataType::Dictionary(_, values) if values.is_decimal() => check_decimals(&convert(array, values)?),
        DataType::Decimal64(precision, _) if *precision <= 9 => {
            array.as_primitive::<Decimal64Type>().validate_decimal_precision(*precision)
        }
        DataType::Decimal128(precision, _) => {
            array.as_primitive::<Decimal128Type>().validate_decimal_precision(*precision)
        }
        DataType::Decimal256(precision, _) => {
            array.as_primitive::<Decimal256Type>().validate_decimal_precision(*precision)
        }
        DataType::Struct(_) => array.as_struct().columns().iter().try_for_each(check_decimals),
        DataType::List(_) => check_decimals(array.as_list::<i32>().values()),
        DataType::LargeList(_) => check_decimals(array.as_list::<i64>().values()),
        DataType::ListView(_) => check_decimals(array.as_list_view::<i32>().values()),
        DataType::LargeListView(_) => check_decimals(array.as_list_view::<i64>().values()),
        DataType::FixedSizeList(..) => check_decimals(array.as_fixed_size_list().values()),
        DataType::Map(..) => array.as_map().entries().columns().iter().try_for_each(check_decimals),
        _ => Ok(()),
    }
}
