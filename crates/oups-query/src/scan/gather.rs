//! Gathers batches that come one by one into one batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{BatchCoalescer, concat};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use oups_core::parallel::try_map;

/// Gathers rows whose number is known in advance.
///
/// New memory is what takes time, because the system has to clear it. So values of a fixed width are copied to their
/// final place as soon as they come, while other threads decode the next ones, and the memory that they came in is used
/// again. Columns of other types are kept as they came and joined at the end, each column by itself, so that their
/// parts are freed column by column.
pub(crate) struct Gathered {
    schema: SchemaRef,
    rows: usize,
    /// The indices of the columns of fixed width, and their values so far.
    fixed: (Vec<usize>, BatchCoalescer),
    /// The parts of each column; empty for columns of fixed width.
    parts: Vec<Vec<ArrayRef>>,
}

impl Gathered {
    pub(crate) fn new(schema: &SchemaRef, rows: usize) -> Result<Self, ArrowError> {
        let is_fixed = |at: &usize| schema.fields().get(*at).is_some_and(|field| field.data_type().is_primitive());
        let fixed: Vec<usize> = (0..schema.fields().len()).filter(is_fixed).collect();
        let coalescer = BatchCoalescer::new(Arc::new(schema.project(&fixed)?), rows.max(1));
        let parts = vec![Vec::new(); schema.fields().len()];
        Ok(Self { schema: schema.clone(), rows, fixed: (fixed, coalescer), parts })
    }

    /// Adds rows at the end.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let (fixed, values) = &mut self.fixed;
        for (at, (parts, column)) in self.parts.iter_mut().zip(batch.columns()).enumerate() {
            if fixed.binary_search(&at).is_err() {
                parts.push(column.clone());
            }
        }
        if fixed.is_empty() { Ok(()) } else { values.push_batch(batch.project(fixed)?) }
    }

    /// All rows as one batch.
    ///
    /// # Errors
    ///
    /// If a column does not fit into one array.
    pub(crate) fn finish(self) -> Result<RecordBatch, ArrowError> {
        let Self { schema, rows, fixed: (fixed, mut values), parts } = self;
        values.finish_buffered_batch()?;
        let values = values.next_completed_batch().unwrap_or_else(|| RecordBatch::new_empty(Arc::new(Schema::empty())));
        let mut columns = try_map(parts, join)?;
        for (at, column) in fixed.into_iter().zip(values.columns()) {
            if let Some(place) = columns.get_mut(at) {
                *place = Some(column.clone());
            }
        }
        let columns = columns.into_iter().flatten().collect();
        RecordBatch::try_new_with_options(schema, columns, &RecordBatchOptions::new().with_row_count(Some(rows)))
    }
}

fn join(parts: Vec<ArrayRef>) -> Result<Option<ArrayRef>, ArrowError> {
    if parts.is_empty() {
        return Ok(None);
    }
    concat(&parts.iter().map(|part| &**part).collect::<Vec<_>>()).map(Some)
}

#[cfg(test)]
mod tests {
    use arrow::array::{BooleanArray, DictionaryArray, Float64Array, StringArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::{DataType, Field, Int8Type};

    use super::*;

    fn batch(rows: std::ops::Range<i64>) -> RecordBatch {
        let every = |of: i64| rows.clone().map(move |row| (row % of != 0).then_some(row));
        let texts: StringArray = every(3).map(|row| row.map(|row| format!("text {row}"))).collect();
        let kinds: DictionaryArray<Int8Type> =
            rows.clone().map(|row| ["a", "b", "c"].get(row as usize % 3).copied()).collect();
        RecordBatch::try_from_iter_with_nullable([
            ("text", Arc::new(texts) as ArrayRef, true),
            ("value", Arc::new(every(5).map(|row| row.map(|row| row as f64)).collect::<Float64Array>()), true),
            ("flag", Arc::new(every(7).map(|row| row.map(|row| row % 2 == 0)).collect::<BooleanArray>()), true),
            ("kind", Arc::new(kinds), true),
            ("whole", Arc::new(rows.clone().map(|row| row as f64).collect::<Float64Array>()), true),
        ])
        .unwrap()
    }

    #[test]
    fn rows_are_those_of_the_batches_whatever_the_columns() {
        let batches = [batch(0..1000), batch(1000..1001), batch(0..0), batch(1001..3000)];
        for columns in [vec![0, 1, 2, 3, 4], vec![1, 4], vec![0, 2], vec![3]] {
            let batches: Vec<_> = batches.iter().map(|batch| batch.project(&columns).unwrap()).collect();
            let schema = batches[0].schema();
            let mut gathered = Gathered::new(&schema, 3000).unwrap();
            batches.iter().for_each(|batch| gathered.push(batch).unwrap());
            assert_eq!(gathered.finish().unwrap(), concat_batches(&schema, &batches).unwrap(), "{columns:?}");
        }
    }

    #[test]
    fn no_columns_have_rows_too() {
        let none = SchemaRef::new(Schema::new(Vec::<Field>::new()));
        let options = RecordBatchOptions::new().with_row_count(Some(20));
        let batch = RecordBatch::try_new_with_options(none.clone(), vec![], &options).unwrap();
        let mut gathered = Gathered::new(&none, 20).unwrap();
        gathered.push(&batch).unwrap();
        assert_eq!(gathered.finish().unwrap().num_rows(), 20);
        assert!(!DataType::Boolean.is_primitive(), "flags are joined at the end");
    }
}
