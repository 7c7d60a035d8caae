//! Standard input: the program copies it, and the copy goes away by itself.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::tried::Tried;

/// More rows than the program keeps in memory, and than a pipe holds.
const ROWS: usize = 1_000_000;
const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn what_is_on_standard_input_is_told_by_an_option() {
    let tried = Tried::new();
    tried.sandbox().file("a.csv", "t,x\n1,2\n").file("none", "");
    for file in ["a.csv", "none"] {
        let (done, said) = tried.run(&format!("oups write data a - --ordered-on t < {file}"));
        assert!(!done && said.contains("standard input is not an Arrow stream"), "{said}");
        assert!(said.contains("hint: --format says what it is"), "{said}");
    }
    assert!(tried.run("oups write data a - --ordered-on t --format csv < a.csv").0);
    let (done, said) = tried.run("printf 't,x\\n2,cold\\n' | oups write data a - --format csv");
    assert!(!done && said.contains("standard input: line 2, column `x`: `cold`"), "{said}");
}

#[test]
fn a_large_input_is_read_as_a_small_one_is() {
    let tried = Tried::new();
    let rows: String = (0..ROWS).map(|t| format!("{t},{}\n", t % 7)).collect();
    tried.sandbox().file("a.csv", format!("t,x\n{rows}"));
    tried.sandbox().stdout("mkdir tmp && cat a.csv | TMPDIR=$PWD/tmp oups write data a - --format csv --ordered-on t");
    assert_eq!(tried.sandbox().stdout("ls tmp"), "");
    let (done, said) = tried.run(&format!("oups read data a --start {} --format csv", ROWS - 1));
    assert!(done, "{said}");
}

/// Interrupted while it reads, the program leaves no copy behind.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_copy_leaves_nothing() {
    let tried = Tried::new();
    let folder = tried.sandbox().path("tmp");
    std::fs::create_dir(&folder).unwrap();
    // The tests may run with the signal ignored, which a child inherits.
    let mut child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(env!("CARGO_BIN_EXE_oups"))
        .args(["write", "data", "a", "-", "--format", "csv", "--ordered-on", "t"])
        .current_dir(tried.sandbox().path(""))
        .env("TMPDIR", &folder)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once all is written, the program has read all but what a pipe holds.
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"t,x\n").unwrap();
    input.write_all("12345678,87654321\n".repeat(ROWS).as_bytes()).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begun.elapsed() > DEADLINE => panic!("the program did not end after SIGINT"),
            None => std::thread::yield_now(),
        }
    };
    drop(input);
    assert_eq!(status.code(), Some(130));
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|file| file.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}
