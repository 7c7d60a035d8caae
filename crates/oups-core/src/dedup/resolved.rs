//! Duplicates replaced by the rows that a rule of the program returns.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{concat_batches, interleave_record_batch, take_record_batch};
use arrow::error::ArrowError;
use arrow::row::{Row, Rows};

use super::blocks::Block;
use super::identity::positions;
use super::keep::{DuplicateRun, Resolver};
use crate::schema::DatasetSchema;
use crate::{Error, Result};

/// The block's rows, with all duplicates that include a new row replaced by the rule's answer. The answer is at the
/// position of the last of them. Also returns how many rows fewer the answers have, counting each answer by itself.
pub(super) fn resolve(
    schema: &Arc<DatasetSchema>,
    block: &Block,
    runs: &[Range<usize>],
    identities: Option<&Rows>,
    resolver: &Resolver,
) -> Result<(RecordBatch, u64)> {
    let batch = &block.rows.batch;
    let mut place: Vec<Fate> = vec![Fate::Stays; batch.num_rows()];
    let mut answers = Vec::new();
    let (mut answered, mut dropped) = (0, 0);
    for rows in duplicates(block, runs, identities) {
        let answer = ask(schema, block, &rows, resolver)?;
        let end = answered + answer.num_rows();
        for &row in &rows {
            if let Some(place) = place.get_mut(row) {
                *place = Fate::Goes;
            }
        }
        if let Some(place) = rows.last().and_then(|&last| place.get_mut(last)) {
            *place = Fate::Becomes(answered..end);
        }
        answered = end;
        dropped += rows.len().saturating_sub(answer.num_rows()) as u64;
        answers.push(answer);
    }
    if answers.is_empty() {
        return Ok((batch.clone(), 0));
    }
    // Each row is one of the block (0) or of the answers (1).
    let mut rows = Vec::with_capacity(batch.num_rows());
    for (row, place) in place.into_iter().enumerate() {
        match place {
            Fate::Stays => rows.push((0, row)),
            Fate::Goes => {}
            Fate::Becomes(answer) => rows.extend(answer.map(|row| (1, row))),
        }
    }
    let joined = concat_batches(batch.schema_ref(), &answers);
    let resolved = joined.and_then(|answers| interleave_record_batch(&[batch, &answers], &rows));
    Ok((resolved.map_err(|error| schema.arrow_error(error))?, dropped))
}

/// What happens to a row.
#[derive(Clone)]
enum Fate {
    Stays,
    Goes,
    /// These rows of the answers take its position.
    Becomes(Range<usize>),
}

/// The groups of rows with the same identity that have several rows and a new one, in the order of their first rows.
fn duplicates(block: &Block, runs: &[Range<usize>], identities: Option<&Rows>) -> Vec<Vec<usize>> {
    let origin = &block.rows.origin;
    let mut all = Vec::new();
    let mut from = 0;
    for run in runs {
        let mut places: HashMap<Option<Row<'_>>, usize> = HashMap::new();
        let mut same: Vec<Vec<usize>> = Vec::new();
        for (at, row) in run.clone().enumerate() {
            let identity = identities.map(|identities| identities.row(from + at));
            let place = *places.entry(identity).or_insert(same.len());
            match same.get_mut(place) {
                Some(rows) => rows.push(row),
                None => same.push(vec![row]),
            }
        }
        from += run.len();
        all.extend(same.into_iter().filter(|rows| rows.len() > 1 && rows.iter().any(|&row| origin.is_new(row))));
    }
    all
}

/// Calls the rule for some duplicates. Its answer is checked: with other columns or another ordered value it would
/// break the dataset's order.
fn ask(schema: &Arc<DatasetSchema>, block: &Block, rows: &[usize], resolver: &Resolver) -> Result<RecordBatch> {
    let error = |error| schema.arrow_error(error);
    let run = take_record_batch(&block.rows.batch, &positions(rows.iter().copied())).map_err(error)?;
    let stored = rows.iter().filter(|&&row| !block.rows.origin.is_new(row)).count();
    let refused = |found: String| Error::Resolution {
        dataset: schema.dataset().to_owned(),
        value: rows.first().map(|&row| schema.ordered_type().format(&block.keys.value(row))).unwrap_or_default(),
        found,
    };
    let answer = resolver.resolve(&DuplicateRun::new(run, stored));
    let answer = answer.map_err(|error| refused(format!("the error \"{error}\"")))?;
    // The rule must return the right types, and nulls only where they are allowed. Schema metadata may differ.
    let columns = RecordBatch::try_new(schema.plain().clone(), answer.columns().to_vec());
    let answer = columns.map_err(|error: ArrowError| refused(error.to_string()))?;
    let keys = schema.keys(&answer).map_err(error)?;
    let expected = rows.first().map(|&row| block.keys.value(row));
    let ordered = answer.column(schema.ordered_index());
    match (0..keys.len()).find(|&at| ordered.is_null(at) || Some(keys.value(at)) != expected) {
        None => Ok(answer),
        Some(row) if ordered.is_null(row) => Err(refused(format!("row {} with a null in the ordered column", row + 1))),
        Some(row) => Err(refused(format!("row {} at {}", row + 1, schema.ordered_type().format(&keys.value(row))))),
    }
}
