//! Scans a file's ordered column for its span and the first row out of order.

use crate::Result;
use crate::ordered::{OrdKeys, OrdValue};
use crate::row_group::{ReadOptions, RowGroupFile};
use crate::schema::DatasetSchema;

/// The result of scanning the ordered column of one file.
#[derive(Debug, Default)]
pub(crate) struct OrderedScan {
    pub(crate) span: Option<(OrdValue, OrdValue)>,
    /// A text about the first row that is out of order, null or NaN.
    pub(crate) wrong: Option<String>,
}

impl OrderedScan {
    /// Scans the ordered column, batch by batch.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the column cannot be decoded.
    pub(crate) fn of(file: &RowGroupFile, schema: &DatasetSchema) -> Result<Self> {
        let options = ReadOptions::new().columns([schema.ordered_index()]);
        Self::walk(file, schema, options, 0)
    }

    /// As [`of`](Self::of), but decodes all other columns too.
    pub(crate) fn of_all_columns(file: &RowGroupFile, schema: &DatasetSchema) -> Result<Self> {
        Self::walk(file, schema, ReadOptions::default(), schema.ordered_index())
    }

    fn walk(file: &RowGroupFile, schema: &DatasetSchema, options: ReadOptions, column: usize) -> Result<Self> {
        let mut scan = Self::default();
        let mut row = 0;
        for batch in file.batches(options)? {
            let batch = batch?;
            let ordered = schema.ordered_type();
            let Some(column) = batch.columns().get(column) else { break };
            if let Some((at, what)) = ordered.first_unorderable(column) {
                scan.wrong.get_or_insert_with(|| format!("row {} is {what}", row + at + 1));
                return Ok(scan);
            }
            let keys = ordered.keys(column).map_err(|error| schema.arrow_error(error))?;
            scan.take(&keys, row, &|value| ordered.format(value));
            row += keys.len();
        }
        Ok(scan)
    }

    fn take(&mut self, keys: &OrdKeys, row: usize, text: &dyn Fn(&OrdValue) -> String) {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return };
        let descent = match &self.span {
            Some((_, before)) if *before > first => Some((0, before.clone(), first.clone())),
            _ => keys.first_descent().and_then(|at| Some((at, keys.get(at.checked_sub(1)?)?, keys.get(at)?))),
        };
        if let (None, Some((at, before, value))) = (&self.wrong, descent) {
            self.wrong = Some(format!("row {} is {} after {}", row + at + 1, text(&value), text(&before)));
        }
        self.span = Some((self.span.take().map_or(first, |(min, _)| min), last));
    }
}
