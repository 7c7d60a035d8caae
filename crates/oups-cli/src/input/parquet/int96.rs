//! Timestamps of 96 bits, as Spark, Impala and Hive write them: a day, and the nanosecond within it.
//!
//! The parquet crate turns them into nanoseconds of 64 bits, which reach from 1677 to 2262, and wraps times beyond. So
//! all values of such a column are looked at first, and the column gets a unit in which each of them is exact: the
//! wanted one, which is that of the dataset or of another file, or else the finest.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use chrono::DateTime;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::Int96;
use parquet::errors::ParquetError;
use parquet::file::serialized_reader::SerializedPageReader;

use super::{DAMAGED, guard, refused};

/// The rows that are looked at together.
const BLOCK: usize = 8192;

const JULIAN_DAY_OF_1970: i128 = 2_440_588;
const DAY: i128 = 86_400_000_000_000;

const UNITS: [TimeUnit; 4] = [TimeUnit::Nanosecond, TimeUnit::Microsecond, TimeUnit::Millisecond, TimeUnit::Second];

/// The schema with units in which all values are exact; `None` if the reader's own units do.
///
/// # Errors
///
/// If no unit holds all values of a column.
pub(super) fn schema(
    file: &File,
    columns: &ArrowReaderMetadata,
    wanted: &Schema,
) -> Result<Option<SchemaRef>, ArrowError> {
    let leaves = columns.parquet_schema().columns();
    let mut values = BTreeMap::new();
    for (leaf, column) in leaves.iter().enumerate().filter(|(_, column)| column.physical_type() == Type::INT96) {
        let seen = guard(DAMAGED, || look(file, columns, leaf))?;
        if seen.unit().is_none() {
            return Err(refused(seen.no_unit(&column.path().string())));
        }
        values.insert(leaf, seen);
    }
    let schema = columns.schema();
    let mut leaf = 0;
    let wanted = |field: &FieldRef| match wanted.field_with_name(field.name()).ok()?.data_type() {
        DataType::Timestamp(unit, _) => Some(*unit),
        _ => None,
    };
    let fields: Fields =
        schema.fields().iter().map(|field| with_unit(field, &mut leaf, &values, wanted(field))).collect();
    let changed = fields != *schema.fields();
    Ok(changed.then(|| Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))))
}

/// What was seen of the values of a column, in nanoseconds since 1970.
#[derive(Debug, Default)]
struct Seen {
    least: i128,
    most: i128,
    /// For each unit but the finest, a value that is not whole in it.
    finer: [Option<i128>; 3],
}

impl Seen {
    fn add(&mut self, value: &Int96) {
        let [low, high, day] = value.data() else { return };
        let nanos = i128::from((u64::from(*high) << 32 | u64::from(*low)).cast_signed());
        let instant = (i128::from(day.cast_signed()) - JULIAN_DAY_OF_1970) * DAY + nanos;
        (self.least, self.most) = (self.least.min(instant), self.most.max(instant));
        for (finer, unit) in self.finer.iter_mut().zip(&UNITS[1..]) {
            if finer.is_none() && instant % nanos_of(unit) != 0 {
                *finer = Some(instant);
            }
        }
    }

    /// The finest unit in which all values are exact.
    fn unit(&self) -> Option<TimeUnit> {
        UNITS.into_iter().find(|unit| self.is_exact_in(unit))
    }

    fn is_exact_in(&self, unit: &TimeUnit) -> bool {
        let reach = |instant: i128| i64::try_from(instant / nanos_of(unit)).is_ok();
        let whole = self.finer.iter().zip(&UNITS[1..]).all(|(finer, other)| other != unit || finer.is_none());
        whole && reach(self.least) && reach(self.most)
    }

    fn no_unit(&self, column: &str) -> String {
        let is_far = |instant: &i128| i64::try_from(*instant).is_err();
        let far = Some(self.most).filter(is_far).unwrap_or(self.least);
        let fine = self.finer.iter().flatten().next().map(|fine| shown(*fine)).unwrap_or_default();
        let far = shown(far);
        format!(
            "column `{column}` holds {far}, which nanoseconds do not reach (1677 to 2262), and {fine}, which a coarser unit does not hold: write it in microseconds"
        )
    }
}

fn nanos_of(unit: &TimeUnit) -> i128 {
    match unit {
        TimeUnit::Nanosecond => 1,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Second => 1_000_000_000,
    }
}

/// The time as text; a time beyond the calendar as a number of seconds.
fn shown(instant: i128) -> String {
    let (seconds, nanos) = (instant.div_euclid(1_000_000_000), instant.rem_euclid(1_000_000_000));
    let time = i64::try_from(seconds).ok().zip(u32::try_from(nanos).ok());
    match time.and_then(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos)) {
        Some(time) => time.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        None => format!("the time {seconds} seconds from 1970"),
    }
}

fn look(file: &File, columns: &ArrowReaderMetadata, leaf: usize) -> Result<Seen, ParquetError> {
    let file = Arc::new(file.try_clone()?);
    let mut seen = Seen::default();
    let Some(descriptor) = columns.parquet_schema().columns().get(leaf) else { return Ok(seen) };
    for group in columns.metadata().row_groups() {
        let Some(chunk) = group.columns().get(leaf) else { continue };
        let rows = usize::try_from(group.num_rows())?;
        let pages = SerializedPageReader::new(file.clone(), chunk, rows, None)?;
        let ColumnReader::Int96ColumnReader(mut reader) = get_column_reader(descriptor.clone(), Box::new(pages)) else {
            continue;
        };
        loop {
            let (mut levels, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
            let (records, ..) = reader.read_records(BLOCK, Some(&mut levels), Some(&mut repeated), &mut values)?;
            values.iter().for_each(|value| seen.add(value));
            if records == 0 {
                break;
            }
        }
    }
    Ok(seen)
}

/// The fields, with units for timestamps of 96 bits. Arrow's leaf fields and Parquet's columns have one order, so that
/// `leaf` counts both.
fn with_units(fields: &Fields, leaf: &mut usize, seen: &BTreeMap<usize, Seen>) -> Fields {
    fields.iter().map(|field| with_unit(field, leaf, seen, None)).collect()
}

fn with_unit(field: &FieldRef, leaf: &mut usize, seen: &BTreeMap<usize, Seen>, wanted: Option<TimeUnit>) -> FieldRef {
    use DataType::*;
    let data_type = match field.data_type() {
        List(item) => List(with_unit(item, leaf, seen, None)),
        LargeList(item) => LargeList(with_unit(item, leaf, seen, None)),
        ListView(item) => ListView(with_unit(item, leaf, seen, None)),
        LargeListView(item) => LargeListView(with_unit(item, leaf, seen, None)),
        FixedSizeList(item, length) => FixedSizeList(with_unit(item, leaf, seen, None), *length),
        Map(entries, sorted) => Map(with_unit(entries, leaf, seen, None), *sorted),
        Struct(fields) => Struct(with_units(fields, leaf, seen)),
        other => {
            let seen = seen.get(leaf);
            *leaf += 1;
            match (other, seen) {
                // The unit that the file names comes before the finest.
                (Timestamp(named, zone), Some(seen)) => {
                    let mut units = wanted.into_iter().chain([*named]);
                    let unit = units.find(|unit| seen.is_exact_in(unit)).or_else(|| seen.unit());
                    Timestamp(unit.unwrap_or(*named), zone.clone())
                }
                (other, _) => other.clone(),
            }
        }
    };
    Arc::new(Field::clone(field).with_data_type(data_type))
}
