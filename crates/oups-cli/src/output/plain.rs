//! Batches as text formats can show them.

use std::sync::Arc;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

/// The schema with all time zones as UTC: formatting in a named zone needs a database of zones, and the bounds of a
/// range are in UTC too.
pub(super) fn utc_schema(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new_with_metadata(utc_fields(schema.fields()), schema.metadata().clone()))
}

fn utc_fields(fields: &Fields) -> Fields {
    fields.iter().map(utc_field).collect()
}

fn utc_field(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), utc_type(field.data_type()), field.is_nullable()))
}

fn utc_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("+00:00".into())),
        DataType::Dictionary(_, values) => utc_type(values),
        DataType::Struct(fields) => DataType::Struct(utc_fields(fields)),
        DataType::List(item) => DataType::List(utc_field(item)),
        DataType::LargeList(item) => DataType::LargeList(utc_field(item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(utc_field(item), *size),
        other => other.clone(),
    }
}

/// The batch in the types of [`utc_schema`].
pub(super) fn to_utc(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| cast(column, field.data_type()));
    Ok(RecordBatch::try_new(schema.clone(), columns.collect::<Result<Vec<_>, _>>()?)?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, StructArray, TimestampMicrosecondArray};
    use arrow::datatypes::TimeUnit;

    use super::*;

    #[test]
    fn a_named_zone_becomes_utc_without_moving_the_time() {
        let zoned = TimestampMicrosecondArray::from(vec![0, 1]).with_timezone("America/New_York");
        let field = Arc::new(Field::new("t", zoned.data_type().clone(), false));
        let nested = StructArray::from(vec![(field.clone(), Arc::new(zoned.clone()) as _)]);
        let fields = vec![field.as_ref().clone(), Field::new("s", nested.data_type().clone(), false)];
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(zoned), Arc::new(nested)]).unwrap();
        let utc = to_utc(&batch, &utc_schema(&schema)).unwrap();
        let expected = TimestampMicrosecondArray::from(vec![0, 1]).with_timezone("+00:00");
        assert_eq!(utc.column(0).as_ref(), &expected as &dyn Array);
        let zone = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
        assert_eq!(utc_type(&DataType::new_list(utc_type(&zone), true)), DataType::new_list(zone, true));
    }
}
