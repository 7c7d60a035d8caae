//! Files with the right checksum that would lead out of the store: nothing outside is read, moved or deleted.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use oups_core::{AnyKey, Error, KeyFilter, Store};
use oups_tests::forge::{ManifestParts, OF_MANIFEST, OF_STORE_FILE, sealed};
use oups_tests::{scratch, stored};

use super::fixture::{KEY, dataset, read, rows, write};
use super::{Bad, bad};

const MANIFEST: &str = "a-1/x.opdmd";

/// Changes the manifest, and puts a good row group file where the changed manifest may lead.
fn forge(root: &Path, path: &str, change: impl FnOnce(ManifestParts, &str) -> ManifestParts) {
    let file = root.join(path);
    let parts = ManifestParts::of(fs::read(&file).unwrap());
    let first = parts.table.column_by_name("file").unwrap().as_string::<i32>().value(0).to_owned();
    fs::create_dir(root.join("outside")).unwrap();
    fs::copy(root.join(KEY).join(&first), root.join("outside").join(&first)).unwrap();
    fs::write(&file, change(parts, &first).to_bytes()).unwrap();
}

/// Gives the first row group's file another name in the manifest.
fn named(root: &Path, name: impl FnOnce(&str) -> String) {
    forge(root, MANIFEST, |parts, first| {
        let files = parts.table.column_by_name("file").unwrap().as_string::<i32>().clone();
        let others = (1..files.len()).map(|at| files.value(at).to_owned());
        let names: StringArray = std::iter::once(name(first)).chain(others).map(Some).collect();
        parts.with_column("file", Arc::new(names))
    });
}

/// Lists a file as replaced, so that the next writer would delete it.
fn retired(root: &Path, path: &str, name: impl FnOnce(&str) -> String) {
    forge(root, path, |parts, first| {
        let list = serde_json::json!([[name(first), 1]]).to_string();
        parts.with("oups.retired", &list).with("oups.commit", "2")
    });
}

fn append(root: &Path) -> Result<(), Error> {
    write(root, rows(20..25))
}

fn verify(root: &Path) -> Result<(), Error> {
    let findings = dataset(root, KEY)?.verify().run()?.findings;
    // As an error, so that its text is in the snapshot with the others.
    let finding = findings.into_iter().find(|finding| finding.kind.is_damage()).unwrap();
    Err(Error::Damaged { path: finding.file, detail: finding.detail })
}

fn export(root: &Path) -> Result<(), Error> {
    Store::<AnyKey>::open(root)?.export(root.with_extension("copy"), KeyFilter::all()).run().map(|_| ())
}

