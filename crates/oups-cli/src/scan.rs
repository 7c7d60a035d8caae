//! Reading one dataset for the command line: bounds as texts, and a quick look at both ends.

use std::collections::VecDeque;
use std::ops::Bound;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use oups::{BoundValue, Dataset, IntoRange, OrderedRange, QueryError, ReadDataset, Snapshot};

use crate::args::Range;

/// Rows of one version of a dataset.
#[derive(Debug)]
pub(crate) struct Scan {
    snapshot: Snapshot,
    range: OrderedRange,
    columns: Option<Vec<String>>,
}

impl Scan {
    pub(crate) fn new(dataset: &Dataset, range: &Range, columns: Option<Vec<String>>) -> Result<Self> {
        Ok(Self { snapshot: dataset.snapshot()?, range: range.bounds().into_range(), columns })
    }

    fn request(&self, range: OrderedRange) -> oups::Scan {
        let scan = self.snapshot.scan().range(range);
        match &self.columns {
            Some(columns) => scan.columns(columns),
            None => scan,
        }
    }

    /// The columns that are read.
    pub(crate) fn schema(&self) -> Result<SchemaRef> {
        Ok(arrow::array::RecordBatchReader::schema(&self.request(self.range.clone()).batches().map_err(own)?))
    }

    /// How many rows there are, found without decoding them.
    pub(crate) fn rows(&self) -> Result<u64> {
        self.request(self.range.clone()).count().map_err(own)
    }

    /// All rows, from the start.
    pub(crate) fn batches(&self) -> Result<impl Iterator<Item = Result<RecordBatch>> + Send + use<>> {
        batches(self.request(self.range.clone()))
    }

    /// The last rows, without decoding row groups that do not hold one of them.
    pub(crate) fn last(&self, rows: usize) -> Result<Vec<RecordBatch>> {
        let plan = self.request(self.range.clone()).plan().map_err(own)?;
        let mut missing = rows as u64;
        let mut first = plan.row_groups.len();
        while missing > 0 && first > 0 {
            first -= 1;
            let rows = plan.row_groups.get(first).map_or(0, |group| group.rows.end - group.rows.start);
            missing = missing.saturating_sub(rows);
        }
        let mut range = self.range.clone();
        let entry = plan
            .row_groups
            .get(first)
            .filter(|_| first > 0)
            .and_then(|group| self.snapshot.manifest().entries.iter().find(|entry| entry.file == group.file));
        if let Some(entry) = entry {
            range.start = Bound::Included(BoundValue::from(&entry.min));
        }
        keep_last(batches(self.request(range))?, rows)
    }
}

fn batches(scan: oups::Scan) -> Result<impl Iterator<Item = Result<RecordBatch>> + Send + use<>> {
    let mut batches = scan.batches().map_err(own)?;
    Ok(std::iter::from_fn(move || batches.next_batch().map_err(own).transpose()))
}

/// The last so many rows of a stream; never holds more than them and one batch.
pub(crate) fn keep_last(batches: impl Iterator<Item = Result<RecordBatch>>, rows: usize) -> Result<Vec<RecordBatch>> {
    let mut last = VecDeque::new();
    let mut held = 0;
    for batch in batches {
        let batch = batch?;
        held += batch.num_rows();
        last.push_back(batch);
        while let Some(oldest) = last.front_mut()
            && held > rows
        {
            let drop = (held - rows).min(oldest.num_rows());
            held -= drop;
            if drop == oldest.num_rows() {
                last.pop_front();
            } else {
                *oldest = oldest.slice(drop, oldest.num_rows() - drop);
            }
        }
    }
    Ok(last.into())
}

impl Range {
    /// The bounds as typed.
    pub(crate) fn bounds(&self) -> (Bound<String>, Bound<String>) {
        let start = self.start.clone().map_or(Bound::Unbounded, Bound::Included);
        let end = self.end.clone().map_or(Bound::Unbounded, Bound::Excluded);
        (start, end)
    }
}

/// The error of the core as itself, where the query only passes it on.
pub(crate) fn own(error: QueryError) -> anyhow::Error {
    match error {
        QueryError::Core(error) => error.into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};

    use super::*;

    #[test]
    fn only_the_last_rows_are_kept() {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
        let numbers: Vec<i64> = (0..50).collect();
        for (size, rows) in [(1, 20), (7, 20), (20, 20), (50, 20), (7, 0), (7, 50), (7, 60)] {
            let batches = numbers.chunks(size).map(|chunk| {
                Ok(RecordBatch::try_new(schema.clone(), vec![Arc::new(Int64Array::from(chunk.to_vec()))])?)
            });
            let kept = keep_last(batches, rows).unwrap();
            let kept: Vec<i64> =
                kept.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect();
            assert_eq!(kept, numbers[50 - rows.min(50)..], "{size}, {rows}");
        }
    }
}
