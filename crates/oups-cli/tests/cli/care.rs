//! Taking care of a store: verify, repair, export, settings.

use serde_json::Value;

use crate::sandbox::{Sandbox, check};
use crate::session::store;

/// Damages the third row group of JFK.
const DAMAGE: &str =
    "printf x | dd of=$(oups info data JFK --files | sed -n 3p) bs=1 seek=100 conv=notrunc 2>/dev/null";

#[test]
fn verify_and_repair() {
    let sandbox = store();
    sandbox.stdout("oups meta data JFK source=buoy");
    check(
        "verify_and_repair",
        &sandbox.session(&[
            "oups verify data",
            "oups verify data origin=LGA --json",
            "oups repair data JFK",
            DAMAGE,
            "touch data/JFK/note.txt data/strange",
            "oups verify data",
            "oups verify data origin=LGA origin=EWR",
            "oups read data JFK --start 2013-03-10 --end 2013-03-11 > /dev/null",
            "oups repair data JFK",
            "oups repair data JFK --json --lock-timeout 10s",
            "rm data/JFK/note.txt data/strange",
            "oups verify data",
            "rm data/EWR.opdmd $(ls data/EWR/*.parquet | head -1)",
            "oups ls data",
            "oups info data EWR",
            "oups verify data",
            "oups repair data EWR",
            "oups repair data ERW",
            "oups verify data",
        ]),
    );
}

/// A finding that is not damage does not fail `verify`, and its text says what becomes of it.
#[test]
fn what_a_dead_writer_left_is_told_and_cleared_by_the_next() {
    let sandbox = store();
    // A torn mark, as of a writer that died while it wrote it, and a file of a commit that never happened.
    sandbox.stdout("printf x > data/JFK.lock");
    sandbox.stdout("f=$(oups info data JFK --files | head -1); cp $f $(echo $f | sed 's/-0000000001-/-0000000002-/')");
    let verified = sandbox.sh("oups verify data");
    let found = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{found}");
    assert_eq!(found.lines().count(), 2, "{found}");
    assert!(found.lines().all(|line| line.ends_with("(the next write clears this)")), "{found}");
    assert!(String::from_utf8_lossy(&verified.stderr).ends_with(": nothing is damaged, 2 findings\n"));
    sandbox.stdout("oups write data JFK JFK.parquet --duplicates-on time");
    assert_eq!(sandbox.stdout("oups verify data"), "");
}

#[test]
fn a_text_of_the_metadata_cannot_command_a_terminal() {
    let sandbox = store();
    sandbox.stdout("oups meta data JFK \"$(printf 'a\\033[31m=b\\033[2J\\a')\"");
    for command in ["oups info data JFK", "oups meta data JFK", "oups meta data JFK --json"] {
        let shown = sandbox.stdout(command);
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{command}: {shown:?}");
    }
    assert!(sandbox.stdout("oups info data JFK").contains("  a\\u{1b}[31m  b\\u{1b}[2J\\u{7}\n"));
}

#[test]
fn reports_as_json() {
    let sandbox = store();
    sandbox.stdout(DAMAGE);
    let output = sandbox.sh("oups verify data --json");
    assert_eq!(output.status.code(), Some(1));
    let finding: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&finding["kind"], &finding["damage"], &finding["row_group"]),
        (&"changed".into(), &true.into(), &2.into())
    );
    assert_eq!(finding["dataset"], "JFK");
    let report: Value = serde_json::from_str(&sandbox.stdout("oups repair data JFK --json")).unwrap();
    assert_eq!((&report["changed"], &report["version"], &report["row_groups"]), (&true.into(), &2.into(), &11.into()));
    assert_eq!((&report["lost"][0]["rows"], &report["manifest"]), (&743.into(), &"good".into()));
    assert_eq!(report["set_aside"].as_array().unwrap().len(), 1);
    let copied: Value = serde_json::from_str(&sandbox.stdout("oups export data copy --json origin=JFK")).unwrap();
    assert_eq!((&copied["datasets"], &copied["row_groups"], &copied["rows"]), (&1.into(), &11.into(), &7963.into()));
}

#[test]
fn a_damaged_store_file_is_a_finding() {
    let sandbox = store();
    check(
        "a_damaged_store_file_is_a_finding",
        &sandbox.session(&[
            "sed -i 's/origin/orgin/' data/oups.json",
            "oups verify data",
            "oups repair data JFK | cat",
            "oups init other --schema origin:str && cp other/oups.json data/oups.json",
            "oups verify data",
            "oups verify nowhere",
        ]),
    );
}

#[test]
fn export() {
    let sandbox = store();
    check(
        "export",
        &sandbox.session(&[
            "oups export data backup/monday",
            "oups verify backup/monday",
            "oups ls backup/monday --long",
            "oups export data backup/monday",
            "oups export data data/copy",
            "oups export data some 'origin=*W*' && oups ls some",
            "oups export data none origin=XYZ; test -e none",
            "oups export data none orign=JFK",
            DAMAGE,
            "oups export data broken > /dev/null 2>&1; echo $?; ls",
        ]),
    );
}

#[test]
fn settings() {
    let sandbox = store();
    check(
        "settings",
        &sandbox.session(&[
            "oups settings data JFK",
            "oups settings data JFK --keep first",
            "oups settings data JFK --row-group-target QS --duplicates-on time --keep first --max-off-target none",
            "oups settings data JFK",
            "oups settings data JFK --json",
            "oups settings data JFK --keep first --if-version 2 --json",
            "oups settings data JFK --keep last --if-version 7",
            "oups settings data JFK --duplicates-on tme",
            "oups settings data LGA --max-off-target 0",
            "oups settings data LGA --lock-timeout 1s",
            "oups settings data JKF --keep last",
            "oups rm data LGA --lock-timeout 1s",
        ]),
    );
}

#[test]
fn bad_texts() {
    let sandbox = Sandbox::with_weather();
    sandbox.stdout("oups init data --schema 'origin:str' && oups write data JFK JFK.parquet --ordered-on time");
    check(
        "bad_texts",
        &sandbox.session(&[
            "oups init new --schema 'quantity:str,city:string'",
            "oups init new --schema 'city'",
            "oups init new --schema 'a:str,a:str'",
            "oups init new --schema 'a:str' --separator .",
            "oups ls data city=berlin",
            "oups ls data origin",
            "oups read data JFK --start yesterday",
            "oups read data JFK --start 2013-13-01",
            "oups read data JFK --columns time,tmp",
            "oups write data JFK nowhere.csv",
            "oups write data JFK JFK.parquet --row-group-target 1fortnight",
            "oups write data JFK JFK.parquet --lock-timeout 10",
            "oups write data ../JFK JFK.parquet",
            "ls",
        ]),
    );
}
