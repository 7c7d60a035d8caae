//! Pipes: what goes to standard output and error, and what happens when one is closed.

use crate::session::store;

#[test]
fn a_closed_pipe_is_success() {
    let sandbox = store();
    for command in [
        "read data JFK --format csv",
        "read data JFK --format json",
        "read data JFK --format parquet",
        "read data JFK --plot temp",
        "coverage data --svg -",
        "completions bash",
    ] {
        let line = format!("{{ oups {command}; echo \"exit $?\" >&2; }} | true");
        let output = sandbox.sh(&line);
        assert!(String::from_utf8_lossy(&output.stderr).ends_with("exit 0\n"), "{command}");
        let line = format!("{{ oups {command}; echo \"exit $?\" >&2; }} | head -c 10 > /dev/null");
        assert!(String::from_utf8_lossy(&sandbox.sh(&line).stderr).ends_with("exit 0\n"), "{command}");
    }
}

#[test]
fn a_full_disk_is_a_failure() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let output = store().sh("oups read data JFK --format csv > /dev/full");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("oups: error: cannot write to standard output: "), "{said}");
    let output = store().sh("oups read data JFK --output /dev/full --format csv");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.starts_with("oups: error: cannot write /dev/full: "), "{said}");
}

#[test]
fn messages_go_to_standard_error_alone() {
    let sandbox = store();
    let output = sandbox.sh("oups write data JFK JFK.parquet && oups rm data LGA");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.lines().all(|line| line.starts_with("oups: ")), "{text}");
    let output = sandbox.sh("oups read data JFK --format csv");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn parquet_goes_through_a_pipe() {
    let sandbox = store();
    sandbox.stdout("oups read data JFK --format parquet | cat > copy.parquet");
    sandbox.stdout("oups write data copy copy.parquet --ordered-on time");
    let rows = |key: &str| sandbox.stdout(&format!("oups read data {key} --format csv"));
    assert_eq!(rows("copy"), rows("JFK"));
}

#[test]
fn what_is_done_is_told_on_standard_error_when_asked() {
    let sandbox = store();
    let output = sandbox.sh("oups read data JFK --limit 1 --format csv --columns time -v");
    assert_eq!((output.stderr.len(), String::from_utf8_lossy(&output.stdout).lines().count()), (0, 2));
    let told = |line: &str| String::from_utf8(sandbox.sh(line).stderr).unwrap();
    assert!(told("oups -vv read data JFK --limit 1").contains("DEBUG scan dataset=\"JFK\" version=1"));
    let once = told("oups write data JFK JFK.parquet -v");
    assert!(once.contains("INFO write{dataset=\"JFK\"}: committed dataset=\"JFK\" version=2"), "{once}");
    assert!(!once.contains("DEBUG") && !once.contains('\u{1b}'), "{once}");
    assert!(told("oups -v rm data JFK").contains("removed"));
}
