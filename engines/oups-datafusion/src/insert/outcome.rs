//! What became of the datasets of an insert.

use datafusion::common::{DataFusionError, Result};
use oups::{AnyKey, Error, IngestReport, Outcome};

use crate::error::external;

/// Datasets that a message names.
const NAMED: usize = 20;

/// Whether all datasets are written.
///
/// # Errors
///
/// The error of one that is not, rather than others one of which it is not known, or that may not be durable. Where others
/// are written, the context of the error says which.
pub(super) fn of(datasets: Vec<IngestReport<AnyKey>>) -> Result<()> {
    let total = datasets.len();
    let (mut written, mut errors) = (Vec::new(), Vec::new());
    for IngestReport { dataset, result, .. } in datasets {
        match result {
            Ok(_) => written.push(dataset),
            Err(error) => errors.push((dataset, error)),
        }
    }
    errors.sort_by_key(|(_, error)| rank(error));
    let perhaps: Vec<String> =
        errors.iter().filter(|(_, error)| rank(error) < 2).map(|(name, _)| name.clone()).collect();
    let Some((_, error)) = errors.into_iter().next() else { return Ok(()) };
    let error = external(error);
    if written.is_empty() && perhaps.len() < 2 {
        return Err(error);
    }
    Err(DataFusionError::Context(told(total, &written, &perhaps), Box::new(error)))
}

/// What matters more comes first.
fn rank(error: &Error) -> u8 {
    match (error.outcome(), error) {
        (Outcome::Unknown, _) => 0,
        (Outcome::Done { .. }, _) => 1,
        (Outcome::NotDone, Error::Stopped { .. }) => 3,
        // Only a repair is done in part.
        (Outcome::NotDone | Outcome::Partly, _) => 2,
    }
}

/// What the text of an insert that is done in part begins with.
const WRITTEN: &str = "the insert has written ";

fn told(total: usize, written: &[String], perhaps: &[String]) -> String {
    let left = total - written.len() - perhaps.len();
    let mut text = format!("{WRITTEN}{} of {total} datasets{}", written.len(), named(written));
    if !perhaps.is_empty() {
        text += &format!(", and perhaps {}{}", perhaps.len(), named(perhaps));
    }
    text + &format!(", and has not changed the other {left}")
}

fn named(datasets: &[String]) -> String {
    let names: Vec<&str> = datasets.iter().take(NAMED).map(String::as_str).collect();
    match datasets.len() {
        0 => String::new(),
        count if count > NAMED => format!(" ({}, …)", names.join(", ")),
        _ => format!(" ({})", names.join(", ")),
    }
}

/// What an insert into several datasets has done before it failed: which of them are written. `None` if none is, and for
/// other errors.
///
/// ```
/// # use datafusion::common::DataFusionError;
/// let error = DataFusionError::Execution("no".to_owned());
/// assert_eq!(oups_datafusion::done_in_part(&error), None);
/// ```
pub fn done_in_part(error: &DataFusionError) -> Option<&str> {
    match error {
        DataFusionError::Context(text, _) if text.starts_with(WRITTEN) => Some(text),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => done_in_part(inner),
        DataFusionError::Shared(inner) => done_in_part(inner),
        _ => None,
    }
}
