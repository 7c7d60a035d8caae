//! Duplicates that were stored before there was a rule stay if no new row meets them. The program reports those that it
//! drops.

use serde_json::Value;

use crate::sandbox::Sandbox;

const STORED: &str = "time,temp\n1,10\n1,11\n2,20\n3,30\n3,30\n4,40\n";

fn stored() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("stored.csv", STORED).file("new.csv", "time,temp\n3,31\n3,32\n");
    sandbox.stdout("oups init data --schema 'name:str'");
    sandbox.stdout("oups write data x stored.csv --ordered-on time --row-group-target 3");
    sandbox
}

fn rows(sandbox: &Sandbox) -> Vec<String> {
    sandbox.stdout("oups read data x --format csv").lines().skip(1).map(str::to_owned).collect()
}

fn json(sandbox: &Sandbox, command: &str) -> Value {
    serde_json::from_str(&sandbox.stdout(command)).unwrap()
}

#[test]
fn what_brings_no_new_row_drops_no_stored_one() {
    for keep in ["last", "first", "reject"] {
        let sandbox = stored();
        sandbox.stdout(&format!("oups settings data x --duplicates-on time --keep {keep}"));
        let done = json(&sandbox, "oups compact data --row-group-target 100 --json");
        assert_eq!((&done["duplicates_dropped"], &done["files_written"]), (&0.into(), &1.into()), "{done}");
        assert_eq!(rows(&sandbox), STORED.lines().skip(1).collect::<Vec<_>>(), "{keep}");
        sandbox.stdout("oups write data x --row-group-target 2 --max-off-target 1");
        assert_eq!(rows(&sandbox), STORED.lines().skip(1).collect::<Vec<_>>(), "{keep}");
        let done = json(&sandbox, "oups delete data x --start 2 --end 3 --json");
        assert_eq!((&done["duplicates_dropped"], &done["rows_deleted"]), (&0.into(), &1.into()), "{done}");
        assert_eq!(rows(&sandbox), ["1,10", "1,11", "3,30", "3,30", "4,40"], "{keep}");
    }
}

#[test]
fn what_a_write_or_an_ingest_drops_is_told() {
    let sandbox = stored();
    sandbox.stdout("oups settings data x --duplicates-on time");
    // Drops two stored rows of the second row group and a new one.
    let told = sandbox.shown("oups write data x new.csv");
    assert_eq!(told, "oups: x: version 3: wrote 1 row group with 2 rows, replaced 1 row group, dropped 3 duplicates\n");
    assert_eq!(rows(&sandbox), ["1,10", "1,11", "2,20", "3,32", "4,40"]);
    let done = json(&sandbox, "oups write data x new.csv --json");
    assert_eq!((&done["changed"], &done["duplicates_dropped"]), (&false.into(), &2.into()), "{done}");
    let told = sandbox.shown("oups write data x new.csv");
    assert_eq!(told, "oups: x: nothing to change, still at version 3: dropped 2 duplicates\n");

    sandbox.file("all.csv", "name,time,temp\nx,1,12\ny,1,1\n");
    let lines = sandbox.stdout("oups ingest data all.csv --ordered-on time --json");
    let dropped: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["duplicates_dropped"].clone()).collect();
    assert_eq!(dropped, [Value::from(2), Value::from(0)], "{lines}");
}
