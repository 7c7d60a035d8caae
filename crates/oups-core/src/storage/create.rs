//! Makes a new store: its folders and its `oups.json`.

use super::lock::{Take, open_locked};
use super::outcome::{Attempt, Seen};
use crate::format::store_file;
use crate::fs::{LockAccess, StoreFs, is_not_found};
use crate::key::KeySchema;
use crate::{Error, Result, paths};
use std::path::Path;

/// Makes a folder, and the folders above it that are missing. The name of each new folder is made durable.
pub(crate) fn create_folders(fs: &StoreFs, path: &Path) -> Result<()> {
    match fs.create_dir(path) {
        Ok(true) => match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => fs.sync_dir(Path::new(".")),
            Some(parent) => fs.sync_dir(parent),
            None => Ok(()),
        },
        Ok(false) => Ok(()),
        Err(error) if is_not_found(&error) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => {
                create_folders(fs, parent)?;
                create_folders(fs, path)
            }
            _ => Err(error),
        },
        // The store's root may be a symbolic link to a folder, as the user chooses.
        Err(_) if fs.raw().list(path).is_ok() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a store in a folder. A missing folder is made.
///
/// # Errors
///
/// [`Error::StoreExists`] if the folder is a store already; [`Error::NotDurable`] after the commit point;
/// [`Error::OutcomeUnknown`] if it is not known whether it was passed; [`Error::Io`] if a file operation before it
/// fails.
pub(crate) fn create(fs: &StoreFs, root: &Path, schema: &KeySchema) -> Result<()> {
    create_folders(fs, root)?;
    let lock_path = root.join(paths::STORE_LOCK);
    // Two processes may make the store at once. With the lock, the second finds the store of the first.
    let lock = open_locked(fs, &lock_path, LockAccess::Create, Take::Exclusive)?;
    let made = match fs.kind(&root.join(paths::STORE_FILE)) {
        Ok(None) => make_store(fs, root, schema),
        Ok(Some(_)) => Err(Error::StoreExists { path: root.to_owned() }),
        Err(error) => Err(error),
    };
    // Unlinked while it is locked: who waits for it sees that the path names another file.
    let _ = fs.remove_file_if_there(&lock_path);
    drop(lock);
    made
}

/// Makes the folder a store. The rename of `oups.json` is the commit point.
fn make_store(fs: &StoreFs, root: &Path, schema: &KeySchema) -> Result<()> {
    let (tmp, file) = (root.join(paths::STORE_FILE_TMP), root.join(paths::STORE_FILE));
    let bytes = prepare_store_file(fs, root, schema)?;
    let look = || {
        Ok(match fs.read_if_there(&file)? {
            None => Seen::Old,
            Some(found) if found == bytes => Seen::New,
            Some(_) => Seen::Other,
        })
    };
    let attempt = Attempt::of_store("making the store");
    attempt.rename(fs, &tmp, &file, look).inspect_err(|_| drop(fs.remove_file_if_there(&tmp)))?;
    fs.sync_dir(root).map_err(|source| attempt.not_durable(source))
}

/// Writes `oups.json` durably under its temporary name, and makes the folder of pins. Returns the bytes of `oups.json`.
pub(crate) fn prepare_store_file(fs: &StoreFs, root: &Path, schema: &KeySchema) -> Result<Vec<u8>> {
    let (tmp, bytes) = (root.join(paths::STORE_FILE_TMP), store_file::encode(schema));
    fs.remove_file_if_there(&tmp)?;
    let written = || {
        let mut file = fs.create(&tmp)?;
        fs.write_all(&mut *file, &tmp, &bytes)?;
        fs.sync(&mut *file, &tmp)?;
        fs.create_dir(&root.join(paths::PINS))
    };
    if let Err(error) = written() {
        let _ = fs.remove_file_if_there(&tmp);
        return Err(error);
    }
    Ok(bytes)
}
