//! stub
use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use oups_core::Dataset;

use crate::args::Range;
use crate::progress::Progress;

pub(crate) struct Scan {
    schema: SchemaRef,
}
impl Scan {
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
impl Iterator for Scan {
    type Item = Result<RecordBatch>;
    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}
pub(crate) fn open(dataset: &Dataset, _range: &Range, _columns: Option<&[String]>, _progress: &Progress) -> Result<Scan> {
    Ok(Scan { schema: dataset.schema()? })
}
