//! The patches of `just mutate` fit the code, name tests that exist, and are in the table of `docs/reliability.md`.

use std::fs;
use std::path::{Path, PathBuf};

use oups_tests::tree::tree;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A patch: what its head says, and which texts of which files it replaces.
#[derive(Debug, Default)]
struct Mutation {
    breaks: String,
    /// Packages and tests.
    must_fail: Vec<(String, String)>,
    /// Files and texts.
    replaced: Vec<(String, String)>,
}

impl Mutation {
    fn read(text: &str) -> Self {
        let (mut read, mut file) = (Self::default(), "");
        for line in text.lines() {
            if let Some(what) = line.strip_prefix("Breaks: ") {
                what.clone_into(&mut read.breaks);
            } else if let Some(test) = line.strip_prefix("Must fail: ") {
                let (package, test) = test.split_once(' ').unwrap();
                read.must_fail.push((package.to_owned(), test.to_owned()));
            } else if line.starts_with("--- a/") {
                // The next file, whose name follows.
            } else if let Some(next) = line.strip_prefix("+++ b/") {
                file = next;
            } else if line.starts_with("@@ ") {
                read.replaced.push((file.to_owned(), String::new()));
            } else if let (Some((_, text)), Some(' ' | '-')) = (read.replaced.last_mut(), line.chars().next()) {
                text.push_str(&line[1..]);
                text.push('\n');
            }
        }
        read
    }

    /// Whether the tests are there by their names, in files of the package.
    fn tests_exist(&self) -> bool {
        self.must_fail.iter().all(|(package, test)| {
            let sources = match package.as_str() {
                "oups-tests" => workspace().join("tests/it"),
                package => workspace().join("crates").join(package).join("src"),
            };
            let name = format!("fn {}() {{", test.rsplit("::").next().unwrap());
            tree(&sources).values().any(|text| String::from_utf8_lossy(text).contains(&name))
        })
    }
}

#[test]
fn each_fits_the_code_and_names_tests_that_exist() {
    let page = fs::read_to_string(workspace().join("docs/reliability.md")).unwrap();
    let patches = tree(&workspace().join("tests/mutations"));
    let patches = patches.iter().filter_map(|(name, text)| Some((name.strip_suffix(".patch")?, text)));
    let mut count = 0;
    for (name, text) in patches {
        let mutation = Mutation::read(&String::from_utf8_lossy(text));
        assert!(mutation.breaks.ends_with('.') && !mutation.must_fail.is_empty(), "{name}: its head: {mutation:?}");
        assert!(mutation.tests_exist(), "{name}: a test is missing of {:?}", mutation.must_fail);
        assert!(!mutation.replaced.is_empty(), "{name}");
        for (file, replaced) in &mutation.replaced {
            let code = fs::read_to_string(workspace().join(file)).unwrap();
            assert_eq!(code.matches(replaced.as_str()).count(), 1, "{name}: does not fit {file}:\n{replaced}");
        }
        assert!(page.contains(&format!("| `{name}` |")), "{name}: docs/reliability.md does not name it");
        count += 1;
    }
    assert!(count > 0);
}
