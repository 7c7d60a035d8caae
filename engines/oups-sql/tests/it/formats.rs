//! Rows in each format, on standard output and in files.

use std::fs::{self, File};
use std::io::Cursor;

use arrow::array::{AsArray, RecordBatch, RecordBatchReader};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use arrow::ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::sandbox::Sandbox;
use crate::weather::{check, told, weather};

#[test]
fn tables() {
    let sandbox = weather();
    check(
        "tables",
        &sandbox.session(&[
            "oups-sql weather -c \"select airport, max(temp) from store where time >= '2013-07-01' and time < '2013-08-01' group by airport order by 1\"",
            "oups-sql weather -c \"select time, temp from store.\\\"JFK/1h\\\" order by time limit 3\"",
            "oups-sql weather -c \"select airport, frequency, time from store order by time, airport limit 100\"",
            "oups-sql weather -c 'select 1 as a where false'",
            "oups-sql weather -c \"select null as a, [1, null] as b, 1.5 as c, 'a b' as d, true as e, interval '1 day' as f\"",
        ]),
    );
}

#[test]
fn a_plan_is_shown_with_all_its_lines() {
    let sandbox = weather();
    let plan = sandbox.stdout("oups-sql weather -c 'explain select max(temp) from store where temp > 50'");
    assert!(plan.starts_with("logical_plan\n  ") && plan.contains("\nphysical_plan\n  "), "{plan}");
    assert!(!plan.contains("\\n"), "{plan}");
    let plan = sandbox.stdout("oups-sql weather --format csv -c 'explain select 1'");
    assert!(plan.starts_with("plan_type,plan\nlogical_plan,"), "{plan}");
    sandbox.stdout("oups-sql weather -o plan.txt -c 'explain select 1'");
    assert!(fs::read_to_string(sandbox.path("plan.txt")).unwrap().starts_with("logical_plan\n"));
    let analyzed = sandbox.stdout("oups-sql weather -c 'explain analyze select count(*) from store where temp > 50'");
    assert!(analyzed.contains("output_rows="), "{analyzed}");
}

const QUERY: &str =
    "select airport, time, temp from store where time >= '2013-02-08T10:00:00Z' order by time, airport limit 4";

const CSV: &str = "airport,time,temp
EWR,2013-02-08T10:00:00Z,33.98
JFK,2013-02-08T10:00:00Z,33.98
LGA,2013-02-08T10:00:00Z,33.08
EWR,2013-02-08T11:00:00Z,33.08
";

#[test]
fn csv_and_json_hold_all_rows() {
    let sandbox = weather();
    let csv = sandbox.stdout(&format!("oups-sql weather --format csv -c \"{QUERY}\""));
    assert_eq!(csv, CSV);
    let json = sandbox.stdout(&format!("oups-sql weather --format json -c \"{QUERY}\""));
    assert_eq!(json.lines().count(), 4);
    assert!(json.starts_with("{\"airport\":\"EWR\",\"time\":\"2013-02-08T10:00:00Z\",\"temp\":"), "{json}");
    let (code, said) = told(&sandbox, &format!("oups-sql weather --format csv -c \"{QUERY}\""));
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let all = sandbox.stdout("oups-sql weather --format csv -c 'select * from store'");
    assert_eq!(all.lines().count(), 26_116);
}

#[test]
fn a_zone_stays_in_the_type_and_is_shown_in_utc() {
    let sandbox = weather();
    let line =
        "oups-sql weather --format csv -c \"select arrow_typeof(time) as t, time from store.\\\"JFK/1h\\\" limit 1\"";
    let rows = sandbox.stdout(line);
    assert!(rows.contains("America/New_York") || rows.contains("UTC"), "{rows}");
    assert!(rows.trim_end().ends_with('Z'), "{rows}");
    let row = sandbox.stdout("oups-sql weather --format csv -c \"select arrow_cast('2024-03-31T02:30:00Z', 'Timestamp(Second, Some(\\\"Europe/Berlin\\\"))') as t\"");
    assert_eq!(row, "t\n2024-03-31T02:30:00Z\n");
}

fn stream(bytes: Vec<u8>) -> Vec<RecordBatch> {
    let reader = StreamReader::try_new(Cursor::new(bytes), None).unwrap();
    reader.collect::<Result<_, _>>().unwrap()
}

fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

#[test]
fn arrow_is_a_stream_on_a_pipe_and_in_a_file() {
    let sandbox = weather();
    let piped = sandbox.sh("oups-sql weather --format arrow -c 'select airport, time, temp from store'");
    assert!(piped.status.success(), "{piped:?}");
    let (code, said) = told(&sandbox, "oups-sql weather -o all.arrow -c 'select airport, time, temp from store'");
    assert_eq!((code, said.as_str()), (Some(0), "oups-sql: wrote 26115 rows to all.arrow\n"));
    for bytes in [piped.stdout, fs::read(sandbox.path("all.arrow")).unwrap()] {
        let batches = stream(bytes);
        assert_eq!(rows(&batches), 26_115);
        let schema = batches[0].schema();
        assert_eq!(schema.field(0).data_type(), &DataType::Utf8);
        assert!(matches!(schema.field(1).data_type(), DataType::Timestamp(TimeUnit::Microsecond, Some(_))), "{schema}");
        assert_eq!(schema.field(2).data_type(), &DataType::Float64);
    }
}

