//! A store handle keeps pins and manifests between two calls, and others change them: idle pin files are unlinked,
//! exchanged and locked; manifests are exchanged for the same bytes and for others of their length and time, damaged,
//! taken away and put back; datasets are written, removed and made again. After each step the handle sees what a new
//! handle sees.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use fs2::FileExt;
use oups_core::{Dataset, Error};
use oups_tests::disk::draw;
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, pins};

use super::{dataset, is_long, rows, seen, store};

/// Rows, version and metadata; `None` without a dataset; or the name of the error.
type View = Result<Option<(Vec<i64>, u64, String)>, &'static str>;

fn view(dataset: &Dataset) -> View {
    match dataset.snapshot_if_there() {
        Ok(None) => Ok(None),
        Ok(Some(snapshot)) => {
            Ok(Some((seen(&snapshot), snapshot.version().commit(), format!("{:?}", snapshot.metadata()))))
        }
        Err(Error::Damaged { .. }) => Err("damaged"),
        Err(error) => panic!("{error}"),
    }
}

/// A change of an idle pin, by a writer that keeps to the rules or by somebody who does not.
#[derive(Clone, Copy, Debug)]
enum ToPin {
    Nothing,
    Unlinked,
    /// Another file of the same name, with the same text.
    Exchanged,
    /// A folder of the same name.
    AFolder,
    Locked,
    /// The whole folder of pins is gone.
    AllGone,
}

const TO_PINS: [ToPin; 6] =
    [ToPin::Nothing, ToPin::Unlinked, ToPin::Exchanged, ToPin::AFolder, ToPin::Locked, ToPin::AllGone];

/// Changes all idle pins. Returns the locks, which the caller holds until the handle has looked.
fn to_pins(root: &Path, how: ToPin) -> Vec<File> {
    let paths: Vec<PathBuf> = pins(root).into_keys().map(|name| root.join(name)).collect();
    let mut locked = Vec::new();
    for path in &paths {
        match how {
            ToPin::Nothing | ToPin::AllGone => {}
            ToPin::Unlinked => fs::remove_file(path).unwrap(),
            ToPin::Exchanged => {
                let text = fs::read(path).unwrap();
                fs::remove_file(path).unwrap();
                fs::write(path, text).unwrap();
            }
            ToPin::AFolder => {
                fs::remove_file(path).unwrap();
                fs::create_dir(path).unwrap();
            }
            ToPin::Locked => {
                let file = File::open(path).unwrap();
                FileExt::lock_exclusive(&file).unwrap();
                locked.push(file);
            }
        }
    }
    if let (ToPin::AllGone, true) = (how, root.join("oups.pins").exists()) {
        fs::remove_dir_all(root.join("oups.pins")).unwrap();
    }
    locked
}

/// A change of the dataset that does not go through the handle.
#[derive(Clone, Copy, Debug)]
enum Behind {
    Nothing,
    Appends,
    Merges,
    Compacts,
    /// A commit after which the manifest has its old length and time: only its bytes differ.
    SameLengthAndTime,
    MakesAgain,
    Removes,
    /// The manifest's own bytes, in another file.
    SameBytes,
    /// The whole dataset, as it was at the last backup.
    PutsBack,
    Damages,
    TakesAway,
}

const BEHIND: [Behind; 11] = [
    Behind::Nothing,
    Behind::Appends,
    Behind::Merges,
    Behind::Compacts,
    Behind::SameLengthAndTime,
    Behind::MakesAgain,
    Behind::Removes,
    Behind::SameBytes,
    Behind::PutsBack,
    Behind::Damages,
    Behind::TakesAway,
];

fn write(root: &Path, values: impl IntoIterator<Item = i64>, note: &str) {
    let dataset = dataset(root);
    let write = dataset.write(rows(values)).ordered_on("time").row_group_target(3);
    write.metadata("note", note).commit().unwrap();
}

