//! What the columns of CSV files are.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::AsArray;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};

use super::csv::{File, texts};

/// The columns of each file, in its own order.
///
/// A column that `known` has is of that type. The others are inferred from all rows of all files: whole numbers,
/// numbers, truth values, dates, timestamps, else text. Columns of all files that have a name have one type.
pub(super) fn schemas(files: &[File], known: Option<&Schema>) -> Result<Vec<SchemaRef>> {
    let mut inferred: Vec<Schema> = Vec::new();
    for file in files {
        let schema = infer_file(file, known).with_context(|| format!("cannot read {}", file.path.display()))?;
        inferred.push(schema);
    }
    let mut schemas = Vec::new();
    for schema in &inferred {
        let fields = schema.fields().iter().map(|field| agreed(field, &inferred, known));
        schemas.push(Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?)));
    }
    Ok(schemas)
}

fn known_field<'a>(known: Option<&'a Schema>, name: &str) -> Option<&'a Field> {
    known?.field_with_name(name).ok()
}

/// The columns of one file by its texts; those that are known anyway may be anything.
fn infer_file(file: &File, known: Option<&Schema>) -> Result<Schema> {
    let (header, _) = file.format().infer_schema(file.text()?, Some(0))?;
    check_header(&header)?;
    if header.fields().iter().all(|field| known_field(known, field.name()).is_some()) {
        return Ok(header);
    }
    let (schema, _) = file.format().infer_schema(file.text()?, None)?;
    let is_time = |field: &FieldRef| matches!(field.data_type(), DataType::Timestamp(..));
    let unknown = |field: &FieldRef| known_field(known, field.name()).is_none();
    let fields = schema.fields().iter().enumerate();
    let times: Vec<usize> =
        fields.filter(|(_, field)| is_time(field) && unknown(field)).map(|(place, _)| place).collect();
    let zoned = zoned_columns(file, &schema, &times)?;
    let fields = schema.fields().iter().enumerate().map(|(place, field)| match field.data_type() {
        DataType::Timestamp(unit, _) => {
            let zone = zoned.contains(&place).then(|| "UTC".into());
            Field::new(field.name(), DataType::Timestamp(stored_unit(*unit), zone), true)
        }
        data_type => Field::new(field.name(), data_type.clone(), true),
    });
    Ok(Schema::new(fields.collect::<Vec<_>>()))
}

fn check_header(header: &Schema) -> Result<()> {
    let names: Vec<&String> = header.fields().iter().map(|field| field.name()).collect();
    if names.is_empty() {
        bail!("it is empty: expected a header with the names of the columns");
    }
    for (place, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            bail!("column {} of the header has no name", place + 1);
        }
        if names.iter().take(place).any(|other| other == name) {
            bail!("the header names column `{name}` twice");
        }
    }
    Ok(())
}

/// The next file may have fractions of a second, and the unit of the ordered column cannot change any more.
fn stored_unit(unit: TimeUnit) -> TimeUnit {
    match unit {
        TimeUnit::Nanosecond => TimeUnit::Nanosecond,
        TimeUnit::Second | TimeUnit::Millisecond | TimeUnit::Microsecond => TimeUnit::Microsecond,
    }
}

/// Which of the columns hold times with an offset from UTC.
fn zoned_columns(file: &File, schema: &Schema, columns: &[usize]) -> Result<Vec<usize>> {
    let mut zoned = Vec::new();
    if columns.is_empty() {
        return Ok(zoned);
    }
    let mut plain = Vec::new();
    let mut line = 2;
    for batch in texts(file, schema, columns.to_vec())? {
        let batch = batch?;
        for (column, &place) in batch.columns().iter().zip(columns) {
            for (row, text) in column.as_string::<i32>().iter().enumerate() {
                let Some(has_offset) = text.and_then(has_offset) else { continue };
                let (same, other) = if has_offset { (&mut zoned, &plain) } else { (&mut plain, &zoned) };
                if other.contains(&place) {
                    let has = if has_offset { "an" } else { "no" };
                    bail!(
                        "column `{}`: the time in line {} has {has} offset from UTC, unlike those before",
                        schema.field(place).name(),
                        line + row
                    );
                }
                if !same.contains(&place) {
                    same.push(place);
                }
            }
        }
        line += batch.num_rows();
    }
    Ok(zoned)
}

/// Whether a time has an offset from UTC; `None` for a date alone, which may stand with either.
fn has_offset(text: &str) -> Option<bool> {
    let after_seconds = text.get("2013-02-08T12:00:00".len()..)?;
    let offset = after_seconds
        .strip_prefix('.')
        .map_or(after_seconds, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    Some(!offset.trim().is_empty())
}

/// The column's type over all files.
fn agreed(field: &FieldRef, inferred: &[Schema], known: Option<&Schema>) -> Result<Field> {
    let name = field.name();
    if let Some(known) = known_field(known, name) {
        return Ok(Field::new(name, known.data_type().clone(), true));
    }
    let mut agreed = DataType::Null;
    for schema in inferred {
        if let Ok(field) = schema.field_with_name(name) {
            agreed = common(&agreed, field.data_type()).ok_or_else(|| {
                anyhow!("column `{name}`: one file has times with an offset from UTC, another without")
            })?;
        }
    }
    // A column without any value has to be something.
    let agreed = if agreed == DataType::Null { DataType::Utf8 } else { agreed };
    Ok(Field::new(name, agreed, true))
}

/// The type that holds the values of both; `None` for times with and without offset.
fn common(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType::*;
    Some(match (a, b) {
        (a, b) if a == b => a.clone(),
        (Null, other) | (other, Null) => other.clone(),
        (Int64, Float64) | (Float64, Int64) => Float64,
        (Date32, time @ Timestamp(..)) | (time @ Timestamp(..), Date32) => time.clone(),
        (Timestamp(a, zone), Timestamp(b, other)) => (zone == other).then(|| Timestamp(*a.max(b), zone.clone()))?,
        _ => Utf8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_what_follows_the_seconds() {
        for (text, expected) in [
            ("2013-02-08", None),
            ("2013-02-08T12:00:00", Some(false)),
            ("2013-02-08 12:00:00.250", Some(false)),
            ("2013-02-08T12:00:00Z", Some(true)),
            ("2013-02-08T12:00:00.250+01:00", Some(true)),
            ("2013-02-08 12:00:00 -05:00", Some(true)),
        ] {
            assert_eq!(has_offset(text), expected, "{text}");
        }
    }

    #[test]
    fn files_meet_in_the_type_that_holds_both() {
        use DataType::*;
        let micros = Timestamp(TimeUnit::Microsecond, None);
        let nanos = Timestamp(TimeUnit::Nanosecond, None);
        let zoned = Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        assert_eq!(common(&Int64, &Float64), Some(Float64));
        assert_eq!(common(&Null, &Date32), Some(Date32));
        assert_eq!(common(&Date32, &zoned), Some(zoned.clone()));
        assert_eq!(common(&micros, &nanos), Some(nanos));
        assert_eq!(common(&micros, &zoned), None);
        assert_eq!(common(&Int64, &Date32), Some(Utf8));
    }
}
