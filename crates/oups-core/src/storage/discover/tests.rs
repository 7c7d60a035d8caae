//! Discovery of real folders. Its operations are counted.

use std::fs;
use std::sync::{Arc, Mutex};

use oups_derive::{SubLevel, TopLevel};

use super::*;
use crate::fs::{LocalFs, LockFile, ReadFile, WriteFile};
use crate::key::{AnyKey, SubLevel, TopLevel};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(crate = "crate")]
struct Measure {
    city: String,
    number: u32,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(crate = "crate")]
struct Sampling {
    frequency: String,
}

/// Runs during the walk.
type Meanwhile = Box<dyn Fn(&Path) + Send + Sync>;

/// The local file system. Records what is listed and looked up.
struct Watched {
    log: Mutex<Vec<String>>,
    root: PathBuf,
    /// Runs after a folder was listed.
    after_list: Meanwhile,
    /// How often an existing folder is reported as not found.
    failures: Mutex<usize>,
    /// Names that listings leave out.
    hidden: &'static [&'static str],
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

impl Watched {
    fn new(root: &Path) -> Self {
        Self {
            log: Mutex::default(),
            root: root.to_owned(),
            after_list: Box::new(|_| {}),
            failures: Mutex::new(0),
            hidden: &[],
        }
    }

    fn note(&self, what: &str, path: &Path) {
        let path = path.strip_prefix(&self.root).unwrap().display().to_string();
        self.log.lock().unwrap().push(format!("{what} {path}"));
    }

    fn log(&self) -> Vec<String> {
        let mut log = std::mem::take(&mut *self.log.lock().unwrap());
        log.sort();
        log
    }
}

impl Fs for Watched {
    fn list(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        self.note("list", path);
        let mut failures = self.failures.lock().unwrap();
        if path.ends_with("berlin-9") && *failures > 0 {
            *failures -= 1;
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut entries = LocalFs.list(path)?;
        (self.after_list)(path);
        entries.retain(|entry| !self.hidden.contains(&entry.name.as_str()));
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        self.note("kind", path);
        LocalFs.kind(path)
    }

    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        unreachable!("discovery reads no file")
    }

    fn open(&self, _: &Path) -> io::Result<Arc<dyn ReadFile>> {
        unreachable!("discovery opens no file")
    }

    fn create(&self, _: &Path) -> io::Result<Box<dyn WriteFile>> {
        unreachable!("discovery changes nothing")
    }

