//! The chunks of a query, as an iterator.

use std::fmt;
use std::sync::Arc;

use oups_core::ordered::Span;
use oups_core::{Moment, Snapshot, StoreKey};

use super::chunk::{Chunk, Keys};
use super::cursor::Cursor;
use crate::Result;
use crate::align::{Aligner, Step};
use crate::datasets::Datasets;
use crate::plan::scan::PlannedScan;
use crate::projection::Projection;
use crate::request::read::Read;
use crate::request::verbs::Verb;

/// The most datasets of a query that keep a file open from chunk to chunk. The others open their files again.
const OPEN_FILES: usize = 32;

/// The chunks of a query, in ascending order.
///
/// - Each chunk covers one span for all keys. It has a batch for every key of the query, which may be empty.
/// - Spans ascend and do not overlap. Each starts where the one before ended. Rows that are equal in the ordered column
///   are never in two chunks.
/// - Of each key, the chunks together hold exactly the rows in range, in stored order.
/// - Of each key, a chunk holds at most two row groups, or more if these hold only one value.
/// - A chunk has rows. Only with conditions, a chunk may be empty.
///
/// The iterator holds the snapshots until it is dropped. An error is the last item.
pub struct Intersections<K> {
    /// The walk; `None` after the end, and for a query without keys.
    walk: Option<Walk<K>>,
    moment: Moment,
}

struct Walk<K> {
    keys: Arc<Keys<K>>,
    steps: Aligner<Snapshot>,
    cursors: Vec<Cursor>,
    has_filter: bool,
}

impl<K: StoreKey> Intersections<K> {
    pub(crate) fn none(moment: Moment) -> Self {
        Self { walk: None, moment }
    }

    /// Whether all datasets are read as they were at one moment.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Walks these planned scans, one for each key.
    pub(crate) fn new(keys: Arc<Keys<K>>, readings: Vec<PlannedScan>, span: Option<Span>, moment: Moment) -> Self {
        let snapshots = readings.iter().map(|reading| reading.snapshot.clone()).collect();
        let has_filter = readings.iter().any(|reading| !reading.filter.is_empty());
        let cursors = readings.into_iter().enumerate().map(|(at, reading)| Cursor::new(reading, at < OPEN_FILES));
        let cursors = cursors.collect();
        Self { walk: Some(Walk { keys, steps: Aligner::new(snapshots, span), cursors, has_filter }), moment }
    }
}

impl<K: StoreKey> Walk<K> {
    fn next_chunk(&mut self) -> Result<Option<Chunk<K>>> {
        for Step { span, groups } in self.steps.by_ref() {
            let cursors = self.cursors.iter_mut().zip(groups).collect();
            let read = |(cursor, groups): (&mut Cursor, _)| cursor.read(groups, &span);
            let batches = oups_core::parallel::try_map(cursors, read)?;
            let chunk = Chunk { keys: self.keys.clone(), span, batches };
            tracing::trace!(start = ?chunk.span.start(), end = ?chunk.span.end(), rows = chunk.rows(), "chunk");
            if chunk.rows() > 0 || self.has_filter {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }
}

impl<K: StoreKey> Iterator for Intersections<K> {
    type Item = Result<Chunk<K>>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.walk.as_mut()?.next_chunk().transpose();
        if !matches!(chunk, Some(Ok(_))) {
            self.walk = None;
        }
        chunk
    }
}

impl<K: fmt::Debug> fmt::Debug for Intersections<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.walk.as_ref().map(|walk| &walk.keys.keys);
        f.debug_struct("Intersections").field("keys", &keys).finish_non_exhaustive()
    }
}

impl<K: StoreKey> Read<Datasets<K>> {
    /// Walks the datasets together, chunk by chunk: see [`Intersections`].
    ///
    /// All datasets are read as they were at one moment, unless writers did not pause for long enough;
    /// [`moment`](Intersections::moment) says so. One pin holds the snapshots until the iterator is dropped.
    ///
    /// # Errors
    ///
    /// [`QueryError::DuplicateKey`](oups_core::QueryError::DuplicateKey); [`oups_core::Error::NoDataset`] for a key
    /// without a dataset; [`QueryError::OrderedColumns`](oups_core::QueryError::OrderedColumns) if they are not ordered
    /// on one column, name and type; [`oups_core::Error::Bound`],
    /// [`QueryError::DuplicateColumn`](oups_core::QueryError::DuplicateColumn), [`oups_core::Error::UnknownColumn`];
    /// those of reading the manifests.
    pub fn intersections(self) -> Result<Intersections<K>> {
        Verb::Intersections.check(&self.request)?;
        let opened = self.of.open(&self.request)?;
        let moment = opened.moment();
        let Some(first) = opened.snapshots.first() else { return Ok(Intersections::none(moment)) };
        let ordered = first.dataset_schema().ordered_type().clone();
        let reading = |snapshot: Snapshot| {
            let columns = Projection::find(self.request.columns.as_deref(), snapshot.dataset_schema())?;
            PlannedScan::of_parts(snapshot, columns, &self.request)
        };
        let readings = opened.snapshots.into_iter().map(reading).collect::<Result<_>>()?;
        let keys = Keys { keys: opened.keys, positions: opened.positions, ordered };
        Ok(Intersections::new(Arc::new(keys), readings, opened.span, moment))
    }
}
