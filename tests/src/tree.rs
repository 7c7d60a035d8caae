//! Folders as values.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const PINS: &str = "oups.pins/";

/// Every file below a folder: its path with `/`, and its bytes. The [`pins`] are left out: an open handle keeps them
/// for its next snapshot.
///
/// # Panics
///
/// If the folder cannot be read: tests make their own.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(root, "", &mut files);
    files.retain(|name, _| !name.starts_with(PINS));
    files
}

/// The files in a store's folder of pins, and what they pin.
///
/// # Panics
///
/// If the folder cannot be read: tests make their own.
pub fn pins(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    if root.join(PINS).exists() {
        collect(&root.join(PINS), PINS, &mut files);
    }
    files.into_iter().map(|(name, text)| (name, String::from_utf8(text).unwrap())).collect()
}

/// As [`tree`], with the folders too, whose names end with `/`. The bytes of a symbolic link are its target, as text.
///
/// # Panics
///
/// If the folder cannot be read: tests make their own.
pub fn tree_with_folders(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(root);
    folders(root, "", &mut files);
    files
}

fn folders(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_dir()) {
        let name = format!("{prefix}{}/", entry.file_name().to_string_lossy());
        folders(&entry.path(), &name, files);
        files.insert(name, Vec::new());
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else if entry.file_type().unwrap().is_symlink() {
            files.insert(name, fs::read_link(entry.path()).unwrap().into_os_string().into_encoded_bytes());
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// Copies a folder with everything in it.
///
/// # Panics
///
/// If the folder cannot be read, or the copy cannot be written.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
