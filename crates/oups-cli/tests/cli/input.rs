//! Values from the texts of CSV and JSON files, and the messages for texts that are not as they should be.

mod csv;
mod empty;
mod json;
mod lines;
mod near;
mod packed;
mod stdin;
mod tried;

use crate::sandbox::{Sandbox, check};

fn types(csv: &str) -> String {
    let sandbox = Sandbox::empty();
    sandbox.file("a.csv", csv);
    sandbox.stdout("oups init data --schema name:str && oups write data a a.csv --ordered-on t");
    let info: serde_json::Value = serde_json::from_str(&sandbox.stdout("oups info data a --json")).unwrap();
    let column = |column: &serde_json::Value| {
        format!("{}: {}", column["name"].as_str().unwrap(), column["type"].as_str().unwrap())
    };
    info["columns"].as_array().unwrap().iter().map(column).collect::<Vec<_>>().join(", ")
}

#[test]
fn types_are_inferred_from_all_rows() {
    assert_eq!(
        types("t,i,f,b,d,s,none\n1,1,1,true,2013-02-08,a,\n2,2,2.5,false,,1,\n3,,,,2013-02-09,,\n"),
        "t: Int64, i: Int64, f: Float64, b: Boolean, d: Date32, s: Utf8"
    );
}

#[test]
fn times_are_utc_where_they_have_an_offset() {
    assert_eq!(types("t\n2013-02-08T12:00:00Z\n2013-02-08T14:00:00.5+01:00\n"), "t: Timestamp(µs, \"UTC\")");
    assert_eq!(types("t\n2013-02-08\n2013-02-08 12:00:00\n"), "t: Timestamp(µs)");
    assert_eq!(types("t\n2013-02-08 12:00:00.123456789\n"), "t: Timestamp(ns)");
}

#[test]
fn the_dataset_says_what_a_text_means() {
    let sandbox = Sandbox::empty();
    sandbox.file("first.csv", "t,x,label\n2013-02-08T12:00:00Z,0.5,a7\n");
    sandbox.file("second.csv", "label,t,x\n007,2013-02-09,1\n");
    sandbox.stdout("oups init data --schema name:str && oups write data a first.csv --ordered-on t");
    sandbox.stdout("oups write data a second.csv");
    assert_eq!(
        sandbox.stdout("oups read data a --format csv"),
        "t,x,label\n2013-02-08T12:00:00Z,0.5,a7\n2013-02-09T00:00:00Z,1.0,007\n"
    );
}

#[test]
fn several_files_are_one_input() {
    let sandbox = Sandbox::empty();
    sandbox.file("1.csv", "\u{feff}t,x\n1,1\n2,2\n").file("2.tsv", "x\tt\n2.5\t3\n").file("3.csv", "t,x,y\n4,4,4\n");
    sandbox.stdout("oups init data --schema name:str && oups write data a 1.csv 2.tsv --ordered-on t");
    assert_eq!(sandbox.stdout("oups read data a --format csv"), "t,x\n1,1.0\n2,2.0\n3,2.5\n");
    sandbox.stdout(
        "oups read data a --output a.parquet && oups write data b a.parquet 1.csv a.parquet --ordered-on x || true",
    );
    check(
        "several_files_are_one_input",
        &sandbox.session(&[
            "oups write data c 1.csv 3.csv --ordered-on t",
            "oups write data c a.parquet 1.csv --ordered-on t",
            "oups write data c 1.csv a.parquet --ordered-on t",
        ]),
    );
}
