//! `oups ingest`, and inputs of every kind.

use crate::sandbox::{Sandbox, check};

fn stations() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("a.csv", "city,id,time,temp\nberlin,7,2013-02-08T12:00:00Z,1.5\noslo,3,2013-02-08T11:00:00Z,NA\nberlin,7,2013-02-08T13:00:00Z,2\n");
    sandbox.file("b.csv", "city,id,time,temp\noslo,3,2013-02-08T12:00:00Z,-4\n");
    sandbox.file("bad.csv", "city,id,time,temp\noslo,3,2013-02-09T12:00:00Z,1\nberlin,7,2013-02-09T12:00:00Z,1\nberlin,7,2013-02-09T11:00:00Z,1\nrome,-1,2013-02-09T11:00:00Z,1\n");
    sandbox.file("nokey.csv", "city,time,temp\noslo,2013-02-09T12:00:00Z,1\n");
    sandbox.stdout("oups init data --schema 'city:str,id:u32'");
    sandbox
}

#[test]
fn ingest() {
    check(
        "ingest",
        &stations().session(&[
            "oups ingest data a.csv b.csv --ordered-on time --null NA --duplicates-on time --meta source=x",
            "oups ls data --long",
            "oups read data oslo-3",
            "oups ingest data a.csv --null NA --json",
            "oups ingest data bad.csv",
            "oups ingest data bad.csv --stop-on-error --json",
            "oups ingest data nokey.csv",
            "oups ingest data 'c*.csv'",
            "oups ingest data bad.csv --sort --ordered-on time",
            "oups meta data oslo-3",
        ]),
    );
}

#[test]
fn rows_come_in_every_format() {
    let sandbox = stations();
    sandbox.stdout("oups init one --schema name:str && oups write one a a.csv --ordered-on time --null NA --sort --time-zone Europe/Berlin");
    let rows = sandbox.stdout("oups read one a --format csv");
    assert_eq!(rows.lines().count(), 4);
    for (format, name) in [("csv", "r.csv"), ("json", "r.jsonl"), ("parquet", "r.parquet"), ("arrow", "r.arrow")] {
        sandbox.stdout(&format!("oups read one a --output {name} --format {format}"));
        sandbox.stdout(&format!("oups write one {format}file {name} --ordered-on time"));
        assert_eq!(sandbox.stdout(&format!("oups read one {format}file --format csv")), rows, "{format}");
        sandbox.stdout(&format!(
            "oups read one a --format {format} | oups write one {format}pipe - --format {format} --ordered-on time"
        ));
        assert_eq!(sandbox.stdout(&format!("oups read one {format}pipe --format csv")), rows, "{format}");
    }
    sandbox.stdout("oups read one a --format arrow | oups write one stream - --ordered-on time");
    sandbox.stdout("cat r.arrow | oups write one filepipe - --ordered-on time");
    sandbox.stdout("gzip -k r.csv && gzip -k r.jsonl && oups write one gz r.csv.gz --ordered-on time && oups write one gzj r.jsonl.gz --ordered-on time");
    for key in ["stream", "filepipe", "gz", "gzj"] {
        assert_eq!(sandbox.stdout(&format!("oups read one {key} --format csv")), rows, "{key}");
    }
}

