//! The store of the README: the hourly weather of three airports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use crate::sandbox::Sandbox;

/// The store `weather`, with the datasets EWR/1h, JFK/1h and LGA/1h. It is made once, and copied for each test.
pub(crate) fn weather() -> Sandbox {
    static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("weather");
        let _ = fs::remove_dir_all(&folder);
        copy_folder(&made().path(""), &folder);
        folder
    });
    let sandbox = Sandbox::empty();
    copy_folder(&MADE, &sandbox.path(""));
    sandbox
}

fn made() -> Sandbox {
    let sandbox = Sandbox::with_shipped_weather();
    sandbox.stdout("oups init weather --schema airport:str/frequency:str");
    for airport in ["EWR", "JFK", "LGA"] {
        let input = format!("tests/data/weather/{airport}.parquet");
        sandbox.stdout(&format!("oups write weather {airport}/1h {input} --ordered-on time --row-group-target QS"));
    }
    sandbox
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// What a line says on standard error, and its exit code.
pub(crate) fn told(sandbox: &Sandbox, line: &str) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = sandbox.sh(line);
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// Holds the text against the snapshot of the name.
pub(crate) fn check(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}
