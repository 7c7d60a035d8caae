//! Times of one piece of work.

use std::time::Instant;

use anyhow::Result;

/// What one run took, and the rows that it gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timed {
    pub(crate) seconds: f64,
    pub(crate) rows: u64,
}

impl Timed {
    /// Runs a piece of work that answers with its rows.
    pub(crate) fn of(work: impl FnOnce() -> Result<u64>) -> Result<Self> {
        let start = Instant::now();
        let rows = work()?;
        Ok(Self { seconds: start.elapsed().as_secs_f64(), rows })
    }
}

/// The median of the seconds.
pub(crate) fn median(runs: &[Timed]) -> f64 {
    let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}
