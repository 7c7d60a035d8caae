//! Charts of coverage, and of columns.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, check};
use crate::session::store;

/// The three airports, with holes.
fn with_gaps() -> Sandbox {
    let sandbox = store();
    sandbox.stdout("oups delete data JFK --start 2013-03-05 --end 2013-05-10");
    sandbox.stdout("oups delete data LGA --start 2013-10-15");
    sandbox.file("late.csv", "time,temp\n2014-02-01 12:00:00Z,30\n");
    sandbox.stdout("oups write data LGA late.csv");
    sandbox
}

#[test]
fn coverage() {
    check(
        "coverage",
        &with_gaps().session(&[
            "oups coverage data",
            "oups coverage data origin=JFK --width 60 --ascii",
            "oups coverage data --width 20",
            "oups coverage data origin=JFK --json",
            "oups coverage data origin=nobody",
            "oups coverage data --svg - 2> /dev/null | head -2",
            "oups coverage data --width 19",
            "oups coverage data --json --svg x.svg",
        ]),
    );
}

#[test]
fn coverage_of_numbers_texts_and_points() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init data --schema 'name:str'");
    for (name, rows) in [
        ("numbers", "at,x\n-5,1\n-4,1\n-3,1\n7,1\n8,1\n9,1\n"),
        ("floats", "at,x\n0.25,1\n0.5,1\n0.75,1\n1,1\n1.25,1\n"),
        ("words", "at,x\nape,1\nbee,1\ncat,1\ndog,1\n"),
        ("days", "at,x\n2013-02-08,1\n2013-02-09,1\n2013-02-10,1\n2013-02-11,1\n"),
        ("one", "at,x\n2013-02-12,1\n"),
        ("none", "at,x\n2013-02-12,1\n"),
    ] {
        sandbox.file("rows.csv", rows);
        let types = if name == "words" { "--types at:str" } else { "" };
        sandbox.stdout(&format!("oups write data {name} rows.csv --ordered-on at --row-group-target 3 {types}"));
    }
    sandbox.stdout("oups delete data none --all");
    check(
        "coverage_of_all_types",
        &sandbox.session(&["oups coverage data --width 80", "oups coverage data name=n* name=words --json"]),
    );
}

#[test]
fn a_gap_is_where_no_row_group_is() {
    let sandbox = with_gaps();
    let facts: Value = serde_json::from_str(&sandbox.stdout("oups coverage data origin=JFK --json")).unwrap();
    let gap = json!({
        "start": "2013-03-04T23:00:00.000000Z",
        "end": "2013-05-10T00:00:00.000000Z",
        "length": 66.0 * 86_400.0 + 3600.0,
    });
    assert_eq!(facts["gaps"], json!([gap]));
    // `coverage` reads only manifests: the row groups may be gone.
    let pictures = ["", " --json", " --svg -"].map(|form| format!("oups coverage data{form}"));
    let before = pictures.each_ref().map(|line| sandbox.stdout(line));
    sandbox.stdout("rm data/*/*.parquet");
    assert_eq!(pictures.each_ref().map(|line| sandbox.stdout(line)), before);
    assert_ne!(sandbox.sh("oups read data JFK").status.code(), Some(0));
}

#[test]
fn the_svg_is_complete_and_names_every_row_group() {
    let sandbox = with_gaps();
    let printed = sandbox.stdout("oups coverage data --svg -");
    sandbox.stdout("oups coverage data --svg all.svg");
    assert_eq!(std::fs::read_to_string(sandbox.path("all.svg")).unwrap(), printed);
    assert!(printed.starts_with("<svg ") && printed.trim_end().ends_with("</svg>"));
    let groups: usize = ["EWR", "JFK", "LGA"]
        .map(|key| sandbox.stdout(&format!("oups info data {key} --files")))
        .iter()
        .map(|files| files.lines().count())
        .sum();
    assert_eq!(printed.matches(": 1 row group of ").count(), groups);
    assert_eq!(printed.matches(": gap of ").count(), 2);
}

#[test]
fn plot() {
    let sandbox = store();
    sandbox.file("steps.csv", "n,up,word\n1,-1,a\n2,,b\n3,2.5,c\n4,NaN,d\n5,inf,e\n6,0,f\n");
    sandbox.stdout("oups write data steps steps.csv --ordered-on n");
    sandbox.file("words.csv", "word,x\na,1\nb,4\nc,2\n");
    sandbox.stdout("oups write data words words.csv --ordered-on word --types word:str");
    check(
        "plot",
        &sandbox.session(&[
            "oups read data JFK --plot temp",
            "oups read data EWR JFK --plot wind_speed --start 2013-03-01 --end 2013-04-01 --width 60",
            "oups read data JFK --plot temp --width 50 --ascii --where 'temp > 90'",
            "oups read data steps --plot up --width 40",
            "oups read data words --plot x --width 40",
            "oups read data JFK --plot temp --start 2020-01-01",
            "oups read data steps --plot word",
            "oups read data JFK --plot tmep",
            "oups read data JFK steps --plot temp",
            "oups read data JFK words --plot x",
            "oups read data JFK --plot temp --format csv",
        ]),
    );
}

#[test]
fn no_peak_of_many_rows_is_lost() {
    let sandbox = Sandbox::empty();
    let rows: String = (0..50_000).map(|n| format!("{n},{}\n", if n == 33_333 { 1000 } else { n % 10 })).collect();
    sandbox.file("rows.csv", format!("n,x\n{rows}"));
    sandbox.stdout("oups init data --schema 'name:str' && oups write data a rows.csv --ordered-on n");
    let plot = sandbox.stdout("oups read data a --plot x --width 80 --ascii");
    assert!(plot.starts_with("a: x from 0 to 1000, 50000 rows\n"));
    let top = plot.lines().nth(1).unwrap();
    let at = top.rfind('*').unwrap() as f64 / 80.0;
    assert!((0.6..0.72).contains(&at), "{plot}");
}
