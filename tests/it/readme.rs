//! Runs the example of the README. The README shows its output, and a snapshot holds the layout of its store.

#[expect(dead_code, reason = "its `main` is not called here")]
#[path = "../../crates/oups/examples/quickstart.rs"]
mod quickstart;

use std::path::Path;

use oups::{AnyKey, Store};

/// Set to write the output into the README instead of comparing.
const UPDATE: &str = "OUPS_UPDATE_DOCS";

#[test]
fn the_readme_shows_what_the_quickstart_prints() {
    let folder = oups_tests::scratch();
    let mut out = Vec::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/nyc_weather.parquet");
    quickstart::run(&data, &folder.path().join("weather"), &mut out).unwrap();
    let store = Store::<AnyKey>::open(folder.path().join("weather")).unwrap();
    insta::assert_snapshot!(store.layout().unwrap());

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let block = "side by side:\n\n```text\n";
    let start = readme.find(block).unwrap() + block.len();
    let end = start + readme[start..].find("\n```").unwrap();
    let output = String::from_utf8(out).unwrap();
    let output = output.trim_end();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, format!("{}{output}{}", &readme[..start], &readme[end..])).unwrap();
        return;
    }
    assert_eq!(&readme[start..end], output, "{UPDATE}=1 cargo test -p oups-tests writes the output");
}
