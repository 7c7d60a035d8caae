//! Lost, damaged and foreign files; locks; a disk that fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use arrow::array::{Int64Array, RecordBatch};
use oups_core::{AnyKey, Durability, Error, Resolver, Store, StoreOptions};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::forge::{OF_MANIFEST, sealed};
use parquet::arrow::ArrowWriter;

use super::fixture::{KEY, dataset, first, read, rows, write};
use super::{Bad, bad};
use crate::concurrency::actor::patience;

const MANIFEST: &str = "a-1/x.opdmd";

fn change(root: &Path, path: &str, with: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let path = root.join(path);
    fs::write(&path, with(fs::read(&path).unwrap())).unwrap();
}

/// The dataset's row group file of this number.
fn row_group(root: &Path, at: usize) -> PathBuf {
    let mut files: Vec<PathBuf> = fs::read_dir(root.join(KEY)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files[at].clone()
}

fn change_row_group(root: &Path, with: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let path = row_group(root, 1);
    fs::write(&path, with(fs::read(&path).unwrap())).unwrap();
}

fn flip(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 1;
    bytes
}

/// A Parquet file that oups did not write.
fn foreign() -> Vec<u8> {
    let batch = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(vec![1, 2])) as _)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// The manifest with a newer format version and the right checksum.
fn newer(bytes: Vec<u8>) -> Vec<u8> {
    let key = b"oups.format";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    let digit = (at..at + 8).find(|&at| bytes[at] == b'1').unwrap();
    let mut bytes = bytes;
    bytes[digit] = b'9';
    sealed(bytes, OF_MANIFEST)
}

/// Writes a row into the second row group.
fn merge(root: &Path) -> Result<(), Error> {
    write(root, rows([5]))
}

fn append(root: &Path) -> Result<(), Error> {
    write(root, rows(20..25))
}

pub(super) fn table() -> Vec<Bad> {
    [manifests(), row_groups(), locks()].into_iter().flatten().collect()
}

fn manifests() -> Vec<Bad> {
    vec![
        bad!(
            "a lost manifest, written",
            |root| fs::remove_file(root.join(MANIFEST)).unwrap(),
            |root| { dataset(root, KEY)?.write(rows(20..25)).ordered_on("time").commit().map(|_| ()) },
            Error::ManifestLost { files: 3, .. }
        ),
        bad!(
            "a lost manifest, read",
            |root| fs::remove_file(root.join(MANIFEST)).unwrap(),
            read,
            Error::ManifestLost { files: 3, .. }
        ),
        bad!(
            "a truncated manifest",
            |root| change(root, MANIFEST, |bytes| bytes[..bytes.len() / 2].to_vec()),
            append,
            Error::Damaged { .. }
        ),
        bad!("an empty manifest", |root| change(root, MANIFEST, |_| Vec::new()), read, Error::Damaged { .. }),
        bad!(
            "a manifest with a changed byte",
            |root| change(root, MANIFEST, |bytes| flip(bytes, 40)),
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest with a changed checksum",
            |root| change(root, MANIFEST, |bytes| {
                let at = bytes.len() - 60;
                flip(bytes, at)
            }),
            append,
            Error::Damaged { .. }
        ),
        bad!(
            "a foreign Parquet file as the manifest",
            |root| change(root, MANIFEST, |_| foreign()),
            append,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest of a newer version",
            |root| change(root, MANIFEST, newer),
            append,
            Error::NewerFormat { found: 9, .. }
        ),
        bad!(
            "a manifest of another dataset",
            |root| {
                fs::copy(root.join("a-1/y.opdmd"), root.join(MANIFEST)).unwrap();
            },
            append,
            Error::KeyFolded { .. }
        ),
        bad!(
            "a dataset copied by hand",
            |root| {
                fs::create_dir(root.join("b-2")).unwrap();
                fs::copy(root.join(MANIFEST), root.join("b-2/new.opdmd")).unwrap();
            },
            |root| first(root, rows(0..3)),
            Error::KeyFolded { .. }
        ),
    ]
}

