//! What the columns of CSV files are.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};

use super::content::Content;
use super::csv::Dialect;
use super::times::{Shape, Times, has_offset};
use super::{csv, json};
use crate::progress::Progress;

/// A file of texts, whose types nobody has told.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) content: Content,
    pub(super) form: Form,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Csv(Dialect),
    Json,
}

/// The columns of each file, in its own order.
///
/// A column that `known` has is of that type. The others are inferred from all rows of all files: whole numbers,
/// numbers, truth values, dates, timestamps, else text. Columns of all files that have a name have one type. An object
/// of JSON may leave out what is null, so a JSON file has the columns of all of them.
pub(super) fn schemas(files: &[File], known: Option<&Schema>, times: &Times) -> Result<Vec<SchemaRef>> {
    let mut inferred: Vec<Schema> = Vec::new();
    for file in files {
        let schema = match &file.form {
            Form::Csv(dialect) => infer_csv(&file.content, dialect, known, times),
            Form::Json => infer_json(&file.content, known, times),
        };
        inferred.push(schema.with_context(|| format!("cannot read {}", file.content))?);
    }
    let is_json = |file: &File| matches!(file.form, Form::Json);
    let all_json: Vec<&Schema> =
        files.iter().zip(&inferred).filter(|(file, _)| is_json(file)).map(|(_, s)| s).collect();
    let mut schemas = Vec::new();
    for (file, schema) in files.iter().zip(&inferred) {
        let mut fields = schema.fields().iter().map(|f| agreed(f, &inferred, known)).collect::<Result<Vec<_>>>()?;
        for field in all_json.iter().filter(|_| is_json(file)).flat_map(|schema| schema.fields()) {
            if !fields.iter().any(|found| found.name() == field.name()) {
                fields.push(agreed(field, &inferred, known)?);
            }
        }
        schemas.push(Arc::new(Schema::new(fields)));
    }
    Ok(schemas)
}

fn known_field<'a>(known: Option<&'a Schema>, name: &str) -> Option<&'a Field> {
    known?.field_with_name(name).ok()
}

/// The columns of one CSV file by its texts; those that are known anyway may be anything.
fn infer_csv(content: &Content, dialect: &Dialect, known: Option<&Schema>, times: &Times) -> Result<Schema> {
    let text = || content.text(&Progress::hidden());
    let (header, _) = dialect.format().infer_schema(text()?, Some(0))?;
    check_header(&header)?;
    if header.fields().iter().all(|field| known_field(known, field.name()).is_some()) {
        return Ok(header);
    }
    let (schema, _) = dialect.format().infer_schema(text()?, None)?;
    let unknown = |field: &FieldRef| known_field(known, field.name()).is_none();
    let may_be_time = |field: &FieldRef| match field.data_type() {
        DataType::Timestamp(..) => true,
        DataType::Null | DataType::Boolean => false,
        _ => times.format.is_some(),
    };
    let fields = schema.fields().iter().enumerate();
    let columns: Vec<usize> =
        fields.filter(|(_, field)| may_be_time(field) && unknown(field)).map(|(place, _)| place).collect();
    if times.format.is_some() {
        let shapes = csv_shapes(content, dialect, &schema, &columns, times)?;
        return Ok(with_times(&schema, &columns, &shapes, times));
    }
    let zoned = zoned_columns(content, dialect, &schema, &columns)?;
    let fields = schema.fields().iter().enumerate().map(|(place, field)| match field.data_type() {
        DataType::Timestamp(unit, _) => {
            let zone = (zoned.contains(&place) || times.zone.is_some()).then(|| "UTC".into());
            Field::new(field.name(), DataType::Timestamp(stored_unit(*unit), zone), true)
        }
        data_type => Field::new(field.name(), data_type.clone(), true),
    });
    Ok(Schema::new(fields.collect::<Vec<_>>()))
}

/// The columns of one JSON file; of its texts, those that are all times become times.
fn infer_json(content: &Content, known: Option<&Schema>, times: &Times) -> Result<Schema> {
    let schema = json::infer(content)?;
    let is_text = |field: &FieldRef| *field.data_type() == DataType::Utf8 && known_field(known, field.name()).is_none();
    let fields = schema.fields().iter().enumerate();
    let columns: Vec<usize> = fields.filter(|(_, field)| is_text(field)).map(|(place, _)| place).collect();
    if columns.is_empty() {
        return Ok(schema);
    }
    let mut shapes = vec![Shape::none(); columns.len()];
    for batch in json::texts(content, Arc::new(schema.project(&columns)?))? {
        add_texts(&mut shapes, &batch?, times);
    }
    Ok(with_times(&schema, &columns, &shapes, times))
}

fn csv_shapes(
    content: &Content,
    dialect: &Dialect,
    schema: &Schema,
    columns: &[usize],
    times: &Times,
) -> Result<Vec<Shape>> {
    let mut shapes = vec![Shape::none(); columns.len()];
    if !columns.is_empty() {
        for batch in csv::texts(content, dialect, schema, columns.to_vec())? {
            add_texts(&mut shapes, &batch?, times);
        }
    }
    Ok(shapes)
}

fn add_texts(shapes: &mut [Shape], batch: &RecordBatch, times: &Times) {
    for (shape, column) in shapes.iter_mut().zip(batch.columns()) {
        let texts = column.as_string_opt::<i32>().into_iter().flatten().flatten();
        texts.for_each(|text| shape.add(text, times));
    }
}

/// The schema with those of the columns as times that are.
fn with_times(schema: &Schema, columns: &[usize], shapes: &[Shape], times: &Times) -> Schema {
    let fields = schema.fields().iter().enumerate().map(|(place, field)| {
        let shape = columns.iter().position(|column| *column == place).and_then(|at| shapes.get(at));
        let found = shape.and_then(|shape| shape.data_type(times));
        // What Arrow takes for a time is not one of the user's format: a text.
        let else_text = match field.data_type() {
            DataType::Timestamp(..) => DataType::Utf8,
            other => other.clone(),
        };
        Field::new(field.name(), found.unwrap_or(else_text), true)
    });
    Schema::new(fields.collect::<Vec<_>>())
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
fn zoned_columns(content: &Content, dialect: &Dialect, schema: &Schema, columns: &[usize]) -> Result<Vec<usize>> {
    let mut zoned = Vec::new();
    if columns.is_empty() {
        return Ok(zoned);
    }
    let mut plain = Vec::new();
    let mut line = 2;
    for batch in csv::texts(content, dialect, schema, columns.to_vec())? {
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
