//! Something else in the place of a file or folder of the store.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use oups_core::{AnyKey, Error, Store};

use super::fixture::{KEY, dataset, first, read, rows, write};
use super::{Bad, bad};

/// Moves a file or folder out of the datasets' folders, and puts a symbolic link to it in its place.
fn moved_out(root: &Path, path: &str) {
    let outside = root.join("outside");
    fs::rename(root.join(path), &outside).unwrap();
    symlink(&outside, root.join(path)).unwrap();
}

fn file_instead(root: &Path, path: &str) {
    let path = root.join(path);
    if path.is_dir() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::write(path, "something else").unwrap();
}

fn folder_instead(root: &Path, path: &str) {
    fs::remove_file(root.join(path)).unwrap();
    fs::create_dir(root.join(path)).unwrap();
}

fn append(root: &Path) -> Result<(), Error> {
    write(root, rows(20..25))
}

fn remove(root: &Path) -> Result<(), Error> {
    let store = Store::<AnyKey>::open(root)?;
    store.dataset(&store.parse_key(KEY)?)?.remove().commit().map(drop)
}

pub(super) fn table() -> Vec<Bad> {
    vec![
        bad!("a symbolic link as a level, read", |root| moved_out(root, "a-1"), read, Error::InTheWay { .. }),
        bad!("a symbolic link as a level, written", |root| moved_out(root, "a-1"), append, Error::InTheWay { .. }),
        bad!("a symbolic link as a level, removed", |root| moved_out(root, "a-1"), remove, Error::InTheWay { .. }),
        bad!(
            "a symbolic link as a level, for a new dataset",
            |root| symlink("/", root.join("b-2")).unwrap(),
            |root| first(root, rows(0..3)),
            Error::InTheWay { .. }
        ),
        bad!(
            "a symbolic link as the dataset's folder, read",
            |root| moved_out(root, KEY),
            read,
            Error::InTheWay { .. }
        ),
        bad!(
            "a symbolic link as the dataset's folder, written",
            |root| moved_out(root, KEY),
            append,
            Error::InTheWay { .. }
        ),
        bad!(
            "a symbolic link as the dataset's folder, removed",
            |root| moved_out(root, KEY),
            remove,
            Error::InTheWay { .. }
        ),
        bad!(
            "a symbolic link as the manifest, read",
            |root| moved_out(root, "a-1/x.opdmd"),
            read,
            Error::InTheWay { .. }
        ),
        bad!(
            "a symbolic link as the manifest, written",
            |root| moved_out(root, "a-1/x.opdmd"),
            append,
            Error::InTheWay { .. }
        ),
        bad!("a symbolic link as the lock", |root| moved_out(root, "a-1/x.lock"), append, Error::InTheWay { .. }),
        bad!(
            "a symbolic link to nothing as the lock",
            |root| {
                fs::remove_file(root.join("a-1/x.lock")).unwrap();
                symlink(root.join("outside"), root.join("a-1/x.lock")).unwrap();
            },
            append,
            Error::InTheWay { .. }
        ),
        bad!(
            "a symbolic link as the folder of pins",
            |root| moved_out(root, "oups.pins"),
            read,
            Error::InTheWay { .. }
        ),
        bad!(
            "a file as a level",
            |root| file_instead(root, "b-2"),
            |root| first(root, rows(0..3)),
            Error::InTheWay { .. }
        ),
        bad!("a file as a level, read", |root| file_instead(root, "a-1"), read, Error::InTheWay { .. }),
        bad!(
            "a file as the folder of a new dataset",
            |root| {
                fs::create_dir(root.join("b-2")).unwrap();
                file_instead(root, "b-2/new");
            },
            |root| first(root, rows(0..3)),
            Error::InTheWay { .. }
        ),
        bad!("a file as the dataset's folder", |root| file_instead(root, KEY), append, Error::InTheWay { .. }),
        bad!("a file as the folder of pins", |root| file_instead(root, "oups.pins"), read, Error::InTheWay { .. }),
        bad!(
            "a folder as the manifest, read",
            |root| folder_instead(root, "a-1/x.opdmd"),
            read,
            Error::InTheWay { .. }
        ),
        bad!(
            "a folder as the manifest, written",
            |root| folder_instead(root, "a-1/x.opdmd"),
            append,
            Error::InTheWay { .. }
        ),
        bad!("a folder as the lock", |root| folder_instead(root, "a-1/x.lock"), append, Error::InTheWay { .. }),
        bad!(
            "a folder where the manifest is to be written",
            |root| fs::create_dir(root.join("a-1/x.opdmd.tmp")).unwrap(),
            append,
            Error::InTheWay { .. }
        ),
        bad!(
            "a folder as the tombstone",
            |root| {
                fs::create_dir_all(root.join("b-2/new.opdmd.removed")).unwrap();
                fs::write(root.join("b-2/new.lock"), "").unwrap();
            },
            |root| { dataset(root, "b-2/new")?.write(rows(0..3)).ordered_on("time").commit().map(|_| ()) },
            Error::InTheWay { .. }
        ),
    ]
}
