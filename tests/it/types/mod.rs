//! Types: each comes back as it was written, and columns may grow.

mod cases;
mod evolve;
mod fidelity;
mod growth;
mod nested;
mod statistics;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use oups_core::Dataset;
use oups_query::ReadDataset;

/// All rows of a dataset as one batch.
fn rows_of(dataset: &Dataset) -> RecordBatch {
    let batches = dataset.scan().batches().unwrap();
    let schema = dataset.info().unwrap().schema;
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}
