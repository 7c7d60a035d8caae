//! The planner draws the pictures in `docs/merge.md`.
//!
//! Every `plan` block of the page holds a scenario, an empty line, and its picture. This test draws the pictures again
//! and compares. After an intended change, `OUPS_UPDATE_DOCS=1` writes the new pictures into the page.

use std::path::Path;

use super::scenario::picture;

#[test]
fn the_pictures_of_the_page_are_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/merge.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let redrawn = redraw(&page);
    if std::env::var_os("OUPS_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &redrawn).unwrap();
    } else {
        assert!(page.matches("```plan\n").count() > 8, "the page has pictures");
        assert_eq!(page, redrawn, "docs/merge.md is out of date: run this test with OUPS_UPDATE_DOCS=1");
    }
}

/// The page with every picture drawn again.
fn redraw(page: &str) -> String {
    let mut parts = page.split("```plan\n");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```\n").expect("the block is closed");
        let scenario = block.split("\n\n").next().unwrap_or_default().trim_end();
        let picture = picture(scenario).unwrap_or_else(|error| panic!("{scenario}\n{error:#}"));
        out.push_str(&format!("```plan\n{scenario}\n\n{picture}```\n{rest}"));
    }
    out
}
