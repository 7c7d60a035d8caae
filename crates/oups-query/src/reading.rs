//! What a scan reads, decided before the first row is decoded.

use std::ops::Range;

use arrow::array::RecordBatch;
use oups_core::decode::RowGroupFile;
use oups_core::{Entry, Snapshot};

use crate::columns::Columns;
use crate::error::Result;
use crate::prune::prune;
use crate::rows::rows_in;
use crate::whole::{concat, read_whole};
use oups_core::ordered::OrderedRange;
use oups_core::ordered::Span;

/// Rows of one row group to be read.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// The row group's position in the manifest.
    pub(crate) at: usize,
    /// The wanted rows of it.
    pub(crate) rows: Range<u64>,
    /// The file, if it had to be opened to find the rows: at most two pieces of a scan.
    pub(crate) file: Option<RowGroupFile>,
}

/// A scan with every question answered but the rows themselves.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) snapshot: Snapshot,
    pub(crate) span: Option<Span>,
    pub(crate) columns: Columns,
    pub(crate) pieces: Vec<Piece>,
    /// Whether every byte of a file is checked before a row of it is used.
    verified: bool,
}

impl Reading {
    /// Prunes, and finds the exact rows at the edges of the range.
    ///
    /// # Errors
    ///
    /// For a bound or a column that does not fit, and where a file at the range's edges cannot be read.
    pub(crate) fn prepare(
        snapshot: Snapshot,
        range: &OrderedRange,
        columns: Option<&[String]>,
        verified: bool,
    ) -> Result<Self> {
        let columns = Columns::find(columns, snapshot.schema())?;
        let schema = snapshot.schema();
        let span = range.resolve(schema.dataset(), schema.ordered_on(), schema.ordered_type())?;
        let entries = &snapshot.manifest().entries;
        let wanted = span.as_ref().map_or(0..0, |span| prune(entries, span));
        let mut pieces = Vec::with_capacity(wanted.len());
        for at in wanted {
            let (Some(entry), Some(span)) = (entries.get(at), &span) else { continue };
            pieces.push(piece(&snapshot, at, entry, span, verified)?);
        }
        pieces.retain(|piece| !piece.rows.is_empty());
        Ok(Self { snapshot, span, columns, pieces, verified })
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.rows.end - piece.rows.start).sum()
    }

    /// The entry of a piece.
    pub(crate) fn entry(&self, piece: &Piece) -> Option<&Entry> {
        self.snapshot.manifest().entries.get(piece.at)
    }

    /// The file of a piece.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(crate) fn open(&self, piece: &Piece) -> Result<Option<RowGroupFile>> {
        match (&piece.file, self.entry(piece)) {
            (Some(file), _) => Ok(Some(file.clone())),
            (None, Some(entry)) => Ok(Some(open(&self.snapshot, entry, self.verified)?)),
            (None, None) => Ok(None),
        }
    }

    /// Where the scan is verified, checks the files that are counted without being opened.
    ///
    /// # Errors
    ///
    /// Where a file is not what the manifest says.
    pub(crate) fn check_uncounted(&self) -> Result<()> {
        let unopened = self.pieces.iter().filter(|piece| self.verified && piece.file.is_none());
        unopened.map(|piece| self.open(piece)).try_for_each(|opened| opened.map(drop))
    }

    /// All rows as one batch.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, and if the rows do not fit.
    pub(crate) fn collect(&self) -> Result<RecordBatch> {
        let mut batches = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            if let Some(file) = self.open(piece)? {
                batches.extend(read_whole(&file, &self.columns, piece.rows.clone())?);
            }
        }
        concat(&batches, &self.columns.schema, &self.snapshot.manifest().dataset)
    }
}

fn open(snapshot: &Snapshot, entry: &Entry, verified: bool) -> Result<RowGroupFile> {
    Ok(if verified { snapshot.open_row_group_verified(entry)? } else { snapshot.open_row_group(entry)? })
}

fn piece(snapshot: &Snapshot, at: usize, entry: &Entry, span: &Span, verified: bool) -> Result<Piece> {
    if span.contains(&entry.min) && span.contains(&entry.max) {
        return Ok(Piece { at, rows: 0..entry.rows, file: None });
    }
    let file = open(snapshot, entry, verified)?;
    Ok(Piece { at, rows: rows_in(&file, entry, span, 0)?, file: Some(file) })
}
