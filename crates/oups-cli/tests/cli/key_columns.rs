//! The fields of keys as columns, in reads and in writes.

use crate::sandbox::{Sandbox, check};

fn cities() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("oslo.csv", "t,temp\n1,2.5\n2,3\n").file("rome.csv", "t,temp\n1,20.5\n");
    sandbox.stdout("oups init data --schema city:str");
    sandbox.stdout("oups write data oslo oslo.csv --ordered-on t && oups write data rome rome.csv --ordered-on t");
    sandbox
}

#[test]
fn rows_of_several_keys_say_whose_they_are_and_those_of_one_do_not() {
    let sandbox = cities();
    let csv = |command: &str| sandbox.stdout(&format!("oups {command} --format csv"));
    assert_eq!(csv("read data oslo"), "t,temp\n1,2.5\n2,3.0\n");
    assert_eq!(csv("read data oslo --with-keys"), "city,t,temp\noslo,1,2.5\noslo,2,3.0\n");
    assert_eq!(csv("read data oslo rome --limit 2"), "city,t,temp\noslo,1,2.5\nrome,1,20.5\n");
    assert_eq!(csv("read data oslo rome --limit 2 --no-keys"), "t,temp\n1,2.5\n1,20.5\n");
    let resample = |keys: &str| csv(&format!("resample data {keys} --period 10 --agg temp:max"));
    assert_eq!(resample("oslo"), "t,temp_max\n0,3.0\n");
    assert_eq!(resample("oslo --with-keys"), "city,t,temp_max\noslo,0,3.0\n");
    assert_eq!(resample("oslo rome"), "city,t,temp_max\noslo,0,3.0\nrome,0,20.5\n");
    assert_eq!(resample("oslo rome --no-keys"), "t,temp_max\n0,3.0\n0,20.5\n");
}

#[test]
fn what_is_resampled_is_written_back_as_it_is() {
    let sandbox = cities();
    sandbox.stdout("oups init bars --schema city:str");
    for city in ["oslo", "rome"] {
        sandbox.stdout(&format!(
            "oups resample data {city} --period 10 --agg temp:max --output bars.parquet && oups write bars {city} \
             bars.parquet --ordered-on t"
        ));
    }
    let rows = "city,t,temp_max\noslo,0,3.0\nrome,0,20.5\n";
    assert_eq!(sandbox.stdout("oups read bars oslo rome --format csv"), rows);
    sandbox.stdout("oups resample data oslo rome --period 10 --agg temp:max --output all.parquet");
    sandbox.stdout("oups init other --schema city:str && oups ingest other all.parquet --ordered-on t");
    assert_eq!(sandbox.stdout("oups read other oslo rome --format csv"), rows);
}

#[test]
fn a_column_named_as_a_field_is_refused_until_it_is_said_what_it_is() {
    let sandbox = cities();
    sandbox.file("named.csv", "t,city,temp\n3,oslo,1\n4,oslo,2\n");
    sandbox.file("other.csv", "t,city,temp\n5,oslo,1\n6,rome,2\n");
    sandbox.file("none.jsonl", "{\"t\":7,\"city\":\"oslo\",\"temp\":1}\n{\"t\":8,\"city\":null,\"temp\":1}\n");
    check(
        "a_column_named_as_a_field_is_refused",
        &sandbox.session(&[
            "oups write data oslo named.csv",
            "oups write data paris named.csv --ordered-on t",
            "oups write data oslo named.csv --evolve-schema",
            "oups write data oslo other.csv --key-columns drop",
            "oups write data oslo none.jsonl --key-columns drop",
            "oups read data oslo --format csv",
            "oups write data oslo named.csv --key-columns drop --dry-run",
            "oups write data oslo named.csv --key-columns drop",
            "oups read data oslo --format csv",
            "oups write data kept named.csv --ordered-on t --key-columns keep",
            // `city` is a column of the dataset now.
            "oups write data kept other.csv",
            "oups read data kept rome",
            "oups read data kept rome --no-keys --columns t,city --format csv",
            "oups read data kept rome --columns t,temp --limit 1 --format csv",
        ]),
    );
}

/// The column would be taken as a key column, and null would be stored in its place.
#[test]
fn an_ingest_stores_no_null_for_a_column_that_it_took_as_the_key() {
    let sandbox = Sandbox::empty();
    sandbox.file("all.csv", "t,city,temp\n3,oslo,1\n4,rome,2\n");
    sandbox.stdout("oups init data --schema city:str");
    sandbox.stdout("oups write data oslo all.csv --ordered-on t --key-columns keep");
    let before = sandbox.stdout("oups read data oslo --format csv");
    let output = sandbox.sh("oups ingest data all.csv --ordered-on t");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("oups: error: dataset oslo, column `city`: expected a column that is not named as a field"),
        "{said}"
    );
    assert_eq!(sandbox.stdout("oups read data oslo --format csv"), before);
    assert_eq!(sandbox.stdout("oups read data rome --format csv"), "t,temp\n4,2\n");
}
