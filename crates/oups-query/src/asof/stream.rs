//! The joined rows, as an iterator of batches.

use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use oups_core::QueryError;
use oups_core::ordered::{OrdValue, OrderedRange};
use oups_core::parallel::try_map;
use oups_core::schema::DatasetSchema;
use oups_core::{Moment, Snapshot};

use super::names::{Side, check_by, left_columns, right_columns, right_fields};
use super::right::{Left, OfAll, Right};
use super::{Direction, MatchRule};
use crate::projection::{Projection, check_names};
use crate::pruning::manifest::prune;
use crate::request::Request;
use crate::scan::batches::Batches;
use crate::scan::dataset::Scan;
use crate::{Error, Result};

/// The most values of a joined batch. A batch of very many columns has fewer rows.
const CELLS: usize = 32 << 20;

/// The rows of the left dataset, in order, each with its match in every right dataset.
///
/// The iterator holds the snapshots until it is dropped. An error is the last item.
pub struct AsOfBatches {
    schema: SchemaRef,
    left_schema: Arc<DatasetSchema>,
    side: Side,
    rows: Batches,
    /// An upper bound of the left rows' ordered values.
    last: OrdValue,
    rights: Vec<Right>,
    failed: bool,
    moment: Moment,
}

impl AsOfBatches {
    pub(super) fn new(
        left: Snapshot,
        rights: Vec<(Snapshot, Option<String>)>,
        terms: Arc<MatchRule>,
        mut request: Request,
        right_named: Option<&[String]>,
    ) -> Result<Self> {
        let left_schema = left.dataset_schema().clone();
        let side = Side::new(left_columns(request.columns.as_deref(), &left_schema), &terms.by, &left_schema)?;
        request.columns = Some(side.read.clone());
        let tolerance = tolerance(&terms, &left_schema)?;
        let ends = ends(&left, &request.range)?;
        let left_fields = Projection::find(Some(&side.read), &left_schema)?.schema;
        let mut fields: Vec<FieldRef> = left_fields.fields().iter().take(side.shown).cloned().collect();
        let of_right = Request { verified: request.verified, stop: request.stop.clone(), ..Request::default() };
        let of_all = OfAll { tolerance, request: of_right, rights: rights.len(), left: ends, terms };
        let mut opened = Vec::with_capacity(rights.len());
        for (right, prefix) in rights {
            check_by(&of_all.terms.by, &left_schema, right.dataset_schema())?;
            let of_right = right_columns(right_named, &of_all.terms.by, right.dataset_schema());
            let of_right = Side::new(of_right, &of_all.terms.by, right.dataset_schema())?;
            let prefix = prefix.unwrap_or_else(|| format!("{}.", right.dataset()));
            let of_fields = right_fields(&of_right, &prefix, right.dataset_schema());
            fields.extend(of_fields.iter().cloned());
            opened.push(Right::new(right, of_right, of_fields, &of_all)?);
        }
        request.batch_size = Some(request.batch_rows().min(CELLS / fields.len().max(1)).max(1));
        let rows = Scan::of(left, request).batches()?;
        let ends = of_all.left;
        check_names(&fields)?;
        let schema = Arc::new(Schema::new_with_metadata(fields, left_schema.stored().metadata().clone()));
        let last = ends.map_or(OrdValue::I64(0), |(_, last)| last);
        Ok(Self { schema, left_schema, side, rows, last, rights: opened, failed: false, moment: Moment::Exact })
    }

    /// The same batches, with the answer of [`moment`](Self::moment).
    pub(super) fn of(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    /// Whether all datasets are read as they were at one moment.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// The next batch; `None` after the last. Unlike the iterator, it returns oups' own error.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::Damaged`] for a file that is not as the manifest says, and other errors of reading files;
    /// [`oups_core::Error::Stopped`].
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        if self.failed {
            return Ok(None);
        }
        let batch = self.join();
        self.failed = batch.is_err();
        batch
    }

    fn join(&mut self) -> Result<Option<RecordBatch>> {
        let Some(batch) = self.rows.next_batch()? else { return Ok(None) };
        let ordered = self.left_schema.ordered_type();
        let keys = ordered.as_numbers(ordered.keys(batch.column(self.side.ordered))?);
        let left = Left { batch: &batch, keys: &keys, by: &self.side.by };
        let matches = |right: &mut Right| right.matches(&left, &self.last);
        let found: Vec<Vec<ArrayRef>> = try_map(self.rights.iter_mut().collect(), matches)?;
        let shown = batch.columns().iter().take(self.side.shown).cloned();
        let columns = shown.chain(found.into_iter().flatten()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(Some(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?))
    }
}

fn tolerance(terms: &MatchRule, schema: &DatasetSchema) -> Result<Option<i128>> {
    let ordered = schema.ordered_type();
    let refuse = |expected: &str, found: String| {
        let column = format!("`{}` ({})", schema.ordered_on(), ordered.describe());
        Error::from(QueryError::Tolerance { column, expected: expected.to_owned(), found })
    };
    match &terms.tolerance {
        Some(tolerance) => {
            tolerance.units(ordered).map(Some).map_err(|expected| refuse(expected, format!("`{}`", tolerance.text())))
        }
        None if terms.direction == Direction::Forward && !terms.by.is_empty() => {
            let expected = "given for forward joins by columns: otherwise a match may lie at the end of the dataset";
            Err(refuse(expected, "left out".to_owned()))
        }
        None => Ok(None),
    }
}

/// A lower and an upper bound of the left rows' ordered values, compared as numbers; `None` without left rows.
fn ends(left: &Snapshot, range: &OrderedRange) -> Result<Option<(OrdValue, OrdValue)>> {
    let schema = left.dataset_schema();
    let span = range.resolve(schema.dataset(), schema.ordered_on(), schema.ordered_type())?;
    let Some(span) = span else { return Ok(None) };
    let entries = left.row_groups();
    let wanted = entries.get(prune(entries, &span)).unwrap_or_default();
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return Ok(None) };
    let start = match span.start() {
        Bound::Included(start) | Bound::Excluded(start) => start.max(first.min()),
        Bound::Unbounded => first.min(),
    };
    let end = match span.end() {
        Bound::Included(end) | Bound::Excluded(end) => end.min(last.max()),
        Bound::Unbounded => last.max(),
    };
    let ordered = schema.ordered_type();
    Ok(Some((ordered.same_number(start).0, ordered.same_number(end).1)))
}

impl fmt::Debug for AsOfBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsOfBatches")
            .field("left", &self.rows)
            .field("rights", &self.rights.len())
            .finish_non_exhaustive()
    }
}

impl Iterator for AsOfBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for AsOfBatches {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
