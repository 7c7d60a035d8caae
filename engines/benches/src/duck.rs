//! DuckDB in a Python process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};

use crate::time::Timed;

/// The program that the process runs.
const PROGRAM: &str = include_str!("../duck.py");

pub(crate) struct Duck {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) version: String,
}

impl Duck {
    /// Starts DuckDB over the files of a store. `python` has the packages duckdb and pyarrow.
    pub(crate) fn start(python: &Path, store: &Path, threads: usize) -> Result<Self> {
        let mut command = Command::new(python);
        command.args(["-I", "-c", PROGRAM]).arg(store).arg(threads.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start Python")?;
        let requests = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().context("no standard output")?);
        let version = line(&mut answers)?;
        Ok(Self { child, requests, answers, version })
    }

    /// Runs statements one after another.
    pub(crate) fn run(&mut self, statements: &[String]) -> Result<Timed> {
        let requests = self.requests.as_mut().context("no standard input")?;
        writeln!(requests, "{}", statements.join("\t"))?;
        let answer = line(&mut self.answers)?;
        let (seconds, rows) = answer.split_once(' ').context("not an answer")?;
        Ok(Timed { seconds: seconds.parse()?, rows: rows.parse()? })
    }
}

fn line(answers: &mut BufReader<ChildStdout>) -> Result<String> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    anyhow::ensure!(!line.is_empty(), "DuckDB has ended: its message is above");
    Ok(line.trim_end().to_owned())
}

impl Drop for Duck {
    fn drop(&mut self) {
        self.requests = None;
        // The process ends with its input.
        let _ended = self.child.wait();
    }
}
