//! The order of the house, read from ARCHITECTURE.md: no room uses a later one, no file and no function is too long, no
//! two public types have one name, and the names of the facade are a checked-in text.
//!
//! The checks read the sources as text. That is enough because the sources keep to a few forms of path:
//! `crate::room::…`, `super::name`, `crate::Error` and `crate::Result`. All others are refused here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

mod source;

use source::{Source, Tree};

/// The most lines of a file, and of a function. Tests are not counted.
const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

/// Names that do not say what is inside.
const EMPTY_NAMES: [&str; 5] = ["utils", "common", "helpers", "misc", "inner"];

/// Names that may follow `crate::` although they are not rooms: every room needs them.
const OF_ERROR: [&str; 2] = ["Error", "Result"];

/// What stands below the seam of the storage: no verb, no handle and no reader names it, but those who mend what is of a local
/// disk.
const BELOW_THE_SEAM: [&str; 9] =
    ["absent", "create", "load", "lock", "outcome", "publish", "remove", "retire", "sweep"];
const MENDERS: [&str; 2] = ["repair", "verify"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A room, and the names inside it in their order; without an order if it does not list them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Room {
    name: String,
    inside: Vec<String>,
}

/// The blocks `layers CRATE` of a page. A line at the margin is a room with its description; indented lines are the
/// names inside.
fn layers(page: &str) -> BTreeMap<String, Vec<Room>> {
    let mut crates = BTreeMap::new();
    let mut open: Option<(String, Vec<Room>)> = None;
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("```layers ") {
            open = Some((name.trim().to_owned(), Vec::new()));
        } else if line.starts_with("```") {
            crates.extend(open.take());
        } else if let Some((_, rooms)) = &mut open {
            if line.starts_with(' ') {
                let names = line.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
                if let Some(room) = rooms.last_mut() {
                    room.inside.extend(names);
                }
            } else if let Some(name) = line.split_whitespace().next() {
                rooms.push(Room { name: name.to_owned(), inside: Vec::new() });
            }
        }
    }
    crates
}

/// Violations of the order of rooms in a crate. The sources are given by path below `src/`.
fn arrows(rooms: &[Room], sources: &[Source]) -> Vec<String> {
    let mut wrong = names_of_rooms(rooms, sources);
    for source in sources.iter().filter(|source| !source.is_test()) {
        let module = source.module();
        for path in source.paths() {
            let told = |what: String| format!("{}:{}: {what}", source.path, path.line);
            if let Some(what) = form(&module, &path.segments) {
                wrong.push(told(what));
                continue;
            }
            let Some(target) = path.absolute(&module) else { continue };
            wrong.extend(up(rooms, &module, &target).map(told));
        }
    }
    wrong
}

/// Top-level names that are not listed as rooms, and listed rooms that do not exist; likewise inside a room that lists
/// its names.
fn names_of_rooms(rooms: &[Room], sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let below = |depth: usize, room: Option<&str>| -> BTreeSet<String> {
        let modules = sources.iter().filter(|source| !source.is_test()).map(Source::module);
        let in_room =
            modules.filter(|module| room.is_none_or(|room| module.first().is_some_and(|first| first == room)));
        in_room.filter_map(|module| module.get(depth).cloned()).collect()
    };
    let mut compare = |place: &str, listed: BTreeSet<String>, found: BTreeSet<String>| {
        wrong.extend(found.difference(&listed).map(|name| format!("{place}: `{name}` is not listed")));
        wrong.extend(listed.difference(&found).map(|name| format!("{place}: `{name}` is listed and not there")));
    };
    compare("src", rooms.iter().map(|room| room.name.clone()).collect(), below(0, None));
    for room in rooms.iter().filter(|room| !room.inside.is_empty()) {
        compare(&room.name, room.inside.iter().cloned().collect(), below(1, Some(&room.name)));
    }
    wrong
}

/// The complaint about a form of path whose target a search of text could not see.
fn form(module: &[String], segments: &[String]) -> Option<String> {
    match segments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["super", "super", ..] => Some("`super::super`: say `crate::…`".to_owned()),
        // The root of the crate itself re-exports.
        ["crate", name, ..]
            if name.starts_with(char::is_uppercase) && !OF_ERROR.contains(&name) && !module.is_empty() =>
        {
            Some(format!("`crate::{name}`: name its room"))
        }
        _ => None,
    }
}

