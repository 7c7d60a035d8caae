//! The result of a workload, as the JSON line that all peers print.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use cpu_time::ProcessTime;
use serde_json::{Map, Value, json};

use crate::memory::Memory;

/// Seconds and memory of one operation, and facts about its result.
#[derive(Debug, Default)]
pub(crate) struct Report {
    facts: Map<String, Value>,
}

impl Report {
    /// Runs the operation, and measures its time and memory.
    pub(crate) fn of<T>(operation: impl FnOnce() -> Result<T>) -> Result<(Self, T)> {
        let (memory, cpu) = (Memory::watch(), cpu_seconds());
        let start = Instant::now();
        let result = operation()?;
        let seconds = start.elapsed().as_secs_f64();
        let (peak, cpu) = (memory.peak(), cpu_seconds() - cpu);
        let report = Self::default().with("s", seconds).with("cpu_s", cpu);
        let report = match peak {
            Some(peak) => report.with("peak_mb", peak.whole_mb).with("above_mb", peak.above_mb),
            None => report,
        };
        Ok((report, result))
    }

    /// The time that the operation took.
    pub(crate) fn seconds(&self) -> f64 {
        self.facts.get("s").and_then(Value::as_f64).unwrap_or(f64::INFINITY)
    }

    /// Adds a fact.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// The JSON line.
    pub(crate) fn line(&self, work: &str, rows: usize) -> String {
        let mut line = json!({"peer": "oups", "work": work, "rows": rows});
        if let Some(line) = line.as_object_mut() {
            line.extend(self.facts.clone());
        }
        line.to_string()
    }
}

/// The processor time of this process so far, user and system, over all threads.
fn cpu_seconds() -> f64 {
    ProcessTime::now().as_duration().as_secs_f64()
}

/// Runs another workload in a process of its own, so that its memory does not count in this one.
pub(crate) fn elsewhere(work: &str, inputs: &crate::inputs::Inputs) -> Result<()> {
    let program = std::env::current_exe().context("where is this program?")?;
    let rows = inputs.rows.to_string();
    let done = Command::new(program).args([work, "--rows", &rows]).arg("--dir").arg(inputs.dir()).output()?;
    ensure!(done.status.success(), "{work}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}