#[test]
fn times_types_and_mistakes() {
    let sandbox = stations();
    sandbox.file("german.csv", "t,x\n08.02.2013 12:00,1\n08.02.2013 13:00,-\n");
    sandbox.file("wrong.csv", "t,x\n08.02.2013 12:00,1\n2013-02-08,2\n");
    sandbox.file("gap.csv", "t,x\n2013-03-31T02:30:00,1\n");
    sandbox.file(
        "a.jsonl",
        "{\"t\":\"2013-02-08T12:00:00Z\",\"x\":1}\n\n{\"t\":\"2013-02-08T13:00:00Z\",\"x\":2,\"tags\":[\"a\"]}\n",
    );
    sandbox.file(
        "bad.jsonl",
        "{\"t\":\"2013-02-08T12:00:00Z\",\"x\":1}\n{\"t\":\"2013-02-08T13:00:00Z\",\"x\":\"cold\"}\n",
    );
    sandbox.file("broken.jsonl", "{\"t\":1}\n{\"t\":\n");
    sandbox.stdout("oups init one --schema name:str");
    check(
        "times_types_and_mistakes",
        &sandbox.session(&[
            "oups write one german german.csv --ordered-on t --time-format '%d.%m.%Y %H:%M' --time-zone Europe/Berlin --null -",
            "oups read one german --format json",
            "oups write one german wrong.csv --time-format '%d.%m.%Y %H:%M'",
            "oups write one german german.csv",
            "oups write one texts german.csv wrong.csv german.csv --ordered-on t --null -",
            "oups write one gap gap.csv --ordered-on t --time-zone Europe/Berlin",
            "oups write one j a.jsonl --ordered-on t --types x:f32",
            "oups info one j --json | cut -c -400 | grep -o '\"columns\".*\"row_groups' ",
            "oups write one j bad.jsonl",
            "oups write one k broken.jsonl --ordered-on t",
            "oups write one j a.jsonl --types x:f33",
            "oups write one j a.jsonl --time-zone Berlin",
            "oups write one j - - ",
            "echo hello | oups write one j -",
            "oups write one j --sort",
            "oups write one new a.jsonl --sort",
        ]),
    );
}

/// Other parsers turn 3.5 into 3.
#[test]
fn a_fraction_in_json_does_not_become_a_whole_number() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init one --schema x:str");
    sandbox.file("whole.jsonl", "{\"t\":1,\"l\":[1],\"d\":5}\n");
    sandbox.file("fraction.jsonl", "{\"t\":2,\"l\":[1],\"d\":5}\n\n{\"t\":3.5,\"l\":[1],\"d\":5}\n");
    sandbox.file("nested.jsonl", "{\"t\":2,\"l\":[1.5],\"d\":5}\n");
    sandbox.stdout("oups write one j whole.jsonl --ordered-on t --types 'd:duration[us]'");
    for (file, line) in [("fraction.jsonl", "line 3, column `t`"), ("nested.jsonl", "line 1, column `l`")] {
        let output = sandbox.sh(&format!("oups write one j {file}"));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && text.contains(line), "{text}");
    }
    assert_eq!(sandbox.stdout("oups read one j --columns t --format csv").lines().count(), 2);
}

/// Other parsers turn some of these into another number, and stop at others.
#[test]
fn a_decimal_is_stored_as_it_is_written_or_refused_with_its_line() {
    let sandbox = Sandbox::empty();
    sandbox.file("good.csv", "t,d\n1,12.50\n2,-1.250e1\n3,\n4,0012.5000000\n");
    sandbox.file("good.jsonl", "{\"t\":5,\"d\":12.50}\n\n{\"t\":6,\"d\":1.25e+1}\n{\"t\":7,\"d\":\"7\"}\n{\"t\":8}\n");
    let wrong =
        ["1e33401", "1e-33401", "1.234", "12345678901234567890", &"1".repeat(257), &format!("1{}", "0".repeat(300))];
    let mut names = Vec::new();
    for (at, text) in wrong.iter().enumerate() {
        sandbox.file(&format!("{at}.csv"), format!("t,d\n9,1\n10,{text}\n"));
        sandbox.file(&format!("{at}.jsonl"), format!("{{\"t\":9,\"d\":1}}\n{{\"t\":10,\"d\":{text}}}\n"));
        names.extend([(format!("{at}.csv"), "line 3"), (format!("{at}.jsonl"), "line 2")]);
    }
    sandbox.stdout("oups init data --schema 'name:str'");
    let write = |file: &str| format!("oups write data x {file} --ordered-on t --types 't:i64,d:decimal[10,2]'");
    sandbox.stdout(&write("good.csv"));
    sandbox.stdout(&write("good.jsonl"));
    let rows = sandbox.stdout("oups read data x --format csv");
    assert_eq!(rows, "t,d\n1,12.50\n2,-12.50\n3,\n4,12.50\n5,12.50\n6,12.50\n7,7.00\n8,\n");
    for (file, line) in names {
        let output = sandbox.sh(&write(&file));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{file}: {said}");
        let column = format!("{file}: {line}, column `d`: ");
        assert!(
            said.contains(&column)
                && (said.contains("decimal[10,2]") || said.contains("2 digits behind the point"))
                && said.len() < 500,
            "{file}: {said}"
        );
    }
    assert_eq!(sandbox.stdout("oups read data x --format csv"), rows);
}
