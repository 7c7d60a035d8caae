//! The results of resampling, as an iterator of batches.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchReader, UInt32Array};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use oups_core::QueryError;
use oups_core::ordered::{OrdKeys, OrdValue, OrderedType};
use oups_core::schema::DatasetSchema;
use oups_core::{Moment, Snapshot};

use super::accumulator::Accumulator;
use super::buckets::Buckets;
use super::choose::accumulator;
use super::fill::{Fill, Filled, Gaps};
use super::{Aggregate, Every, Input};
use crate::projection::check_names;
use crate::projection::key_fields::KeyColumns;
use crate::projection::unified::{Conversion, Unified};
use crate::request::Request;
use crate::scan::batches::Batches;
use crate::scan::dataset::Scan;
use crate::{Error, Result};

/// One row for each period of each dataset. The iterator holds the snapshots until it is dropped. An error is the last
/// item.
pub struct Resampled {
    schema: SchemaRef,
    keys: Option<KeyColumns>,
    ordered: Option<OrderedType>,
    buckets: Option<Buckets>,
    measures: Vec<Measure>,
    /// Makes rows for the periods without rows; `None` if they are not wanted.
    gaps: Option<Gaps>,
    request: Request,
    /// The datasets to come, with their positions in the query.
    rest: std::iter::Enumerate<std::vec::IntoIter<(Snapshot, Arc<Conversion>)>>,
    current: Option<Current>,
    ready: VecDeque<RecordBatch>,
    ready_rows: usize,
    moment: Moment,
}

/// One column of the result.
struct Measure {
    /// The index of the column among those that are read.
    column: usize,
    name: String,
    accumulator: Box<dyn Accumulator>,
}

/// The dataset that is being read.
struct Current {
    at: usize,
    dataset: String,
    rows: Batches,
    layout: Arc<Conversion>,
    /// The period of the last row: its first value, and the first value after it.
    period: Option<(i64, Option<i64>)>,
}

impl Resampled {
    pub(super) fn new(
        input: Input,
        request: Request,
        every: &Every,
        aggregates: &[(String, Aggregate)],
        fill: Option<Fill>,
    ) -> Result<Self> {
        let schemas: Vec<_> = input.snapshots.iter().map(|snapshot| snapshot.dataset_schema().clone()).collect();
        let mut met = HashSet::new();
        let columns = aggregates.iter().map(|(column, _)| column.clone()).filter(|column| met.insert(column.clone()));
        let columns: Vec<_> = columns.collect();
        let unified = Unified::new(Some(&columns), &schemas)?;
        let (mut measures, results) = measures(aggregates, &columns, &unified)?;
        let mut fields: Vec<FieldRef> = Vec::new();
        if let Some(first) = schemas.first() {
            fields.push(period_field(first));
        }
        fields.extend(results.iter().cloned());
        check_names(&fields)?;
        let rows = Arc::new(Schema::new(fields));
        let schema = input.keys.as_ref().map_or(Ok(rows.clone()), |keys| keys.schema(&rows))?;
        let buckets = schemas.first().map(|schema| buckets(every, schema)).transpose()?;
        let gaps = match (fill, buckets) {
            (Some(fill), Some(buckets)) => Some(gaps(fill, buckets, &results, aggregates, &mut measures, &unified)?),
            _ => None,
        };
        let datasets: Vec<_> = input.snapshots.into_iter().zip(unified.layouts).collect();
        Ok(Self {
            schema,
            keys: input.keys,
            ordered: schemas.first().map(|schema| schema.ordered_type().clone()),
            buckets,
            measures,
            gaps,
            request,
            rest: datasets.into_iter().enumerate(),
            current: None,
            ready: VecDeque::new(),
            ready_rows: 0,
            moment: input.moment,
        })
    }

