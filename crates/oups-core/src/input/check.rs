//! Checks an input batch by batch.

use arrow::array::RecordBatch;
use arrow::datatypes::Fields;
use arrow::error::ArrowError;

use crate::error::text::shown_row;
use crate::ordered::{OrdKeys, OrdValue};
use crate::schema::{DatasetSchema, Fit};
use crate::{Error, Result};

/// Checks the batches of one input in turn. The order of rows is checked across batches, too.
pub(super) struct Checker {
    fit: Fit,
    rows: u64,
    last: Option<OrdValue>,
}

/// The facts of a batch that passed.
pub(super) struct Checked {
    /// The number of rows before the batch.
    pub(super) start: u64,
    pub(super) first: OrdValue,
    pub(super) last: OrdValue,
    pub(super) keys: OrdKeys,
}

impl Checker {
    pub(super) fn new(fit: Fit) -> Self {
        Self { fit, rows: 0, last: None }
    }

    pub(super) fn fit(&self) -> &Fit {
        &self.fit
    }

    pub(super) fn into_fit(self) -> Fit {
        self.fit
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The reader's next batch. Its error gets the number of rows read so far.
    pub(super) fn next(
        &self,
        reader: &mut impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    ) -> Result<Option<RecordBatch>> {
        let dataset = || self.fit.schema().dataset().to_owned();
        reader.next().transpose().map_err(|source| Error::Input { dataset: dataset(), rows: self.rows, source })
    }

    /// Checks the next batch; `None` if it has no rows.
    pub(super) fn check(&mut self, batch: &RecordBatch) -> Result<Option<Checked>> {
        self.check_schema(batch)?;
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        let schema = self.fit.schema().clone();
        let column = self.fit.ordered_column(batch).ok_or_else(|| self.foreign(batch))?;
        if let Some((row, value)) = schema.ordered_type().first_unorderable(column) {
            let (dataset, column) = (schema.dataset().into(), schema.ordered_on().into());
            return Err(Error::Unorderable { dataset, column, row: self.rows + row as u64, value });
        }
        // The column may be another kind of text than the dataset's, or a dictionary.
        let keys = self.fit.keys(batch).ok_or_else(|| self.foreign(batch))??;
        self.fit.check(batch, self.rows)?;
        self.check_order(&schema, &keys)?;
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
            return Ok(None);
        };
        let start = self.rows;
        self.rows += batch.num_rows() as u64;
        self.last = Some(last.clone());
        Ok(Some(Checked { start, first, last, keys }))
    }

    /// Fails if a batch has other columns than the reader announced. Metadata and nullability may differ.
    fn check_schema(&self, batch: &RecordBatch) -> Result<()> {
        let schema = batch.schema_ref();
        let fields = self.fit.input().fields();
        let same = schema.fields() == fields
            || schema.fields().len() == fields.len()
                && schema.fields().iter().zip(fields).all(|(found, expected)| {
                    found.name() == expected.name() && found.data_type() == expected.data_type()
                });
        if same { Ok(()) } else { Err(self.foreign(batch)) }
    }

    fn foreign(&self, batch: &RecordBatch) -> Error {
        let names = |fields: &Fields| {
            let names: Vec<_> = fields.iter().map(|f| format!("{} {}", f.name(), f.data_type())).collect();
            names.join(", ")
        };
        Error::Schema {
            dataset: self.fit.schema().dataset().into(),
            column: self.fit.schema().ordered_on().into(),
            expected: format!("batches of one schema ({})", names(self.fit.input().fields())),
            found: format!(
                "another in the batch at row {} ({})",
                shown_row(self.rows),
                names(batch.schema_ref().fields())
            ),
        }
    }

    /// Fails at the first row whose value is below the one before, which may be in an earlier batch.
    fn check_order(&self, schema: &DatasetSchema, keys: &OrdKeys) -> Result<()> {
        let unsorted = |at: usize, previous: &OrdValue, value: &OrdValue| Error::Unsorted {
            dataset: schema.dataset().into(),
            column: schema.ordered_on().into(),
            row: self.rows + at as u64,
            previous: schema.ordered_type().format(previous),
            value: schema.ordered_type().format(value),
        };
        if let (Some(last), Some(first)) = (&self.last, keys.first())
            && &first < last
        {
            return Err(unsorted(0, last, &first));
        }
        match keys.first_descent() {
            Some(at) => Err(unsorted(at, &keys.value(at - 1), &keys.value(at))),
            None => Ok(()),
        }
    }
}
