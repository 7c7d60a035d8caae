//! Reads the rows of a right dataset in order, decoded ahead or block by block.

use std::sync::Arc;

use arrow::array::RecordBatch;
use oups_core::Snapshot;
use oups_core::ordered::OrderedRange;

use super::names::Side;
use crate::Result;
use crate::merge::budget::Budget;
use crate::merge::source::Source;
use crate::plan::scan::PlannedScan;
use crate::projection::unified::Unified;
use crate::request::{BATCH_ROWS, Request};
use crate::scan::batches::Batches;
use crate::scan::dataset::Scan;

/// A join of more right datasets than this reads each in blocks: these share the memory, and no file stays open between
/// two blocks.
const READ_AHEAD: usize = 16;

/// How a right dataset is read.
#[derive(Debug)]
pub(super) enum Feed {
    /// By a scan, whose threads decode ahead.
    Ahead(Box<Batches>),
    Blocks {
        source: Box<Source>,
        /// The number of right datasets that share the memory.
        rights: usize,
    },
}

impl Feed {
    /// Begins to read; `None` if no row can be in the range.
    ///
    /// # Errors
    ///
    /// The errors of a scan.
    pub(super) fn new(
        snapshot: &Snapshot,
        side: &Side,
        range: OrderedRange,
        of_all: &Request,
        rights: usize,
    ) -> Result<Option<Self>> {
        let request = Request { range, columns: Some(side.read.clone()), ..of_all.clone() };
        if rights <= READ_AHEAD {
            return Ok(Some(Self::Ahead(Box::new(Scan::of(snapshot.clone(), request).batches()?))));
        }
        let schema = snapshot.dataset_schema();
        let span = request.range.resolve(schema.dataset(), schema.ordered_on(), schema.ordered_type())?;
        let layouts = Unified::new(request.columns.as_deref(), std::slice::from_ref(schema))?.layouts;
        let Some((span, layout)) = span.zip(layouts.into_iter().next()) else { return Ok(None) };
        let reading = PlannedScan::of_parts(snapshot.clone(), layout.columns.clone(), &request)?;
        let source = Box::new(Source::new(reading, layout, &Arc::new(span), false));
        Ok(Some(Self::Blocks { source, rights }))
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>> {
        match self {
            Self::Ahead(batches) => batches.next_batch(),
            Self::Blocks { source, rights } => {
                let (taken, in_file) = source.row_bytes();
                let rows = Budget::new(*rights).rows(1, taken, in_file).min(BATCH_ROWS);
                source.load(rows, false)?;
                Ok(source.head.take().map(|head| head.batch))
            }
        }
    }
}