    /// Whether all datasets are read as they were at one moment.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// The next batch; `None` after the last. Unlike the iterator, it returns oups' own error.
    ///
    /// # Errors
    ///
    /// [`QueryError::Overflow`]; [`oups_core::Error::Damaged`] for a file that is not as the manifest says, and other
    /// errors of reading files; [`oups_core::Error::Stopped`].
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.produce();
        if batch.is_err() {
            self.rest = Vec::new().into_iter().enumerate();
            self.current = None;
            self.gaps = None;
            self.ready.clear();
            self.ready_rows = 0;
        }
        batch
    }

    fn produce(&mut self) -> Result<Option<RecordBatch>> {
        while self.ready_rows < self.request.batch_rows() && self.advance()? {}
        if self.ready_rows == 0 {
            return Ok(None);
        }
        let all = concat_batches(&self.schema, &self.ready)?;
        self.ready.clear();
        let rows = all.num_rows().min(self.request.batch_rows());
        self.ready_rows = all.num_rows() - rows;
        if self.ready_rows > 0 {
            self.ready.push_back(all.slice(rows, self.ready_rows));
        }
        Ok(Some(all.slice(0, rows)))
    }

    /// Takes in a batch of rows, or hands out rows of gaps; `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        let room = self.request.batch_rows().saturating_sub(self.ready_rows);
        if let Some(filled) = self.gaps.as_mut().map_or(Ok(None), |gaps| gaps.next(room))? {
            self.give_out(filled)?;
            return Ok(true);
        }
        let Some(mut current) = self.current.take() else { return self.next_dataset() };
        let mut starts = Vec::new();
        match current.rows.next_batch()? {
            Some(batch) => {
                self.take_in(&mut current, &batch, &mut starts)?;
                self.results(&current, starts)?;
                self.current = Some(current);
            }
            None => {
                if let Some((start, _)) = current.period {
                    self.measures.iter_mut().for_each(|measure| measure.accumulator.close());
                    self.results(&current, vec![start])?;
                }
            }
        }
        Ok(true)
    }

    fn next_dataset(&mut self) -> Result<bool> {
        let Some((at, (snapshot, layout))) = self.rest.next() else { return Ok(false) };
        let names = layout.columns.schema.fields().iter().map(|field| field.name().clone()).collect();
        let request = Request { columns: Some(names), ..self.request.clone() };
        let dataset = snapshot.dataset().to_owned();
        let rows = Scan::of(snapshot, request).batches()?;
        self.gaps.iter_mut().for_each(Gaps::begin);
        self.current = Some(Current { at, dataset, rows, layout, period: None });
        Ok(true)
    }

    /// Adds rows to their periods. The first values of the periods that end are added to `starts`.
    fn take_in(&mut self, current: &mut Current, batch: &RecordBatch, starts: &mut Vec<i64>) -> Result<()> {
        let (Some(buckets), OrdKeys::I64(values)) = (self.buckets, current.layout.keys(batch)?) else { return Ok(()) };
        let rows = current.layout.apply(batch)?;
        for measure in &mut self.measures {
            measure.accumulator.begin(rows.column(measure.column))?;
        }
        let mut at = 0;
        while let Some(value) = values.get(at) {
            let (start, end) = match current.period {
                Some((start, end)) if end.is_none_or(|end| *value < end) => (start, end),
                over => {
                    if let Some((start, _)) = over {
                        self.measures.iter_mut().for_each(|measure| measure.accumulator.close());
                        starts.push(start);
                    }
                    buckets.of(*value)
                }
            };
            current.period = Some((start, end));
            let rest = values.get(at..).unwrap_or_default();
            let len = end.map_or(rest.len(), |end| rest.partition_point(|value| *value < end));
            for measure in &mut self.measures {
                measure
                    .accumulator
                    .add(at..at + len)
                    .map_err(|error| overflow(error, &current.dataset, &measure.name))?;
            }
            at += len;
        }
        Ok(())
    }

    /// Takes the results of the periods that have ended, to be handed out with the rows of gaps.
    fn results(&mut self, current: &Current, starts: Vec<i64>) -> Result<()> {
        let mut results: Vec<ArrayRef> = Vec::with_capacity(self.measures.len());
        for measure in &mut self.measures {
            let ended = measure.accumulator.end();
            results.push(ended.map_err(|error| overflow(error, &current.dataset, &measure.name))?);
        }
        match &mut self.gaps {
            Some(gaps) if !starts.is_empty() => Ok(gaps.take(current.at, starts, results)?),
            Some(_) => Ok(()),
            None => self.give_out(Filled { key: current.at, starts, results }),
        }
    }

    /// Adds the results to those that are ready, as rows of the result's schema.
    fn give_out(&mut self, Filled { key, starts, results }: Filled) -> Result<()> {
        let Some(ordered) = self.ordered.as_ref().filter(|_| !starts.is_empty()) else { return Ok(()) };
        let keys = UInt32Array::from_value(key as u32, starts.len());
        let mut columns = self.keys.as_ref().map_or(Ok(Vec::new()), |columns| columns.of(&keys))?;
        self.ready_rows += starts.len();
        columns.push(ordered.to_array(&starts.into_iter().map(OrdValue::I64).collect::<Vec<_>>())?);
        columns.extend(results);
        self.ready.push_back(RecordBatch::try_new(self.schema.clone(), columns)?);
        Ok(())
    }
}