/// Makes the change by handles of its own. Returns the bytes to put back as the manifest after the next look, if any.
fn behind(root: &Path, backup: &Path, what: Behind, step: i64) -> Option<Vec<u8>> {
    let manifest = root.join("x.opdmd");
    let is_there = manifest.exists();
    let bytes = || fs::read(&manifest).unwrap();
    match what {
        Behind::Nothing => {}
        Behind::Removes if is_there => {
            let store = store(root);
            store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
        }
        Behind::MakesAgain if is_there => {
            let store = store(root);
            store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
            write(root, [step], "again");
        }
        Behind::SameLengthAndTime if is_there => {
            let time = fs::metadata(&manifest).unwrap().modified().unwrap();
            dataset(root).change_metadata().metadata("note", format!("{step:05}")).commit().unwrap();
            File::options().write(true).open(&manifest).unwrap().set_modified(time).unwrap();
        }
        Behind::Merges if is_there => write(root, [step - 3, step - 1], "merge"),
        Behind::Compacts if is_there => {
            dataset(root).compact().row_group_target(100).commit().unwrap();
        }
        Behind::SameBytes if is_there => {
            fs::write(root.join("x.new"), bytes()).unwrap();
            fs::rename(root.join("x.new"), &manifest).unwrap();
        }
        Behind::PutsBack => {
            fs::remove_dir_all(root).unwrap();
            copy_tree(backup, root);
        }
        Behind::Damages if is_there => {
            let (whole, time) = (bytes(), fs::metadata(&manifest).unwrap().modified().unwrap());
            let mut damaged = whole.clone();
            let place = draw(step as u64, 5) as usize % damaged.len();
            damaged[place] ^= 1 << (step % 8);
            // The same file, with its old length and time.
            fs::write(&manifest, &damaged).unwrap();
            File::options().write(true).open(&manifest).unwrap().set_modified(time).unwrap();
            return Some(whole);
        }
        Behind::TakesAway if is_there => {
            let whole = bytes();
            fs::remove_file(&manifest).unwrap();
            return Some(whole);
        }
        _ => write(root, [step, step + 1], "added"),
    }
    None
}

/// The snapshot that the handle holds over the next step, with its rows. `None` without a dataset, or with a damaged
/// manifest.
type Held = Option<(oups_core::Snapshot, Vec<i64>)>;

fn hold(dataset: &Dataset) -> Held {
    let snapshot = dataset.snapshot_if_there().ok()??;
    let rows = seen(&snapshot);
    Some((snapshot, rows))
}

/// Plays one schedule. Returns the number of steps, and of different views of the handle.
fn play(seed: u64) -> [usize; 2] {
    let folder = scratch();
    let (root, backup) = (folder.path().join("store"), folder.path().join("backup"));
    write(&root, 0..7, "first");
    copy_tree(&root, &backup);
    let handle = dataset(&root);
    let mut views = vec![view(&handle)];
    let steps = 4 + draw(seed, 1) as usize % 12;
    for number in 0..steps {
        let step = 10 + 2 * number as i64;
        let pick = |of: usize, salt: u64| draw(seed * 1_000 + number as u64, salt) as usize % of;
        let (pinned, done) = (TO_PINS[pick(TO_PINS.len(), 2)], BEHIND[pick(BEHIND.len(), 3)]);
        let at = format!("seed {seed}, step {number}: {pinned:?}, then {done:?}");
        let locked = to_pins(&root, pinned);
        // The snapshot takes over a pin that was idle when it was changed. Later changes by others must leave its
        // files.
        let held = hold(&handle).filter(|_| pick(2, 4) == 0 && !matches!(done, Behind::PutsBack));
        let whole = behind(&root, &backup, done, step);
        let fresh = view(&dataset(&root));
        assert_eq!(view(&handle), fresh, "{at}");
        if let Some((snapshot, rows)) = &held {
            assert_eq!(&seen(snapshot), rows, "{at}: the held snapshot");
        }
        drop(locked);
        if let Some(whole) = whole {
            fs::write(root.join("x.opdmd"), whole).unwrap();
            assert_eq!(view(&handle), view(&dataset(&root)), "{at}: put back");
        }
        drop(held);
        // A writer that trusted its kept manifest would undo the changes of others.
        if pick(3, 5) == 0 {
            let before = view(&handle).unwrap().map_or(0, |(rows, ..)| rows.len());
            handle.write(rows([step + 100])).ordered_on("time").row_group_target(3).commit().unwrap();
            let (rows, ..) = view(&dataset(&root)).unwrap().unwrap();
            assert!(rows.len() == before + 1 && rows.contains(&(step + 100)), "{at}: {rows:?}");
        }
        views.push(view(&handle));
    }
    nothing_is_left(&root, handle, seed);
    views.dedup();
    [steps, views.len()]
}

/// After the last handle is gone and a writer has cleared up, only the files of one version remain.
fn nothing_is_left(root: &Path, handle: Dataset, seed: u64) {
    drop(handle);
    for name in pins(root).into_keys() {
        assert!(root.join(&name).is_file(), "seed {seed}: {name}");
    }
    write(root, [1, 1_000], "one");
    write(root, [2, 1_001], "two");
    let live = dataset(root).snapshot().unwrap().row_groups().len();
    assert_eq!(super::files(root), live, "seed {seed}: files that nobody needs");
}

#[test]
fn a_handle_sees_what_one_sees_that_has_kept_nothing() {
    let schedules = if is_long() { 4_000 } else { 60 };
    let [steps, seen] = (0..schedules).map(play).fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
    println!("{schedules} schedules, {steps} steps behind the back of a handle, which saw {seen} different things");
    assert!(seen > 2 * schedules as usize);
}