#[test]
fn parquet_keeps_the_types() {
    let sandbox = weather();
    sandbox.stdout("oups-sql weather -o out.parquet -c 'select * from store.\"JFK/1h\" order by time'");
    let file = File::open(sandbox.path("out.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let stored = File::open(sandbox.path("tests/data/weather/JFK.parquet")).unwrap();
    let stored = ParquetRecordBatchReaderBuilder::try_new(stored).unwrap().build().unwrap();
    let types = |reader: &dyn RecordBatchReader| {
        let schema = reader.schema();
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect::<Vec<_>>()
    };
    assert_eq!(types(&reader), types(&stored));
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().unwrap();
    assert_eq!(rows(&batches), 8706);
    let times = batches.iter().flat_map(|batch| {
        let time = batch.column_by_name("time").unwrap();
        time.as_primitive::<TimestampMicrosecondType>().values().to_vec()
    });
    assert!(times.collect::<Vec<_>>().is_sorted());
    let (code, said) = told(&sandbox, "oups-sql weather --format parquet -c 'select 1 as a' > one.parquet");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let one = ParquetRecordBatchReaderBuilder::try_new(File::open(sandbox.path("one.parquet")).unwrap()).unwrap();
    assert_eq!(one.metadata().file_metadata().num_rows(), 1);
}

#[test]
fn the_format_is_that_of_the_extension() {
    let sandbox = weather();
    for (name, begins) in
        [("a.csv", "n\n7\n"), ("a.json", "{\"n\":7}\n"), ("a.ndjson", "{\"n\":7}\n"), ("a.TXT", "n\n")]
    {
        sandbox.stdout(&format!("oups-sql weather -o {name} -c 'select 7 as n'"));
        assert!(fs::read_to_string(sandbox.path(name)).unwrap().starts_with(begins), "{name}");
    }
    sandbox.stdout("oups-sql weather -o b.csv --format json -c 'select 7 as n'");
    assert_eq!(fs::read_to_string(sandbox.path("b.csv")).unwrap(), "{\"n\":7}\n");
    assert_eq!(sandbox.stdout("oups-sql weather -o - --format csv -c 'select 7 as n'"), "n\n7\n");
    let (code, said) = told(&sandbox, "oups-sql weather -o a.xlsx -c 'select 7 as n'");
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot tell the format of a.xlsx"), "{said}");
}

#[test]
fn a_table_in_a_file_has_all_rows() {
    let sandbox = weather();
    sandbox.stdout("oups-sql weather -o all.txt -c 'select temp from store limit 100'");
    assert_eq!(fs::read_to_string(sandbox.path("all.txt")).unwrap().lines().count(), 102);
}

#[test]
fn an_output_is_written_whole_or_not_at_all() {
    let sandbox = weather();
    sandbox.file("out.csv", "old");
    let fails = "select 1 / (n - 20000) as x from (select unnest(range(0, 30000)) as n)";
    let (code, said) = told(&sandbox, &format!("oups-sql weather -o out.csv -c '{fails}'"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.to_lowercase().starts_with("oups-sql: error: divide by zero"), "{said}");
    assert_eq!(fs::read(sandbox.path("out.csv")).unwrap(), b"old");
    let names = fs::read_dir(sandbox.path("")).unwrap().map(|file| file.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(".oups-")));
    sandbox.stdout("oups-sql weather -o out.csv -c 'select 1 as n'");
    assert_eq!(fs::read(sandbox.path("out.csv")).unwrap(), b"n\n1\n");
}

#[test]
fn only_tables_follow_each_other() {
    let sandbox = weather();
    for (option, line) in [
        ("--format", "--format csv -c 'create table made as select 1 as a; select 1; select 2'"),
        ("--output", "-o out.txt -c 'create table made as select 1 as a' -c 'select 1' -c 'show tables'"),
        ("--output", "-o out.parquet -c 'explain select 1; select 2'"),
    ] {
        let found = told(&sandbox, &format!("oups-sql weather {line}"));
        let expected =
            format!("oups-sql: error: {option}: one statement may have rows, and 2 of these have: nothing was run\n");
        assert_eq!(found, (Some(2), expected));
    }
    assert!(!sandbox.path("out.txt").exists() && !sandbox.path("out.parquet").exists());
    let line =
        "oups-sql weather --format csv -c 'create table made as select 1 as a; select a from made; drop table made'";
    assert_eq!(sandbox.stdout(line), "a\n1\n");
}

#[test]
fn a_value_without_a_text_names_its_column() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init data --schema a:str");
    check(
        "a_value_without_a_text_names_its_column",
        &sandbox.session(&[
            "oups-sql data --format csv -c 'select [1, 2] as list'",
            "oups-sql data --format json -c \"select [1, 2] as list, struct(1, 'a') as s\"",
        ]),
    );
}

#[test]
fn a_closed_pipe_is_success_and_a_full_disk_is_not() {
    let sandbox = weather();
    for format in ["csv", "json", "parquet", "arrow", "table"] {
        let line =
            format!("{{ oups-sql weather --format {format} -c 'select * from store'; echo \"exit $?\" >&2; }} | true");
        let (_, said) = told(&sandbox, &line);
        assert!(said.ends_with("exit 0\n") && !said.contains("error"), "{format}: {said}");
    }
    if std::path::Path::new("/dev/full").exists() {
        let (code, said) = told(&sandbox, "oups-sql weather --format csv -c 'select * from store' > /dev/full");
        assert!(code == Some(1) && said.starts_with("oups-sql: error: cannot write to standard output: "), "{said}");
    }
}
