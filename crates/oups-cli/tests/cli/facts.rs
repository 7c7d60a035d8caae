//! JSON output for programs.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::session::store;

fn lines(sandbox: &Sandbox, command: &str) -> Vec<Value> {
    sandbox.stdout(command).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn info_adds_up() {
    let sandbox = store();
    let info: Value = serde_json::from_str(&sandbox.stdout("oups info data JFK --json")).unwrap();
    let row_groups = info["row_groups"].as_array().unwrap();
    assert_eq!(row_groups.len(), 12);
    assert_eq!(row_groups.iter().map(|group| group["rows"].as_u64().unwrap()).sum::<u64>(), info["rows"]);
    let files = sandbox.stdout("oups info data JFK --files");
    for (group, path) in row_groups.iter().zip(files.lines()) {
        assert!(path.ends_with(group["file"].as_str().unwrap()));
        assert_eq!(std::fs::metadata(sandbox.path(path)).unwrap().len(), group["bytes"]);
    }
    assert_eq!(row_groups[0]["min"], "2013-01-01T06:00:00.000000Z");
    assert_eq!(info["settings"]["row_group_target"], "MS");
    assert_eq!(info["columns"][1], json!({ "name": "temp", "type": "Float64", "nullable": true }));
}

#[test]
fn align_counts_every_row_once() {
    let sandbox = store();
    let info = |key: &str| -> Value {
        serde_json::from_str(&sandbox.stdout(&format!("oups info data {key} --json"))).unwrap()
    };
    let chunks = lines(&sandbox, "oups align data LGA EWR --json");
    for key in ["LGA", "EWR"] {
        assert_eq!(chunks.iter().map(|chunk| chunk["rows"][key].as_u64().unwrap()).sum::<u64>(), info(key)["rows"]);
    }
    for pair in chunks.windows(2) {
        assert_eq!(pair[0]["end"], pair[1]["start"]);
    }
    assert_eq!((&chunks[0]["start"], &chunks.last().unwrap()["end"]), (&Value::Null, &Value::Null));
}

#[test]
fn rows_are_one_object_a_line() {
    let sandbox = store();
    let rows = lines(&sandbox, "oups read data JFK --format json");
    let info: Value = serde_json::from_str(&sandbox.stdout("oups info data JFK --json")).unwrap();
    assert_eq!(rows.len() as u64, info["rows"]);
    assert_eq!(rows[0].as_object().unwrap().len(), info["columns"].as_array().unwrap().len());
}

#[test]
fn numbers_stay_numbers() {
    let sandbox = Sandbox::empty();
    sandbox.file("n.csv", "n,x\n-5,0.5\n0,1\n7,2\n");
    sandbox.stdout("oups init data --schema 'station:int'");
    sandbox.stdout("oups write data 7 n.csv --ordered-on n");
    let long = &lines(&sandbox, "oups ls data --long --json")[0];
    assert_eq!((&long["min"], &long["max"], &long["fields"]), (&json!(-5), &json!(7), &json!({ "station": 7 })));
    assert_eq!(sandbox.stdout("oups read data 7 --start=-5 --end 7 --format csv"), "n,x\n-5,0.5\n0,1.0\n");
    assert_eq!(
        lines(&sandbox, "oups align data 7 --start=-5 --json")[0],
        json!({ "start": -5, "end": null, "rows": { "7": 3 } })
    );
    let written = &lines(&sandbox, "oups write data 7 n.csv --json")[0];
    assert_eq!((&written["key"], &written["version"], &written["changed"]), (&json!("7"), &json!(2), &json!(true)));
}
