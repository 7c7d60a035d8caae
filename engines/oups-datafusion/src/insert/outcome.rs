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

fn told(total: usize, written: &[String], perhaps: &[String]) -> String {
    let left = total - written.len() - perhaps.len();
    let mut parts = vec![format!("of {total} datasets the insert has written {}", named(written))];
    if !perhaps.is_empty() {
        parts.push(format!("has perhaps written {}", named(perhaps)));
    }
    parts.push(format!("and left {left} as they were"));
    parts.join(", ")
}

fn named(datasets: &[String]) -> String {
    let names: Vec<&str> = datasets.iter().take(NAMED).map(String::as_str).collect();
    match datasets.len() {
        0 => "none".to_owned(),
        count if count > NAMED => format!("{count} ({}, …)", names.join(", ")),
        count => format!("{count} ({})", names.join(", ")),
    }
}
