//! Files in memory, and row groups written into them, for tests.

use std::io;
use std::sync::Arc;

use arrow::array::RecordBatch;

use super::writer::{Encoded, RowGroupWriter};
use super::{RowGroupFacts, RowGroupFile, View};
use crate::fs::ReadFile;
use crate::schema::{DatasetSchema, fit};

#[derive(Debug)]
pub(crate) struct MemoryFile(pub(crate) Vec<u8>);

impl ReadFile for MemoryFile {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let part = self.0.get(offset as usize..offset as usize + buffer.len());
        buffer.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A file whose row group holds these batches, which have the dataset's stored schema.
pub(crate) fn encode(schema: &Arc<DatasetSchema>, batches: &[RecordBatch]) -> (Encoded, Vec<u8>) {
    let mut writer = RowGroupWriter::new(Vec::new(), "memory", schema).unwrap();
    for batch in batches {
        let fit = fit(schema, &batch.schema()).unwrap();
        writer.write(&fit.apply(batch).unwrap()).unwrap();
    }
    writer.finish(vec![("oups:part".into(), "0".into())]).unwrap()
}

pub(crate) fn facts(encoded: &Encoded) -> RowGroupFacts {
    let Encoded { rows, min, max, bytes, .. } = encoded.clone();
    RowGroupFacts { rows, bytes, min, max }
}

pub(crate) fn open(schema: &Arc<DatasetSchema>, batches: &[RecordBatch], view: View) -> RowGroupFile {
    let (encoded, bytes) = encode(schema, batches);
    RowGroupFile::open(Arc::new(MemoryFile(bytes)), "memory", schema, view, &facts(&encoded)).unwrap()
}