/// Whether an arrow goes to a later room, or inside of a room to a later name.
fn up(rooms: &[Room], module: &[String], target: &[String]) -> Option<String> {
    let place = |name: &str| rooms.iter().position(|room| room.name == name);
    let (from, to) = (module.first()?, target.first()?);
    let (at, goal) = (place(from)?, place(if OF_ERROR.contains(&to.as_str()) { "error" } else { to })?);
    if goal > at {
        return Some(format!("`{from}` uses `{to}`, a later room: move the item down, or the verb's `impl` up"));
    }
    let inside = &rooms.get(at)?.inside;
    let place = |name: &String| inside.iter().position(|known| known == name);
    let (from, to) = (module.get(1)?, target.get(1).filter(|_| goal == at)?);
    (place(to)? > place(from)?).then(|| format!("`{from}` uses `{to}`, which stands after it in its room"))
}

/// What reaches below the seam of the storage though it must not.
fn below_the_seam(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let module = source.module();
        let may = match &module[..] {
            [room, ..] if room == "storage" => true,
            [room, verb, ..] => room == "maintenance" && MENDERS.contains(&verb.as_str()),
            _ => false,
        };
        let paths = source.paths().into_iter().filter(|_| !may);
        let targets = paths.filter_map(|path| Some((path.line, path.absolute(&module)?)));
        wrong.extend(targets.filter_map(|(line, target)| match &target[..] {
            [room, name, ..] if room == "storage" && BELOW_THE_SEAM.contains(&name.as_str()) => {
                Some(format!("{}:{line}: `storage::{name}` is below the seam: ask `LocalStorage`", source.path))
            }
            _ => None,
        }));
    }
    wrong
}

