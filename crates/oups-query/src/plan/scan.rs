//! Plans a scan: which rows of which row groups it reads, decided before the first row is decoded.

use std::ops::Range;
use std::sync::PoisonError;

use oups_core::ordered::Span;
use oups_core::row_group::RowGroupFile;
use oups_core::{RowGroup, Snapshot};

use super::task::ScanTask;
use crate::Result;
use crate::filter::Filter;
use crate::projection::Projection;
use crate::pruning::manifest::prune;
use crate::pruning::row_group::rows_in;
use crate::request::Request;
use crate::request::stop::Stop;

/// A scan with everything decided that can be decided before rows are decoded.
#[derive(Clone, Debug)]
pub(crate) struct PlannedScan {
    pub(crate) snapshot: Snapshot,
    pub(crate) span: Option<Span>,
    pub(crate) columns: Projection,
    pub(crate) filter: Filter,
    /// One scan task for each row group that is read. They ascend, even if the scan is reversed.
    pub(crate) pieces: Vec<ScanTask>,
    /// The most rows of the scan. Without a filter, the scan tasks hold no more rows than that.
    pub(crate) limit: Option<u64>,
    pub(crate) reverse: bool,
    pub(crate) batch_rows: usize,
    pub(crate) verified: bool,
    pub(crate) stop: Stop,
}

impl PlannedScan {
    /// Leaves out row groups outside of the range, and finds the exact rows at the range's edges.
    ///
    /// # Errors
    ///
    /// If a bound, a column or a condition does not fit the dataset, or a file at an edge of the range cannot be read.
    pub(crate) fn prepare(snapshot: Snapshot, request: &Request) -> Result<Self> {
        let schema = snapshot.dataset_schema();
        let columns = Projection::find(request.columns.as_deref(), schema)?;
        let span = request.range.resolve(schema.dataset(), schema.ordered_on(), schema.ordered_type())?;
        let (filter, span) = Filter::narrowing(&request.conditions, schema, span)?;
        let mut reading = Self::new(snapshot, span, columns, filter, request);
        reading.limit = request.limit;
        reading.reverse = request.reverse;
        reading.pieces = reading.find_pieces()?;
        reading.tell();
        Ok(reading)
    }

    /// Reports to `tracing` what will be read.
    fn tell(&self) {
        tracing::debug!(
            dataset = self.snapshot.dataset(),
            version = self.snapshot.version().commit(),
            row_groups = self.pieces.len(),
            of = self.snapshot.row_groups().len(),
            rows = self.rows(),
            "scan"
        );
    }

    /// A planned scan without scan tasks: the caller says which parts are read, forward and without limit, of a span
    /// that the conditions have already narrowed. No file is opened.
    ///
    /// # Errors
    ///
    /// If a condition does not fit the dataset.
    pub(crate) fn of_parts(snapshot: Snapshot, columns: Projection, request: &Request) -> Result<Self> {
        let (filter, _) = Filter::narrowing(&request.conditions, snapshot.dataset_schema(), None)?;
        Ok(Self::new(snapshot, None, columns, filter, request))
    }

    fn new(snapshot: Snapshot, span: Option<Span>, columns: Projection, filter: Filter, request: &Request) -> Self {
        Self {
            snapshot,
            span,
            columns,
            filter,
            pieces: Vec::new(),
            limit: None,
            reverse: false,
            batch_rows: request.batch_rows(),
            verified: request.verified,
            stop: request.stop.clone(),
        }
    }

    /// A scan task for each row group of the range. Without a filter, there are no more than the limit needs.
    fn find_pieces(&self) -> Result<Vec<ScanTask>> {
        let Some(span) = &self.span else { return Ok(Vec::new()) };
        let wanted = prune(self.snapshot.row_groups(), span);
        let order: Box<dyn Iterator<Item = usize>> =
            if self.reverse { Box::new(wanted.rev()) } else { Box::new(wanted) };
        let mut left = self.limit.filter(|_| self.filter.is_empty()).unwrap_or(u64::MAX);
        let mut pieces = Vec::new();
        for at in order {
            if left == 0 {
                break;
            }
            let Some(piece) = self.piece(at, span)? else { continue };
            let Range { start, end } = piece.rows;
            let rows = match self.reverse {
                false => start..end.min(start.saturating_add(left)),
                true => start.max(end.saturating_sub(left))..end,
            };
            left -= rows.end - rows.start;
            pieces.push(piece.part(rows));
        }
        if self.reverse {
            pieces.reverse();
        }
        Ok(pieces)
    }

    /// The rows of a row group that are in the span; `None` if none is.
    fn piece(&self, at: usize, span: &Span) -> Result<Option<ScanTask>> {
        let Some(entry) = self.snapshot.row_groups().get(at) else { return Ok(None) };
        if span.contains(entry.min()) && span.contains(entry.max()) {
            return Ok(Some(ScanTask::new(at, 0..entry.rows(), None)));
        }
        let file = self.open_entry(entry)?;
        let rows = rows_in(&file, entry, span, 0)?;
        Ok((!rows.is_empty()).then(|| ScanTask::new(at, rows, Some(file))))
    }

    /// The number of rows that are read, before the filter drops any.
    pub(crate) fn rows(&self) -> u64 {
        self.pieces.iter().map(ScanTask::len).sum()
    }

    /// The row group of a scan task.
    pub(crate) fn entry(&self, piece: &ScanTask) -> Option<&RowGroup> {
        self.snapshot.row_groups().get(piece.at)
    }

    /// The file of a scan task, opened if it is not open yet. Other threads wait meanwhile, so that it is opened once.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the scan is verified and the file's bytes have changed.
    pub(crate) fn open(&self, piece: &ScanTask) -> Result<Option<RowGroupFile>> {
        let mut file = piece.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let (None, Some(entry)) = (&*file, self.entry(piece)) {
            *file = Some(self.open_entry(entry)?);
        }
        Ok(file.clone())
    }

    /// If the scan is verified, checks the files that a count does not open.
    ///
    /// # Errors
    ///
    /// If a file is not as the manifest says.
    pub(crate) fn check_counted(&self) -> Result<()> {
        if self.verified { self.pieces.iter().try_for_each(|piece| self.open(piece).map(drop)) } else { Ok(()) }
    }

    pub(crate) fn open_entry(&self, entry: &RowGroup) -> Result<RowGroupFile> {
        tracing::trace!(
            dataset = self.snapshot.dataset(),
            file = entry.file_name(),
            rows = entry.rows(),
            "open a row group"
        );
        Ok(match self.verified {
            true => self.snapshot.open_verified(entry)?,
            false => self.snapshot.open(entry)?,
        })
    }
}
