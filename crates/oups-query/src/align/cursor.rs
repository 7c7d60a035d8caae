//! Reads one dataset of a query from start to end, in the spans that the aligner cuts.

use std::ops::Range;

use arrow::array::RecordBatch;
use oups_core::RowGroup;
use oups_core::ordered::Span;
use oups_core::row_group::RowGroupFile;

use crate::Result;
use crate::plan::scan::PlannedScan;
use crate::plan::task::ScanTask;
use crate::pruning::row_group::rows_in;
use crate::scan::collect::{concat, read_whole};

/// How far one dataset has been read.
#[derive(Debug)]
pub(crate) struct Cursor {
    reading: PlannedScan,
    /// Whether a row group that is not read to its end stays open until the next call.
    keeps_open: bool,
    /// The row group that was read last, if it has rows left.
    part: Option<Part>,
}

#[derive(Debug)]
struct Part {
    at: usize,
    /// The number of its rows, from the start, that have been read.
    behind: u64,
    file: Option<RowGroupFile>,
}

impl Cursor {
    pub(crate) fn new(reading: PlannedScan, keeps_open: bool) -> Self {
        Self { reading, keeps_open, part: None }
    }

    /// The rows of the span. All of them are in these row groups. Spans must be asked for in ascending order.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn read(&mut self, groups: Range<usize>, span: &Span) -> Result<RecordBatch> {
        let mut batches = Vec::new();
        for at in groups {
            let Some(entry) = self.reading.snapshot.row_groups().get(at).cloned() else { continue };
            self.read_group(at, &entry, span, &mut batches)?;
        }
        concat(batches, &self.reading.columns.schema, self.reading.snapshot.dataset())
    }

    /// Reads the rows of the span from one row group. If it has rows left, their start is remembered, so that the next
    /// span does not search for it.
    fn read_group(&mut self, at: usize, entry: &RowGroup, span: &Span, out: &mut Vec<RecordBatch>) -> Result<()> {
        let part = self.part.take().filter(|part| part.at == at);
        let (behind, file) = part.map_or((0, None), |part| (part.behind, part.file));
        let file = match file {
            Some(file) => file,
            None => self.reading.open_entry(entry)?,
        };
        let rows = rows_in(&file, entry, span, behind)?;
        let behind = rows.end;
        if !rows.is_empty() && self.reading.filter.is_empty() {
            out.extend(read_whole(&file, &self.reading.columns, rows)?);
        } else if !rows.is_empty() {
            out.extend(self.reading.run(&ScanTask::new(at, rows, Some(file.clone())), &false.into())?);
        }
        if behind < entry.rows() {
            self.part = Some(Part { at, behind, file: self.keeps_open.then_some(file) });
        }
        Ok(())
    }
}
