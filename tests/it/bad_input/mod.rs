//! Bad input, as data: each gives its own typed error, which says what to do, and leaves every byte of the store as it
//! was.

mod damage;
mod fixture;
mod folders;
mod hostile;
mod keys;
mod options;
mod rows;
mod stores;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use oups_core::Error;
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree_with_folders};

use fixture::prepared;

/// One bad input.
struct Bad {
    name: &'static str,
    /// Prepares the store: damage that is not the caller's doing.
    before: fn(&Path),
    /// The call, which must fail.
    act: fn(&Path) -> Result<(), Error>,
    /// Whether the error is the expected one.
    is: fn(&Error) -> bool,
}

/// A [`Bad`] with its error as a pattern. Without the middle part, the store is sound.
macro_rules! bad {
    ($name:literal, $act:expr, $($error:pat_param)|+) => {
        bad!($name, |_| (), $act, $($error)|+)
    };
    ($name:literal, $before:expr, $act:expr, $($error:pat_param)|+) => {
        crate::bad_input::Bad { name: $name, before: $before, act: $act, is: |error| matches!(error, $($error)|+) }
    };
}
use bad;

#[test]
fn bad_input_is_refused_by_name_and_changes_nothing() {
    let scratch = scratch();
    let prepared = prepared(&scratch.path().join("prepared"));
    let all = [
        rows::table(),
        options::table(),
        keys::table(),
        stores::table(),
        folders::table(),
        damage::table(),
        hostile::table(),
    ];
    let mut texts = String::new();
    let (mut count, mut failed) = (0, Vec::new());
    for bad in all.iter().flatten() {
        count += 1;
        match check(bad, &prepared, &scratch.path().join(count.to_string())) {
            Ok(text) => texts.push_str(&format!("{}\n    {text}\n", bad.name)),
            Err(wrong) => failed.push(format!("{}: {wrong}", bad.name)),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    println!("{count} bad inputs");
    assert!(count >= 60, "{count} bad inputs");
    insta::assert_snapshot!(texts);
}

/// The error's text, or why the check failed.
fn check(bad: &Bad, prepared: &Path, root: &Path) -> Result<String, String> {
    copy_tree(prepared, root);
    (bad.before)(root);
    let before = tree_with_folders(root);
    let error = match std::panic::catch_unwind(|| (bad.act)(root)) {
        Ok(Err(error)) => error,
        Ok(Ok(())) => return Err("accepted".to_owned()),
        Err(_) => return Err("panicked".to_owned()),
    };
    let after = tree_with_folders(root);
    if !(bad.is)(&error) {
        return Err(format!("another error: {error:?}"));
    }
    if after != before {
        let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
        return Err(format!("the store has changed: {:?} to {:?}", names(&before), names(&after)));
    }
    fs::remove_dir_all(root).unwrap();
    Ok(redacted(&error.to_string(), root))
}

/// The text without the parts that differ from run to run: the store's folder, random digits, process, host and times.
fn redacted(text: &str, root: &Path) -> String {
    let text = text.replace(&root.display().to_string(), "STORE").replace('\0', "␀").replace('\n', "␊");
    let mut out = String::new();
    let mut digits = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_hexdigit() && !letter.is_ascii_uppercase() {
            digits.push(letter);
            continue;
        }
        out.push_str(if digits.len() >= 16 { "…" } else { &digits });
        digits.clear();
        out.push(letter);
    }
    let out = out.trim_end_matches('\0');
    match (out.split_once(" by process "), out.split_once("; waited ")) {
        (Some((before, _)), Some((_, after))) => {
            let rest = after.split_once(" for it").map_or("", |(_, rest)| rest);
            format!("{before} by process PID on HOST for AGE; waited WAIT for it{rest}")
        }
        _ => out.to_owned(),
    }
}