/// The rooms of one crate that reach each other both ways.
fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let module = source.module();
        let Some(from) = module.first() else { continue };
        let targets = source.paths().into_iter().filter_map(|path| path.absolute(&module)?.first().cloned());
        uses.entry(from.clone()).or_default().extend(targets.filter(|to| to != from));
    }
    let reach = |from: &String| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
        while let Some(room) = todo.pop() {
            todo.extend(uses.get(room).into_iter().flatten().filter(|next| seen.insert((*next).clone())));
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = uses.keys().map(|room| (room, reach(room))).collect();
    let both = |a: &String, b: &String| reached[a].contains(b) && reached.get(b).is_some_and(|back| back.contains(a));
    let mut circles: Vec<Vec<String>> = Vec::new();
    for room in uses.keys() {
        let circle: Vec<String> = uses.keys().filter(|other| both(room, other)).cloned().collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

/// Public types of one crate that share a name, and modules whose name says nothing.
fn names(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut types: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        source.public_types().into_iter().for_each(|name| types.entry(name).or_default().push(&source.path));
        let empty = source.module().into_iter().filter(|name| EMPTY_NAMES.contains(&name.as_str()));
        wrong.extend(empty.map(|name| format!("{}: a module named `{name}`", source.path)));
    }
    let twice = types.into_iter().filter(|(_, files)| files.len() > 1);
    wrong.extend(twice.map(|(name, files)| format!("`{name}` is public in {}", files.join(" and "))));
    wrong
}

/// The re-exports of the facade, one per line, under the crate that they come from.
fn face(facade: &Source) -> String {
    let mut lines = BTreeSet::new();
    for path in facade.reexports() {
        lines.insert(path.join("::"));
    }
    lines.into_iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

/// Types of our own in the signatures of public functions that the facade does not name, by themselves or with all of
/// their module.
fn hidden(facade: &Source, sources: &[Source]) -> BTreeSet<String> {
    let mut shown: BTreeSet<String> = facade.reexports().into_iter().filter_map(|path| path.last().cloned()).collect();
    let of_modules = sources.iter().filter(|source| source.module().first().is_some_and(|room| shown.contains(room)));
    let of_modules: Vec<String> = of_modules.flat_map(Source::public_types).collect();
    shown.extend(of_modules);
    let own: BTreeSet<String> = sources.iter().flat_map(Source::public_types).collect();
    let named = sources.iter().filter(|source| !source.is_test()).flat_map(Source::public_signatures);
    named.flat_map(|text| source::types_in(&text)).filter(|name| own.contains(name) && !shown.contains(name)).collect()
}

fn crates() -> Vec<(String, Tree)> {
    let of = |folder, name: &str| (name.to_owned(), Tree::read(&workspace().join(folder).join(name).join("src")));
    let ours = ["oups-core", "oups-query", "oups", "oups-cli", "oups-derive"].map(|name| of("crates", name));
    let engines = ["oups-datafusion", "oups-sql"].map(|name| of("engines", name));
    ours.into_iter().chain(engines).collect()
}

#[test]
fn no_room_uses_a_later_one() {
    let page = std::fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
    let layers = layers(&page);
    assert!(layers.len() >= 4, "ARCHITECTURE.md lists the rooms of {} crates", layers.len());
    let mut wrong = Vec::new();
    for (name, tree) in crates() {
        let Some(rooms) = layers.get(&name) else { continue };
        wrong.extend(arrows(rooms, &tree.sources).into_iter().map(|what| format!("{name}: {what}")));
        wrong.extend(circles(&tree.sources).iter().map(|circle| format!("{name}: a circle: {}", circle.join(", "))));
    }
    assert!(wrong.is_empty(), "{} arrows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn only_menders_reach_below_the_seam_of_the_storage() {
    let wrong = below_the_seam(&Tree::read(&workspace().join("crates/oups-core/src")).sources);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_and_functions_are_short() {
    let (mut files, mut functions) = (Vec::new(), Vec::new());
    for (name, tree) in crates() {
        for source in tree.sources.iter().filter(|source| !source.is_test()) {
            let place = format!("{name}/{}", source.path);
            functions.extend(
                source.functions().into_iter().map(|(function, lines)| (lines, format!("{place}: {function}"))),
            );
            files.push((source.lines(), place));
        }
    }
    let mut long = Vec::new();
    for (found, most) in [(&mut files, FILE_LINES), (&mut functions, FUNCTION_LINES)] {
        found.sort_by(|a, b| b.cmp(a));
        found.iter().take(10).for_each(|(lines, place)| println!("{lines:4} {place}"));
        let is_too_long = |(lines, _): &&(usize, String)| *lines > most;
        long.extend(found.iter().filter(is_too_long).map(|(lines, place)| format!("{place}: {lines} lines")));
    }
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

#[test]
fn a_name_means_one_thing() {
    let of_crate =
        |(name, tree): (String, Tree)| names(&tree.sources).into_iter().map(move |what| format!("{name}: {what}"));
    let wrong: Vec<String> = crates().into_iter().flat_map(of_crate).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn facade() -> Source {
    Source::read(&workspace().join("crates/oups/src"), "lib.rs")
}

/// A review sees every change of the public names.
#[test]
fn the_face_is_as_reviewed() {
    insta::assert_snapshot!("face", face(&facade()));
}

#[test]
fn what_signatures_name_is_on_the_face() {
    let of = ["oups-core", "oups-query"].map(|name| Tree::read(&workspace().join("crates").join(name).join("src")));
    let sources: Vec<Source> = of.into_iter().flat_map(|tree| tree.sources).collect();
    let hidden = hidden(&facade(), &sources);
    assert!(hidden.is_empty(), "in public signatures, and not re-exported by `oups`: {hidden:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "```layers demo\nkey    keys\nerror  errors; uses key\nfs     files\n       seam, local\nstore  handles\n```\n";

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text)
    }

    /// All files of the page, so that only the planted ones are wrong.
    fn house(planted: &[(&str, &str)]) -> Vec<Source> {
        let mut all = BTreeMap::from([
            ("lib.rs", "pub use key::Key;"),
            ("key.rs", ""),
            ("error.rs", "use crate::key::Key;"),
            ("fs/mod.rs", "mod seam; mod local;"),
            ("fs/seam.rs", "use crate::{Error, Result};"),
            ("fs/local.rs", "use super::seam::Seam;"),
            ("store.rs", "use crate::{error::Error, fs::{seam::Seam, local::{self, Local}}};"),
        ]);
        all.extend(planted.iter().copied());
        all.into_iter().map(|(path, text)| source(path, text)).collect()
    }

    fn wrong(planted: &[(&str, &str)]) -> Vec<String> {
        arrows(&layers(PAGE)["demo"], &house(planted))
    }

    #[test]
    fn a_page_is_read() {
        let rooms = &layers(PAGE)["demo"];
        assert_eq!(rooms.iter().map(|room| room.name.as_str()).collect::<Vec<_>>(), ["key", "error", "fs", "store"]);
        assert_eq!(rooms[2].inside, ["seam", "local"]);
        assert_eq!(wrong(&[]), [""; 0]);
    }

    #[test]
    fn an_arrow_up_is_found_with_its_line() {
        let up = "key.rs:2: `key` uses `store`, a later room: move the item down, or the verb's `impl` up";
        assert_eq!(wrong(&[("key.rs", "\nuse crate::store::Store;")]), [up]);
        assert_eq!(wrong(&[("key.rs", "\nfn key() -> crate::store::Store {}")]), [up]);
        assert_eq!(wrong(&[("key.rs", "use crate::{\n    store::{Store, other::Thing},\n};")]).len(), 2);
        assert_eq!(wrong(&[("key.rs", "pub(crate) use crate::fs;")]).len(), 1);
        assert_eq!(wrong(&[("key.rs", "use crate::Error;")]).len(), 1, "an error is of the room `error`");
    }

    #[test]
    fn an_arrow_up_inside_of_a_room_is_found() {
        let up = ["fs/seam.rs:1: `seam` uses `local`, which stands after it in its room"];
        assert_eq!(wrong(&[("fs/seam.rs", "use super::local::Local;")]), up);
        assert_eq!(wrong(&[("fs/seam.rs", "use crate::fs::local::Local;")]), up);
        assert_eq!(wrong(&[("fs/seam.rs", "fn a() { super::local::open() }")]), up);
    }

    #[test]
    fn a_look_below_the_seam_is_found() {
        let look = |path| below_the_seam(&[source(path, "use crate::storage::{local::LocalStorage, lock::Quiet};")]);
        let wrong = "`storage::lock` is below the seam: ask `LocalStorage`";
        assert_eq!(look("maintenance/export.rs"), [format!("maintenance/export.rs:1: {wrong}")]);
        assert_eq!(look("snapshot/mod.rs"), [format!("snapshot/mod.rs:1: {wrong}")]);
        for path in ["storage/local.rs", "maintenance/verify/mod.rs", "maintenance/repair/apply.rs"] {
            assert_eq!(look(path), [""; 0], "{path}");
        }
    }

    #[test]
    fn tests_texts_and_comments_are_no_arrows() {
        for text in [
            "#[cfg(test)]\nmod tests { use crate::store::Store; }",
            "#[cfg(test)]\nuse crate::store::Store;",
            "// crate::store::Store\n/* crate::store */ /// [`crate::store::Store`]",
            "const A: &str = \"crate::store::Store\"; const B: &str = r#\"\"crate::store\"#; const C: char = '\"';",
            "fn f<'a>(a: &'a str) -> &'a str { a }",
        ] {
            assert_eq!(wrong(&[("key.rs", text)]), [""; 0], "{text}");
        }
        assert_eq!(wrong(&[("fs/tests.rs", "use crate::store::Store;")]), [""; 0]);
        assert_eq!(
            wrong(&[("key.rs", "const A: char = '\"'; use crate::store::Store; const B: char = '\"';")]).len(),
            1
        );
    }

    #[test]
    fn forms_that_hide_an_arrow_are_refused() {
        assert_eq!(wrong(&[("store.rs", "use crate::Dataset;")]), ["store.rs:1: `crate::Dataset`: name its room"]);
        assert_eq!(
            wrong(&[("fs/local.rs", "use super::super::key::Key;")]),
            ["fs/local.rs:1: `super::super`: say `crate::…`"]
        );
    }

    #[test]
    fn rooms_and_list_are_the_same() {
        assert_eq!(wrong(&[("extra.rs", "")]), ["src: `extra` is not listed"]);
        assert_eq!(wrong(&[("fs/other.rs", "")]), ["fs: `other` is not listed"]);
        let without: Vec<Source> = house(&[]).into_iter().filter(|source| source.path != "fs/local.rs").collect();
        assert_eq!(arrows(&layers(PAGE)["demo"], &without), ["fs: `local` is listed and not there"]);
    }

    #[test]
    fn circles_are_found() {
        let circle = house(&[("key.rs", "use crate::fs::Fs;"), ("fs/seam.rs", "use crate::key::Key;")]);
        assert_eq!(circles(&circle), [["fs".to_owned(), "key".to_owned()]]);
        assert!(circles(&house(&[])).is_empty());
    }

    #[test]
    fn lines_are_counted_without_tests() {
        let text = "fn a() {\n    1\n}\n\nimpl B {\n    fn c(&self) -> [u8; 2] { [0; 2] }\n}\n#[cfg(test)]\nmod tests {\n    fn long() {\n    }\n}\n";
        let file = source("a.rs", text);
        assert_eq!(file.lines(), 7);
        assert_eq!(file.functions(), [("a".to_owned(), 3), ("c".to_owned(), 1)]);
    }

    #[test]
    fn a_public_name_twice_and_an_empty_name_are_found() {
        let twice = [source("a.rs", "pub struct Plan;"), source("b.rs", "pub enum Plan {}\npub(crate) struct Other;")];
        assert_eq!(names(&twice), ["`Plan` is public in a.rs and b.rs"]);
        assert_eq!(names(&[source("key/utils.rs", "")]), ["key/utils.rs: a module named `utils`"]);
    }

    #[test]
    fn what_a_signature_names_must_be_shown() {
        let facade = source("lib.rs", "pub use oups_core::{Store, key::{self, Key}};\nuse oups_core::Hidden;");
        assert_eq!(face(&facade), "oups_core::Store\noups_core::key\noups_core::key::Key\n");
        let core = source(
            "store.rs",
            "pub struct Store; pub struct Row; struct Own;\nimpl Store { pub fn row(&self, a: Vec<Own>) -> Option<Row> { Row } pub(crate) fn no() -> Row {} }",
        );
        assert_eq!(hidden(&facade, &[core]), BTreeSet::from(["Row".to_owned()]));
    }
}