fn row_groups() -> Vec<Bad> {
    vec![
        bad!(
            "a missing row group file, read",
            |root| fs::remove_file(row_group(root, 1)).unwrap(),
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "a missing row group file, merged",
            |root| fs::remove_file(row_group(root, 1)).unwrap(),
            merge,
            Error::Damaged { .. }
        ),
        bad!(
            "a truncated row group file, read",
            |root| change_row_group(root, |bytes| bytes[..50].to_vec()),
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "a truncated row group file, merged",
            |root| change_row_group(root, |bytes| bytes[..50].to_vec()),
            merge,
            Error::Damaged { .. }
        ),
        bad!("an empty row group file", |root| change_row_group(root, |_| Vec::new()), read, Error::Damaged { .. }),
        bad!("a foreign row group file", |root| change_row_group(root, |_| foreign()), read, Error::Damaged { .. }),
        bad!(
            "swapped row group files",
            |root| {
                let (one, other) = (row_group(root, 0), row_group(root, 1));
                let bytes = fs::read(&one).unwrap();
                fs::copy(&other, &one).unwrap();
                fs::write(&other, bytes).unwrap();
            },
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "zeros as a row group file",
            |root| change_row_group(root, |bytes| vec![0; bytes.len()]),
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "a row group file with a changed byte, merged",
            |root| change_row_group(root, |bytes| flip(bytes, 60)),
            merge,
            Error::Damaged { .. }
        ),
        bad!(
            "a folder as a row group file",
            |root| {
                let path = row_group(root, 1);
                fs::remove_file(&path).unwrap();
                fs::create_dir(path).unwrap();
            },
            merge,
            Error::InTheWay { .. }
        ),
    ]
}

fn locks() -> Vec<Bad> {
    vec![
        bad!("a lock that another writer holds", timed_out, Error::LockTimeout { holder: Some(_), .. }),
        bad!("a handle whose fsync has failed", poisoned, Error::Poisoned { .. }),
        bad!("a disk that fails", |root| append_on(root, &FaultFs::hitting(10, Fault::Fails)), Error::Io { .. }),
        bad!(
            "a disk that fails at an unsynced write",
            |root| {
                let store = Store::<AnyKey>::open_with(
                    root,
                    StoreOptions::new().file_system(FaultFs::hitting(9, Fault::Fails)),
                )?;
                let dataset = store.dataset(&store.parse_key(KEY)?)?;
                dataset.write(rows(20..25)).durability(Durability::Unsynced).commit().map(|_| ())
            },
            Error::Io { .. }
        ),
    ]
}

fn append_on(root: &Path, fs: &FaultFs) -> Result<(), Error> {
    let store = Store::<AnyKey>::open_with(root, StoreOptions::new().file_system(fs.clone()))?;
    store.dataset(&store.parse_key(KEY)?)?.write(rows(20..25)).commit().map(|_| ())
}

/// The holder of the lock fails in the end, so the store is as before.
fn timed_out(root: &Path) -> Result<(), Error> {
    let (entered, wait_entered) = channel();
    let (release, wait_release) = channel::<()>();
    let gates = std::sync::Mutex::new((entered, wait_release));
    let slow = Resolver::new(move |_| {
        let gates = gates.lock().unwrap();
        gates.0.send(()).unwrap();
        let _ = gates.1.recv();
        Err(arrow::error::ArrowError::ComputeError("enough".into()))
    });
    let holder = dataset(root, "a-1/y")?;
    std::thread::scope(|scope| {
        scope.spawn(move || holder.write(rows([3])).keep(slow).commit().unwrap_err());
        wait_entered.recv_timeout(patience()).unwrap();
        let waiter = dataset(root, "a-1/y")?;
        let write = waiter.write(rows([4])).keep(Resolver::new(|run| Ok(run.rows().clone())));
        let outcome = write.lock_timeout(Duration::from_millis(20)).commit();
        release.send(()).unwrap();
        outcome.map(|_| ())
    })
}

/// The first write fails at its first fsync and leaves nothing; the second write is refused.
fn poisoned(root: &Path) -> Result<(), Error> {
    let fs = FaultFs::counting();
    let done = root.with_extension("done");
    oups_tests::tree::copy_tree(root, &done);
    append_on(&done, &fs)?;
    fs::remove_dir_all(done).unwrap();
    let first_sync = fs.operations().iter().position(|operation| operation.starts_with("sync ")).unwrap();
    let failing = FaultFs::hitting(first_sync, Fault::Fails);
    let store = Store::<AnyKey>::open_with(root, StoreOptions::new().file_system(failing))?;
    let dataset = store.dataset(&store.parse_key(KEY)?)?;
    dataset.write(rows(20..25)).commit().unwrap_err();
    dataset.write(rows(20..25)).commit().map(|_| ())
}