fn row_group(root: &Path) -> std::path::PathBuf {
    let mut files: Vec<_> = fs::read_dir(root.join(KEY)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.swap_remove(1)
}

fn linked_row_group(root: &Path) {
    let file = row_group(root);
    fs::rename(&file, root.join("outside")).unwrap();
    symlink(root.join("outside"), file).unwrap();
}

/// Replaces a text of `oups.json`, with the right checksum.
fn store_file(root: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(root.join("oups.json")).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(root.join("oups.json"), sealed(text.replace(from, to).into_bytes(), OF_STORE_FILE)).unwrap();
}

fn open(root: &Path) -> Result<(), Error> {
    Store::<AnyKey>::open(root).map(|_| ())
}

pub(super) fn table() -> Vec<Bad> {
    [manifests(), links(), store_files()].into_iter().flatten().collect()
}

fn manifests() -> Vec<Bad> {
    vec![
        bad!(
            "a manifest that names a file above the store's folders, read",
            |root| named(root, |file| format!("../../outside/{file}")),
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest that names a file above the store's folders, written",
            |root| named(root, |file| format!("../../outside/{file}")),
            |root| write(root, rows([2])),
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest that names an absolute path",
            |root| named(root, |file| root.join("outside").join(file).display().to_string()),
            verify,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest that names a file in a folder",
            |root| named(root, |file| format!("x/{file}")),
            export,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest that names the folder above",
            |root| named(root, |_| "..".to_owned()),
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest whose replaced file is out of the store",
            |root| retired(root, MANIFEST, |file| format!("../../outside/{file}")),
            append,
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest whose replaced file is an absolute path",
            |root| retired(root, MANIFEST, |file| root.join("outside").join(file).display().to_string()),
            append,
            Error::Damaged { .. }
        ),
        bad!(
            "a removed dataset's manifest whose replaced file is out of the store",
            |root| {
                fs::rename(root.join(MANIFEST), root.join("a-1/x.opdmd.removed")).unwrap();
                retired(root, "a-1/x.opdmd.removed", |file| format!("../../outside/{file}"));
            },
            |root| dataset(root, KEY)?.write(rows(0..3)).ordered_on("time").commit().map(|_| ()),
            Error::Damaged { .. }
        ),
        bad!(
            "a manifest of a key out of the store",
            |root| forge(root, MANIFEST, |parts, _| parts.with("oups.dataset", "../outside")),
            append,
            Error::KeyFolded { .. }
        ),
    ]
}

fn links() -> Vec<Bad> {
    vec![
        bad!("a symbolic link as a row group file, read", linked_row_group, read, Error::InTheWay { .. }),
        bad!(
            "a symbolic link as a row group file, merged",
            linked_row_group,
            |root| write(root, rows([5])),
            Error::InTheWay { .. }
        ),
        bad!("a symbolic link as a row group file, exported", linked_row_group, export, Error::InTheWay { .. }),
        bad!(
            "a symbolic link as oups.json",
            |root| {
                fs::rename(root.join("oups.json"), root.join("outside")).unwrap();
                symlink(root.join("outside"), root.join("oups.json")).unwrap();
            },
            open,
            Error::InTheWay { .. }
        ),
    ]
}

fn store_files() -> Vec<Bad> {
    vec![
        bad!(
            "an oups.json whose field is a path",
            |root| store_file(root, "\"area\"", "\"../area\""),
            open,
            Error::Damaged { .. }
        ),
        bad!(
            "an oups.json whose separator is that of paths",
            |root| store_file(root, "\"separator\": \"-\"", "\"separator\": \"/\""),
            open,
            Error::Damaged { .. }
        ),
        bad!(
            "an oups.json whose separator is a dot",
            |root| store_file(root, "\"separator\": \"-\"", "\"separator\": \".\""),
            open,
            Error::Damaged { .. }
        ),
        bad!(
            "an oups.json of unknown types",
            |root| store_file(root, "\"i32\"", "\"exec\""),
            open,
            Error::Damaged { .. }
        ),
    ]
}

/// Found by fuzzing: a page's header claims a gigabyte, and the checksum is right. Parquet's reader would allocate
/// that.
#[test]
fn a_manifest_whose_pages_cannot_hold_what_they_say_is_not_decoded() {
    let folder = scratch();
    let root = folder.path().join("store");
    let x = stored::dataset(&stored::new_store(&root), "x");
    let refused = |bytes: Vec<u8>| {
        fs::write(root.join("x.opdmd"), sealed(bytes, OF_MANIFEST)).unwrap();
        let error = x.version().unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        error.to_string()
    };
    refused(include_bytes!("../../../fuzz/corpus/manifest/forged_page_size").to_vec());

    // A list of the footer claims to be longer than the file: the reader would count through it.
    let found = refused(include_bytes!("../../../fuzz/corpus/manifest/forged_list_length").to_vec());
    assert!(found.contains("its footer cannot be read"), "{found}");
    fs::remove_file(root.join("x.opdmd")).unwrap();
    let rows = RecordBatch::try_from_iter([("time", Arc::new(Int64Array::from(vec![1])) as _)]).unwrap();
    x.write(rows).ordered_on("time").commit().unwrap();
    let parts = || ManifestParts::of(fs::read(root.join("x.opdmd")).unwrap());
    // A page of two million bytes, whose header is then changed to claim 128 millions.
    let long = StringArray::from(vec!["x".repeat(2_000_000)]);
    let mut bytes = parts().with_column("file", Arc::new(long)).to_bytes();
    assert_eq!((&bytes[..7], bytes[11]), (&b"PAR1\x15\0\x15"[..], 0x15), "the header of the first page");
    bytes[7..11].copy_from_slice(&[0xfe, 0xff, 0xff, 0x7f]);
    let found = refused(bytes);
    assert!(found.contains("column `file` has a page of an impossible size"), "{found}");
}