    fn copy(&self, _: &Path, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn sync_file(&self, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn remove_dir(&self, _: &Path) -> io::Result<()> {
        unreachable!("discovery changes nothing")
    }

    fn open_lock(&self, _: &Path, _: crate::fs::LockAccess) -> io::Result<Box<dyn LockFile>> {
        unreachable!("discovery takes no lock")
    }
}

/// A store's folder with these datasets. Their files are empty.
fn store(paths: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("oups.json"), "").unwrap();
    fs::create_dir(root.path().join("oups.pins")).unwrap();
    for path in paths {
        fs::create_dir_all(root.path().join(path)).unwrap();
        for suffix in [".opdmd", ".lock"] {
            fs::write(root.path().join(format!("{path}{suffix}")), "").unwrap();
        }
    }
    root
}

fn find(fs: &dyn Fs, root: &Path, filter: impl Into<KeyFilter>) -> Discovery<Measure> {
    discover(fs, root, &Measure::schema(), &filter.into()).unwrap()
}

fn texts(found: &Discovery<Measure>) -> Vec<String> {
    found.keys.iter().map(ToString::to_string).collect()
}

const PATHS: [&str; 5] = ["oslo-2/1D", "berlin-10/1D", "berlin-9/1D", "berlin-9/%", "berlin-9/10min"];

#[test]
fn keys_come_in_key_order() {
    let store = store(&PATHS);
    let found = find(&LocalFs, store.path(), KeyFilter::all());
    assert_eq!(texts(&found), ["berlin-9/%", "berlin-9/10min", "berlin-9/1D", "berlin-10/1D", "oslo-2/1D"]);
    assert_eq!(found.strangers, []);
    let any: Discovery<AnyKey> = discover(&LocalFs, store.path(), &Measure::schema(), &KeyFilter::all()).unwrap();
    assert_eq!(any.keys.iter().map(ToString::to_string).collect::<Vec<_>>(), texts(&found));
}

#[test]
fn only_the_folders_of_the_levels_are_listed() {
    let store = store(&PATHS);
    let fs = Watched::new(store.path());
    find(&fs, store.path(), KeyFilter::all());
    assert_eq!(fs.log(), ["list ", "list berlin-10", "list berlin-9", "list oslo-2"]);
}

#[test]
fn a_filter_rules_out_folders() {
    let store = store(&PATHS);
    let fs = Watched::new(store.path());
    let found = find(&fs, store.path(), Measure::filter().city("berlin"));
    assert_eq!(texts(&found), ["berlin-9/%", "berlin-9/10min", "berlin-9/1D", "berlin-10/1D"]);
    assert_eq!(fs.log(), ["list ", "list berlin-10", "list berlin-9"]);

    let filter = KeyFilter::parse(&Measure::schema(), ["city=*o", "frequency=1?"]).unwrap();
    assert_eq!(texts(&find(&fs, store.path(), filter)), ["oslo-2/1D"]);
    let filter = KeyFilter::parse(&Measure::schema(), ["number=9", "number=2", "frequency=1*"]).unwrap();
    assert_eq!(texts(&find(&fs, store.path(), filter)), ["berlin-9/10min", "berlin-9/1D", "oslo-2/1D"]);
}

#[test]
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
fn levels_whose_fields_are_all_named_are_looked_up_by_name() {
    let store = store(&PATHS);
    let fs = Watched::new(store.path());
    let filter = Measure::filter().city_in(["berlin", "paris"]).number_in([9, 10]);
    let found = find(&fs, store.path(), filter.clone().sampling(Sampling::filter().frequency("1D")));
    assert_eq!(texts(&found), ["berlin-9/1D", "berlin-10/1D"]);
    assert_eq!(
        fs.log(),
        [
            "kind berlin-10",
            "kind berlin-10/1D.opdmd",
            "kind berlin-9",
            "kind berlin-9/1D.opdmd",
            "kind paris-10",
            "kind paris-9"
        ]
    );
    assert_eq!(texts(&find(&fs, store.path(), filter)).len(), 4);
    let asked = ["kind berlin-10", "kind berlin-9", "kind paris-10", "kind paris-9", "list berlin-10", "list berlin-9"];
    assert_eq!(fs.log(), asked);

    assert_eq!(texts(&find(&fs, store.path(), Measure::filter().city("x".repeat(201)).number(1))), [""; 0]);
    assert_eq!(texts(&find(&fs, store.path(), Measure::filter().city_in([""; 0]).number(1))), [""; 0]);
    assert_eq!(fs.log(), [""; 0]);
    let many = Measure::filter().city_in((0..300).map(|n| n.to_string())).number(9);
    assert_eq!(texts(&find(&fs, store.path(), many)), [""; 0]);
    assert_eq!(fs.log(), ["list "]);
}

#[test]
fn strangers_are_skipped_and_reported() {
    let store = store(&["berlin-9/1D"]);
    let at = |path: &str| store.path().join(path);
    for file in [
        "notes.txt",
        "oslo-2",
        "berlin-9.lock",
        "berlin-9/1D.txt",
        "berlin-9/2D",
        "berlin-9/%41.opdmd",
        "berlin-9/a b .lock",
    ] {
        fs::write(at(file), "").unwrap();
    }
    for folder in ["berlin", "berlin-x", "berlin-09", "NUL", "berlin-9/3D.opdmd", "berlin-9/.git", "berlin-9/a%"] {
        fs::create_dir(at(folder)).unwrap();
    }
    for side_file in ["oups.json.tmp", "berlin-9/1D.opdmd.tmp", "berlin-9/old.opdmd.removed", "berlin-9/old.lock"] {
        fs::write(at(side_file), "").unwrap();
    }
    for leftover in ["berlin-9/old", "bonn-1"] {
        fs::create_dir(at(leftover)).unwrap();
    }
    std::os::unix::fs::symlink(at("berlin-9"), at("rome-1")).unwrap();
    std::os::unix::fs::symlink(at("berlin-9/1D.opdmd"), at("berlin-9/link.opdmd")).unwrap();

    let found = find(&LocalFs, store.path(), KeyFilter::all());
    assert_eq!(texts(&found), ["berlin-9/1D"]);
    let root = store.path().display().to_string();
    let strangers: Vec<_> = found.strangers.iter().map(|stranger| stranger.to_string().replace(&root, "")).collect();
    insta::assert_snapshot!(strangers.join("\n"));
}

#[test]
fn a_store_of_one_level_has_datasets_at_its_root() {
    #[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[oups(crate = "crate")]
    struct Single {
        name: String,
    }
    let store = store(&["a", "oups", "%4EUL"]);
    let found: Discovery<Single> = discover(&LocalFs, store.path(), &Single::schema(), &KeyFilter::all()).unwrap();
    assert_eq!(found.keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["NUL", "a", "oups"]);
    assert_eq!(found.strangers, []);
}

#[test]
fn a_dataset_removed_meanwhile_is_not_an_error() {
    let store = store(&PATHS);
    let mut fs = Watched::new(store.path());
    let removed = store.path().join("berlin-9");
    // The folder is removed after the root was listed.
    let root = store.path().to_owned();
    fs.after_list = Box::new(move |path| {
        if path == root {
            fs::remove_dir_all(&removed).unwrap();
        }
    });
    assert_eq!(texts(&find(&fs, store.path(), KeyFilter::all())), ["berlin-10/1D", "oslo-2/1D"]);
}

#[test]
fn a_manifest_that_a_listing_missed_is_found_by_its_folder() {
    let store = store(&PATHS);
    fs::create_dir(store.path().join("berlin-9/removed")).unwrap();
    let mut fs = Watched::new(store.path());
    fs.hidden = &["1D.opdmd"];
    assert_eq!(texts(&find(&fs, store.path(), KeyFilter::all())).len(), PATHS.len());
    assert_eq!(texts(&find(&fs, store.path(), Measure::filter().city("oslo"))), ["oslo-2/1D"]);
}

#[test]
fn a_folder_that_loses_an_entry_while_it_is_listed_is_listed_again() {
    let store = store(&PATHS);
    let mut fs = Watched::new(store.path());
    fs.failures = Mutex::new(3);
    assert_eq!(texts(&find(&fs, store.path(), KeyFilter::all())).len(), PATHS.len());
    // A folder that can never be listed is an error, not an empty folder.
    fs.failures = Mutex::new(usize::MAX);
    assert!(discover::<Measure>(&fs, store.path(), &Measure::schema(), &KeyFilter::all()).is_err());
}

#[test]
fn a_root_that_is_gone_is_an_error() {
    let gone = Path::new("/no/such/folder");
    assert!(discover::<Measure>(&LocalFs, gone, &Measure::schema(), &KeyFilter::all()).is_err());
}
