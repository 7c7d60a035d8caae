//! The Rust of README and docs, run as it is shown: see `build.rs`.

use oups_tests::process::again;

/// Set in the process that runs a page.
const PAGE: &str = "OUPS_PAGE";

/// Runs a page in a process of its own, whose folder is an empty one with the shipped data: pages name files as a reader would.
fn in_a_folder(name: &str, page: fn() -> anyhow::Result<()>) {
    if std::env::var_os(PAGE).is_some_and(|asked| asked == name) {
        page().unwrap();
        return;
    }
    let folder = oups_tests::scratch();
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/weather");
    let data = folder.path().join("tests/data/weather");
    std::fs::create_dir_all(&data).unwrap();
    for file in std::fs::read_dir(shipped).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), data.join(file.file_name())).unwrap();
    }
    let mut command = again(&format!("shown::{name}"));
    let output = command.env(PAGE, name).current_dir(folder.path()).output().unwrap();
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

#[allow(
    clippy::all,
    unused,
    missing_docs,
    unreachable_pub,
    reason = "as a reader would write it; functions of shown code are not ours to lint"
)]
mod shown {
    use super::in_a_folder;

    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}