fn measures(
    aggregates: &[(String, Aggregate)],
    columns: &[String],
    unified: &Unified,
) -> Result<(Vec<Measure>, Vec<FieldRef>)> {
    let (mut measures, mut fields) = (Vec::new(), Vec::new());
    for (name, aggregate) in aggregates {
        let place = columns.iter().position(|column| column == name);
        let Some((column, field)) = place.and_then(|at| Some((at, unified.schema.fields().get(at)?))) else { continue };
        let (field, accumulator) = accumulator(field, plain(field), *aggregate)?;
        fields.push(Arc::new(field));
        measures.push(Measure { column, name: name.clone(), accumulator });
    }
    Ok((measures, fields))
}

/// The type of a field's values, dictionary-encoded or not.
fn plain(field: &Field) -> &DataType {
    match field.data_type() {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

/// What fills the gaps of results of these fields. If gaps are filled with last values, it adds the measures that work
/// these out.
fn gaps(
    fill: Fill,
    buckets: Buckets,
    results: &[FieldRef],
    aggregates: &[(String, Aggregate)],
    measures: &mut Vec<Measure>,
    unified: &Unified,
) -> Result<Gaps> {
    let asked = measures.len();
    let columns: Vec<usize> = measures.iter().map(|measure| measure.column).collect();
    let mut lasts = vec![None; asked];
    for (column, last) in columns.into_iter().zip(&mut lasts).filter(|_| fill == Fill::Previous) {
        let known = measures.iter().skip(asked).position(|measure| measure.column == column);
        *last = Some(known.map_or(measures.len(), |known| asked + known));
        if known.is_none() {
            let field = unified.schema.field(column);
            let (_, accumulator) = accumulator(field, plain(field), Aggregate::Last)?;
            measures.push(Measure { column, name: field.name().clone(), accumulator });
        }
    }
    let aggregates: Vec<_> = aggregates.iter().map(|(_, aggregate)| *aggregate).collect();
    Ok(Gaps::new(fill, buckets, results, &aggregates, &lasts)?)
}

fn period_field(schema: &DatasetSchema) -> FieldRef {
    Arc::new(Field::new(schema.ordered_on(), schema.ordered_type().data_type().clone(), false))
}

fn buckets(every: &Every, schema: &DatasetSchema) -> Result<Buckets> {
    Buckets::new(every, schema.ordered_type()).map_err(|expected| {
        let (column, found) = (schema.ordered_on(), schema.ordered_type().describe());
        let column = format!("`{column}` ({found}) of dataset {}", schema.dataset());
        QueryError::Period { column, expected: expected.to_owned(), found: every.0.clone() }.into()
    })
}

fn overflow(error: ArrowError, dataset: &str, column: &str) -> Error {
    match error {
        ArrowError::ArithmeticOverflow(_) => {
            QueryError::Overflow { dataset: dataset.to_owned(), column: column.to_owned() }.into()
        }
        other => other.into(),
    }
}

impl fmt::Debug for Resampled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resampled").field("datasets_left", &self.rest.len()).finish_non_exhaustive()
    }
}

impl Iterator for Resampled {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for Resampled {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
