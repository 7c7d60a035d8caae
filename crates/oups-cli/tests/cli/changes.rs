//! Duplicates, dry runs, and changes without new rows.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, check};
use crate::session::store;

/// Corrections of three hours, the last twice.
const LATE: &str = "\
time,temp
2013-02-08T12:00:00Z,30.5
2013-02-08T13:00:00Z,30.25
2013-02-08T13:00:00Z,30
";

fn json_of(sandbox: &Sandbox, command: &str) -> Value {
    serde_json::from_str(&sandbox.stdout(command)).unwrap()
}

#[test]
fn duplicates() {
    let sandbox = Sandbox::with_weather();
    sandbox.file("late.csv", LATE);
    let look = "oups read data JFK --start 2013-02-08T12:00 --end 2013-02-08T14:00 --columns time,temp";
    check(
        "duplicates",
        &sandbox.session(&[
            "oups init data --schema 'origin:str'",
            "oups write data JFK JFK.parquet --ordered-on time --row-group-target MS --duplicates-on time",
            "oups write data JFK late.csv --keep reject",
            "oups write data JFK late.csv --keep first",
            "oups write data JFK late.csv",
            look,
            "oups write data JFK late.csv --duplicates-on '*' --keep reject",
            "oups write data JFK late.csv --duplicates-on time,temp",
            look,
            "oups write data JFK late.csv --duplicates-on none",
            look,
            "oups info data JFK | sed -n '/^settings/,/^$/p'",
            "oups write data EWR EWR.parquet --ordered-on time --duplicates-on '*' --keep reject",
            "oups write data EWR EWR.parquet",
            "oups info data EWR | sed -n '/^settings/,/^$/p'",
            "oups info data EWR --json | cut -c -142",
        ]),
    );
}

#[test]
fn a_dry_run_changes_nothing() {
    let sandbox = store();
    sandbox.file("late.csv", LATE);
    let before = sandbox.stdout("find data -type f | sort | xargs cksum");
    check(
        "a_dry_run_changes_nothing",
        &sandbox.session(&[
            "oups write data BOS JFK.parquet --ordered-on time --dry-run",
            "oups write data JFK late.csv --dry-run",
            "oups write data JFK late.csv --dry-run --json",
            "oups write data JFK late.csv --dry-run --if-version 7",
            "oups write data JFK --row-group-target QS --dry-run",
            "oups write data JFK --meta note=x --dry-run",
            "oups delete data JFK --start 2013-02-08 --end 2013-05-01 --dry-run",
            "oups delete data JFK --start 2014-01-01 --dry-run --json",
            "oups compact data --row-group-target QS --dry-run",
            "oups compact data --row-group-target QS --dry-run --json origin=LGA",
        ]),
    );
    assert_eq!(sandbox.stdout("find data -type f | sort | xargs cksum"), before);
}

#[test]
fn columns_grow() {
    let sandbox = store();
    sandbox.file("gust.csv", "time,temp,gust,note\n2014-01-01T12:00:00Z,30.5,12,calm\n");
    sandbox.file("strong.csv", "time,gust\n2014-01-02T12:00:00Z,99.5\n");
    check(
        "columns_grow",
        &sandbox.session(&[
            "oups write data JFK gust.csv",
            "oups write data JFK gust.csv --evolve-schema --dry-run",
            "oups write data JFK gust.csv --evolve-schema",
            "oups read data JFK --start 2013-12-30T22:00 --columns time,temp,gust,note",
            "oups write data JFK strong.csv --evolve-schema",
            "oups read data JFK --start 2013-12-30T23:00 --columns gust",
        ]),
    );
}

#[test]
fn delete() {
    check(
        "delete",
        &store().session(&[
            "oups delete data JFK --start 2013-02-08T12:00 --end 2013-02-08T14:00",
            "oups read data JFK --start 2013-02-08T11:00 --end 2013-02-08T15:00 --columns time,temp",
            "oups delete data JFK --start 2013-03-01 --end 2013-11-15 --if-version 2 --lock-timeout 10s --json",
            "oups delete data JFK --start 2013-03-01 --end 2013-11-15",
            "oups delete data JFK --start 2013-03-01 --end 2013-02-01 --json",
            "oups delete data JFK --end 2013-02-01 --no-sync",
            "oups ls data --long",
            "oups delete data JFK --all",
            "oups ls data origin=JFK --long",
            "oups read data JFK --columns time,temp",
            "oups write data JFK JFK.parquet",
        ]),
    );
}

