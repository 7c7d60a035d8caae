//! A folder with the weather of three airports, in which commands run as typed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use regex::Regex;
use tempfile::TempDir;

use crate::program;

/// The folder, and one beside it for temporary files, where nothing may be left. Both are removed with the value.
pub(crate) struct Sandbox {
    folder: TempDir,
    temporary: TempDir,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let left: Vec<_> = std::fs::read_dir(self.temporary.path()).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(left.is_empty() || std::thread::panicking(), "temporary files are left: {left:?}");
    }
}

impl Sandbox {
    pub(crate) fn empty() -> Self {
        let temporary = tempfile::Builder::new().prefix("temporary files ").tempdir().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), temporary }
    }

    /// A folder with `EWR.parquet`, `JFK.parquet` and `LGA.csv`, cut from the repository's weather.
    pub(crate) fn with_weather() -> Self {
        let sandbox = Self::empty();
        let weather = weather();
        for origin in ["EWR", "JFK"] {
            let file = File::create(sandbox.path(&format!("{origin}.parquet"))).unwrap();
            let rows = of_origin(&weather, origin);
            let mut writer = ArrowWriter::try_new(file, rows.schema(), None).unwrap();
            writer.write(&rows).unwrap();
            writer.close().unwrap();
        }
        let file = File::create(sandbox.path("LGA.csv")).unwrap();
        arrow::csv::Writer::new(file).write(&utc(&of_origin(&weather, "LGA"))).unwrap();
        sandbox
    }

    /// A folder with the shipped files at their places in a clone of the repository.
    pub(crate) fn with_shipped_weather() -> Self {
        const FOLDER: &str = "tests/data/weather";
        let sandbox = Self::empty();
        std::fs::create_dir_all(sandbox.path(FOLDER)).unwrap();
        for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FOLDER)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), sandbox.path(FOLDER).join(file.file_name())).unwrap();
        }
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    /// A command that runs a program in the folder.
    #[cfg(target_os = "linux")]
    pub(crate) fn program(&self, name: &str) -> Command {
        program::clean(name, self.folder.path(), self.temporary.path())
    }

    /// A command that runs a line in a shell, which finds the program as `oups`.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let mut shell = program::clean("sh", self.folder.path(), self.temporary.path());
        shell.args(["-c", line]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell
    }

    /// Runs a line in a shell.
    pub(crate) fn sh(&self, line: &str) -> Output {
        program::output(self.shell(line).spawn().unwrap(), line)
    }

    /// Standard output of a line, which must succeed.
    pub(crate) fn stdout(&self, line: &str) -> String {
        let output = self.sh(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The output of a line as on a terminal, and its exit code if that is not 0, without random parts.
    pub(crate) fn shown(&self, line: &str) -> String {
        let output = self.sh(&format!("{{ {line}\n}} 2>&1"));
        let mut text = String::from_utf8(output.stdout).unwrap();
        match output.status.code() {
            Some(0) => {}
            code => text.push_str(&format!("[exit {}]\n", code.unwrap_or(-1))),
        }
        stable(&text)
    }

    /// Lines with their output, as in a terminal.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        lines.iter().map(|line| format!("$ {line}\n{}\n", self.shown(line))).collect()
    }
}

/// Compares the text with the snapshot of this name.
pub(crate) fn check(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The text without random ids, and without sizes of files, which depend on the encoder.
pub(crate) fn stable(text: &str) -> String {
    let random = Regex::new(r"-[0-9a-f]{16}\.parquet").unwrap();
    let text = random.replace_all(text, "-################.parquet");
    let draw = Regex::new(r#""draw":"[0-9a-f]{16}""#).unwrap();
    let text = draw.replace_all(&text, "\"draw\":\"################\"");
    let checksum = Regex::new(r"\b[0-9a-f]{32}\b").unwrap();
    let text = checksum.replace_all(&text, "…").into_owned();
    let size = Regex::new(r#"[0-9.]+ [KM]iB|"bytes":[0-9]+|expected [0-9]+ bytes"#).unwrap();
    let digits = |found: &regex::Captures<'_>| found[0].replace(|c: char| c.is_ascii_digit(), "#");
    size.replace_all(&text, digits).into_owned()
}

fn weather() -> RecordBatch {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/nyc_weather.parquet");
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = builder.schema().clone();
    let batches: Vec<_> = builder.build().unwrap().collect::<Result<_, _>>().unwrap();
    concat_batches(&schema, &batches).unwrap()
}

fn of_origin(weather: &RecordBatch, origin: &str) -> RecordBatch {
    let origins = cast(weather.column_by_name("origin").unwrap(), &DataType::Utf8);
    let matching: BooleanArray =
        origins.unwrap().as_string::<i32>().iter().map(|text| Some(text == Some(origin))).collect();
    let mut rows = filter_record_batch(weather, &matching).unwrap();
    let place = rows.schema().index_of("origin").unwrap();
    rows.remove_column(place);
    rows
}

/// Replaces named zones by UTC: the test has no database of zones to format them.
fn utc(batch: &RecordBatch) -> RecordBatch {
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let column = if field.name() == "time" { cast(column, &utc).unwrap() } else { column.clone() };
        (field.name(), column)
    });
    RecordBatch::try_from_iter(columns).unwrap()
}
