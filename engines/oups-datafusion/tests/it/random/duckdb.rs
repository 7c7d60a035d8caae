//! The same rows in DuckDB, by one process of Python that takes queries from a pipe.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::parquet::arrow::ArrowWriter;
use oups::key::FieldType;
use serde_json::{Value, json};

use super::cell::{Cell, Row};
use super::store::{Attached, Dataset, Stores};
use super::to_sql::quoted;

const SCRIPT: &str = include_str!("duckdb.py");

/// The interpreter of Python that has DuckDB.
#[derive(Clone, Debug)]
pub(super) struct Python(PathBuf);

impl Python {
    /// The one that `OUPS_DUCKDB_PYTHON` names, else `python3`; `None` if that one has no DuckDB.
    ///
    /// # Panics
    ///
    /// If the variable names one that has none: who sets it wants the test.
    pub(super) fn with_duckdb() -> Option<Self> {
        let named = env::var_os("OUPS_DUCKDB_PYTHON");
        let python = Self(named.clone().unwrap_or_else(|| "python3".into()).into());
        let found = python.command(["-c", "import duckdb"].map(OsStr::new)).stderr(Stdio::null()).status();
        if found.is_ok_and(|status| status.success()) {
            return Some(python);
        }
        assert!(named.is_none(), "{} of OUPS_DUCKDB_PYTHON has no module duckdb", python.0.display());
        None
    }

    /// Python, with nothing of what this process has inherited.
    fn command<'a>(&self, args: impl IntoIterator<Item = &'a OsStr>) -> Command {
        let mut command = Command::new(&self.0);
        command.env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.envs(env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"));
        command.arg("-I").args(args).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

/// DuckDB in one process of Python, for the databases of all stores. It ends with this value.
#[derive(Debug)]
pub(super) struct DuckDb {
    process: Mutex<Process>,
    opened: AtomicU64,
}

#[derive(Debug)]
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    errors: File,
}

impl DuckDb {
    pub(super) fn start(python: &Python) -> Arc<Self> {
        let errors = tempfile::tempfile().unwrap();
        let mut command = python.command(["-c", SCRIPT].map(OsStr::new));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        let (requests, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Arc::new(Self { process: Mutex::new(Process { child, requests, answers, errors }), opened: AtomicU64::new(0) })
    }

    /// The rows of stores as a database.
    pub(super) fn database(self: &Arc<Self>, stores: &Stores) -> Database {
        let folder = tempfile::tempdir().unwrap();
        let mut setup = vec!["set timezone = 'UTC'".to_owned()];
        for attached in &stores.attached {
            let files = attached.datasets.iter().enumerate().map(|(at, dataset)| {
                let path = folder.path().join(format!("{}-{at}.parquet", attached.name));
                write(&path, &dataset.rows);
                format!("read_parquet('{}')", path.to_str().unwrap().replace('\'', "''"))
            });
            setup.extend(tables(attached, &files.collect::<Vec<_>>()));
        }
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        // With an answer, the files have been read.
        let request = json!({ "open": number, "setup": setup, "of": number, "queries": ["select 1"] });
        self.lock().ask(&request, 1);
        Database { duckdb: self.clone(), number }
    }

    fn lock(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap()
    }
}

impl Process {
    /// Sends a request and takes so many answers.
    fn ask(&mut self, request: &Value, answers: usize) -> Vec<Value> {
        // An end of the process is seen by the answers.
        let _ = writeln!(self.requests, "{request}");
        let mut line = String::new();
        let mut next = || {
            line.clear();
            self.answers.read_line(&mut line).ok().and_then(|_| serde_json::from_str(&line).ok())
        };
        let answered: Vec<Value> = (0..answers).map_while(|_| next()).collect();
        if answered.len() < answers {
            let mut errors = String::new();
            let _ = self.errors.rewind().and_then(|()| self.errors.read_to_string(&mut errors));
            panic!("DuckDB's process has ended: {errors}");
        }
        answered
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The tables of stores, as DuckDB has them.
#[derive(Debug)]
pub(super) struct Database {
    duckdb: Arc<DuckDb>,
    number: u64,
}

impl Database {
    /// The rows of each query, or what it fails with.
    pub(super) fn answers(&self, queries: &[String]) -> Vec<Result<Vec<Row>, String>> {
        let answers = self.duckdb.lock().ask(&json!({ "queries": queries, "of": self.number }), queries.len());
        answers.iter().map(answer).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // After a failure of the process there is nothing to be closed.
        if let Ok(mut process) = self.duckdb.process.lock() {
            process.ask(&json!({ "close": self.number }), 0);
        }
    }
}

fn answer(line: &Value) -> Result<Vec<Row>, String> {
    if let Some(error) = line.get("error") {
        return Err(error.as_str().unwrap_or_default().lines().take(2).collect::<Vec<_>>().join(" "));
    }
    let rows = line["rows"].as_array().unwrap();
    rows.iter().map(|row| row.as_array().unwrap().iter().map(Cell::of_json).collect()).collect()
}

/// The statements that make the tables of a store and of each of its datasets.
fn tables(attached: &Attached, files: &[String]) -> Vec<String> {
    let name = attached.name;
    let mut statements = vec![format!("create schema {name}")];
    let mut parts = Vec::new();
    for (dataset, file) in attached.datasets.iter().zip(files) {
        statements.push(format!("create table {name}.{} as select * from {file}", quoted(&dataset.key.to_string())));
        parts.push(part(attached, dataset, file));
    }
    let columns: Vec<String> = attached.tables[0].columns.iter().map(|column| quoted(&column.name)).collect();
    let (columns, parts) = (columns.join(", "), parts.join(" union all by name "));
    statements.push(format!("create table {name} as select {columns} from ({parts})"));
    statements
}

/// The rows of a dataset with the fields of its key.
fn part(attached: &Attached, dataset: &Dataset, file: &str) -> String {
    let key = attached.keys.iter().zip(dataset.key.values()).map(|((name, field_type), value)| {
        let sql_type = match field_type {
            FieldType::Bool => "boolean",
            FieldType::I8 => "tinyint",
            FieldType::I32 => "integer",
            FieldType::U64 => "ubigint",
            _ => "varchar",
        };
        format!("cast('{}' as {sql_type}) as {}", value.to_text().replace('\'', "''"), quoted(name))
    });
    let is_key = |name: &str| attached.keys.iter().any(|(key, _)| key == name);
    let schema = dataset.rows.schema();
    let renamed = schema.fields().iter().filter(|field| is_key(field.name()));
    let renamed: Vec<String> = renamed
        .map(|field| format!("{} as {}", quoted(field.name()), quoted(&format!("data.{}", field.name()))))
        .collect();
    let rename = if renamed.is_empty() { String::new() } else { format!(" rename ({})", renamed.join(", ")) };
    format!("select {}, *{rename} from {file}", key.collect::<Vec<_>>().join(", "))
}

/// Writes rows as other programs read them: Parquet has no seconds.
fn write(path: &Path, rows: &RecordBatch) {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        let data_type = match field.data_type() {
            DataType::Timestamp(TimeUnit::Second, zone) => DataType::Timestamp(TimeUnit::Millisecond, zone.clone()),
            other => other.clone(),
        };
        columns.push(cast(column, &data_type).unwrap());
        fields.push(Field::new(field.name(), data_type, field.is_nullable()));
    }
    let rows = RecordBatch::try_new(Schema::new(fields).into(), columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
}