#[test]
fn compact() {
    let sandbox = store();
    for day in 1..=9 {
        sandbox.file("day.csv", format!("time,temp\n2014-01-0{day}T12:00:00Z,30\n"));
        sandbox.stdout("oups write data LGA day.csv --max-off-target none && oups write data EWR day.csv");
    }
    check(
        "compact",
        &sandbox.session(&[
            "oups ls data --long",
            "oups compact data",
            "oups compact data",
            "oups ls data --long",
            "oups compact data 'origin=B*'",
            "oups compact data origin=EWR origin=JFK --row-group-target QS --lock-timeout 10s --no-sync",
            "oups compact data --row-group-target QS --json",
            "oups compact data origin=LGA --row-group-target 1000000 --max-off-target 50",
        ]),
    );
}

#[test]
fn one_broken_dataset_does_not_stop_the_others() {
    let sandbox = store();
    sandbox.stdout("head -c 100 data/EWR.opdmd > cut && mv cut data/EWR.opdmd");
    let output = sandbox.sh("oups compact data --row-group-target QS");
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(lines[0].starts_with("oups: error: damaged file data/EWR.opdmd"), "{text}");
    assert_eq!(
        lines[1..],
        [
            "oups: JFK: version 2: wrote 4 row groups with 8706 rows, replaced 12 row groups",
            "oups: LGA: version 2: wrote 4 row groups with 8706 rows, replaced 3 row groups",
            "oups: compacted 2 of 3 datasets: 15 row groups into 8",
            "oups: error: 1 of 3 datasets failed",
        ]
    );
}

#[test]
fn meta() {
    let sandbox = store();
    check(
        "meta",
        &sandbox.session(&[
            "oups meta data JFK",
            "oups meta data JFK 'source=buoy 7' note=raw",
            "oups meta data JFK",
            "oups meta data JFK note=checked --unset source --lock-timeout 1s --if-version 2 --json",
            "oups meta data JFK --json",
            "oups meta data JFK note=checked --unset source",
            "oups meta data JFK \"note=$(printf 'two\\nlines')\"",
            "oups meta data JFK 'k=a=b'",
            "oups meta data JFK",
        ]),
    );
}

/// This holds even if row groups are off target.
#[test]
fn metadata_alone_rewrites_no_row_group() {
    let sandbox = store();
    for day in 1..=9 {
        sandbox.file("day.csv", format!("time,temp\n2014-01-0{day}T12:00:00Z,30\n"));
        sandbox.stdout("oups write data LGA day.csv --max-off-target none");
    }
    let files = sandbox.stdout("oups info data LGA --files | xargs ls -li");
    sandbox.stdout("oups meta data LGA note=x");
    assert_eq!(sandbox.stdout("oups info data LGA --files | xargs ls -li"), files);
    let info = json_of(&sandbox, "oups info data LGA --json");
    assert_eq!((&info["metadata"], &info["version"]), (&json!({ "note": "x" }), &json!(11)));
}

#[test]
fn a_dataset_that_was_made_again_is_not_the_version_of_before() {
    let sandbox = store();
    let write = "oups write data again LGA.csv --ordered-on time";
    sandbox.stdout(write);
    let whole = || {
        let info = json_of(&sandbox, "oups info data again --json");
        assert_eq!(info["version"], json!(1));
        format!("1-{}", info["draw"].as_str().unwrap())
    };
    let before = whole();
    sandbox.stdout("oups rm data again");
    sandbox.stdout(write);
    let now = whole();
    assert_ne!(before, now);
    for change in [
        "meta data again a=b",
        "delete data again --all",
        "settings data again --max-off-target 3",
        "write data again LGA.csv",
    ] {
        let output = sandbox.sh(&format!("oups {change} --if-version {before}"));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{change}: {told}");
        assert!(told.contains(&format!("dataset again is at version {now}, not {before}")), "{change}: {told}");
    }
    let output = sandbox.sh("oups meta data again a=b --if-version 1-x");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let done = json_of(&sandbox, &format!("oups meta data again a=b --if-version {now} --json"));
    assert_eq!((&done["version"], &done["changed"]), (&json!(2), &json!(true)));
    sandbox.stdout("oups meta data again a=c --if-version 2");
}

/// The input never ends, so a program that read it would hang.
#[test]
fn a_conflict_is_told_before_standard_input_is_read() {
    let sandbox = store();
    let output =
        sandbox.sh("yes 2013-01-01T00:00:00Z,1 | timeout 60 oups write data JFK - --format csv --if-version 7");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("is at version 1, not 7"), "{told}");
}
