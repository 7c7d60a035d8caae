//! Mistakes, and the messages of the program about them.

use crate::sandbox::{Sandbox, check};
use crate::session::store;

#[test]
fn of_the_command_line() {
    check(
        "errors_of_the_command_line",
        &store().session(&[
            "oups init new --schema 'origin:flot'",
            "oups init new --schema 'origin:str' --separator /",
            "oups init data --schema 'origin:str'",
            "oups write data JFK weather.xls",
            "oups write data JFK JFK.parquet --row-group-target 1X",
            "oups write data JFK JFK.parquet --meta source",
            "oups write data JFK JFK.parquet --lock-timeout 10",
            "oups write data JFK JFK.parquet --max-off-target many",
            "oups read data JFK --output rows.xyz",
            "oups info data JFK --json --files",
            "oups read data",
            "oups write data JFK JFK.parquet --duplicates-on time,",
            "oups write data JFK JFK.parquet --keep newest",
            "oups write data JFK --keep last",
            "oups write data BOS JFK.parquet --ordered-on time --keep reject",
            "oups write data JFK JFK.parquet --keep reject",
            "oups write data JFK JFK.parquet --duplicates-on none --keep reject",
            "oups delete data JFK",
            "oups delete data JFK --all --start 2013-02-08",
            "oups compact data JFK",
            "oups compact data --max-off-target 0",
            "oups meta data JFK source",
            "oups meta data JFK --if-version 1",
            "oups meta data JFK note=x --unset note",
        ]),
    );
}

#[test]
fn of_keys_and_columns() {
    check(
        "errors_of_keys_and_columns",
        &store().session(&[
            "oups ls nowhere",
            "oups read data JKF",
            "oups info data jfk --json",
            "oups read data SomethingElse",
            "oups read data JFK/1D",
            "oups rm data EWR JFX && oups ls data",
            "oups ls data orign=JFK",
            "oups ls data JFK",
            "oups write data JFKK JFK.parquet",
            "oups write data BOS JFK.parquet --ordered-on tme",
            "oups write data JFK JFK.parquet --ordered-on temp",
            "oups write data JFK JFK.parquet --if-version 7",
            "oups write data BOS",
            "oups read data JFK --columns time,tmep",
            "oups read data JFK --columns time,time",
            "oups read data JFK --start yesterday",
            "oups align data JFK LGA JFK",
            "oups write data JFK JFK.parquet --duplicates-on time,tmep",
            "oups delete data JKF --all",
            "oups delete data JFK --start yesterday",
            "oups delete data JFK --all --if-version 7",
            "oups compact data orign=JFK",
            "oups compact data origin=BOS",
            "oups meta data JKF note=x",
            "oups meta data JFK note=x --if-version 7",
            "oups ls data --long",
        ]),
    );
}

#[test]
fn with_a_mark_at_their_place() {
    check(
        "errors_with_a_mark",
        &store().session(&[
            "oups init new --schema 'origin:str,year:imt'",
            "oups init new --schema 'origin'",
            "oups read data JFK --where 'temp > 30 and'",
            "oups read data JFK --where 'temp >> 30'",
            "oups read data JFK --where 'temp > 30 and tmep < 5'",
            "oups read data EWR JFK --where 'temp > \"x\"'",
            "oups read data JFK --plot temp --where 'time > 7.5'",
            "oups read data JFK --start 2013-02-30",
            "oups read data JFK --end 2013-02-08T25:00",
            "oups read data EWR JFK --end soon",
            "oups align data EWR JFK --start 2013-13-01",
            "oups delete data JFK --start 2013-02-08T12:60",
            "oups asof data JFK EWR --start 8.2.2013",
            "oups resample data JFK --period 1D --agg temp:min --end ''",
            "oups ls data orign=JFK",
            "oups coverage data origin=JFK orign=JFK",
            "oups export data copy nothing=JFK",
            "oups init numbers --schema 'station:int' && oups ls numbers station=x7",
            "oups write data BOS JFK.parquet --ordered-on time --types 'time:timestamp[us,UTC],temp:f65'",
            "oups write data BOS LGA.csv --ordered-on time --types 'temp:f64,temp:f32'",
            "oups write data BOS LGA.csv --ordered-on time --types temp",
        ]),
    );
}

#[test]
fn of_input() {
    let sandbox = store();
    sandbox.file("unsorted.csv", "time,temp\n2013-02-08T12:00:00Z,30\n2013-02-08T11:00:00Z,31\n");
    sandbox.file("null.csv", "time,temp\n2013-02-08T12:00:00Z,30\n,31\n");
    sandbox.file("text.csv", "time,temp\n2013-02-08T12:00:00Z,cold\n");
    sandbox.file("extra.csv", "time,temp,mood\n2013-02-08T12:00:00Z,30,fine\n");
    sandbox.file("ragged.csv", "time,temp\n2013-02-08T12:00:00Z,30\n2013-02-08T13:00:00Z,31,7\n");
    sandbox.file("mixed.csv", "time,temp\n2013-02-08T12:00:00Z,30\n2013-02-08T13:00:00,31\n");
    sandbox.file("twice.csv", "time,temp,time\n");
    sandbox.file("nameless.csv", "time,,temp\n");
    sandbox.file("empty.csv", "");
    sandbox.file("damaged.parquet", "PAR1 is not enough");
    check(
        "errors_of_input",
        &sandbox.session(&[
            "oups write data JFK missing.csv",
            "oups write data JFK unsorted.csv",
            "oups write data JFK null.csv",
            "oups write data JFK text.csv",
            "oups write data JFK extra.csv",
            "oups write data JFK ragged.csv",
            "oups write data BOS mixed.csv --ordered-on time",
            "oups write data JFK twice.csv",
            "oups write data JFK nameless.csv",
            "oups write data JFK empty.csv",
            "oups write data JFK damaged.parquet",
            "oups write data JFK JFK.parquet unsorted.csv",
            "oups ls data",
        ]),
    );
}

#[test]
fn a_failed_export_leaves_no_file() {
    let sandbox = store();
    sandbox.file("out.csv", "as it was");
    sandbox.stdout("f=$(oups info data JFK --files | tail -1); head -c 1000 \"$f\" > cut; mv cut \"$f\"");
    let output = sandbox.sh("oups read data JFK --output out.csv");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("oups: error: damaged file data/JFK/"));
    assert_eq!(std::fs::read(sandbox.path("out.csv")).unwrap(), b"as it was");
    assert_eq!(sandbox.stdout("ls -A"), "EWR.parquet\nJFK.parquet\nLGA.csv\ndata\nout.csv\n");
    assert_eq!(Sandbox::empty().sh("oups read data JFK --output out.csv").status.code(), Some(1));
}
