//! Row group files that are not what they should be, and paths that the engine has trouble with.

use std::path::PathBuf;

use datafusion::arrow::array::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use oups::{AnyKey, ErrorKind, Store};
use oups_datafusion::error_of;

use crate::support::{attached, dataset, hours, number, store, try_rows, write};

fn file(store: &Store<AnyKey>, key: &str) -> PathBuf {
    let snapshot = dataset(store, key).snapshot().unwrap();
    snapshot.path_of(&snapshot.row_groups()[0])
}

/// The error of a statement that reads all rows.
async fn error(store: &Store<AnyKey>) -> String {
    let error = try_rows(&attached(store), "select sum(value) from store").await.unwrap_err();
    let found = error_of(&error).unwrap_or_else(|| panic!("an error of oups, not: {error:?}"));
    assert_eq!(found.kind(), ErrorKind::Damaged, "{found}");
    found.to_string()
}

#[tokio::test]
async fn a_damaged_file_is_named_with_what_is_wrong() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours(0..100), 1000);
    let file = file(&store, "oslo");
    let name = file.file_name().unwrap().to_str().unwrap();
    let bytes = std::fs::read(&file).unwrap();

    let shorter = bytes.len() - 1;
    std::fs::write(&file, &bytes[..shorter]).unwrap();
    let told = error(&store).await;
    assert!(
        told.contains(name) && told.contains(&format!("expected {} bytes, found {shorter}", bytes.len())),
        "{told}"
    );

    let mut other = bytes.clone();
    let end = other.len();
    other[end - 40..end - 8].fill(0xff);
    std::fs::write(&file, &other).unwrap();
    let told = error(&store).await;
    assert!(told.contains(name) && told.contains("its footer cannot be decoded"), "{told}");

    std::fs::remove_file(&file).unwrap();
    let told = error(&store).await;
    assert!(told.contains(name) && told.contains("the file is missing"), "{told}");

    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(number(&attached(&store), "select count(value) from store").await, 100);
}

/// A Parquet file of these rows, padded to a length.
fn padded(rows: &RecordBatch, length: usize) -> Vec<u8> {
    let mut padding = 0;
    loop {
        let pair = KeyValue::new("padding".to_owned(), "x".repeat(padding));
        let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![pair])).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).unwrap();
        writer.write(rows).unwrap();
        let bytes = writer.into_inner().unwrap();
        if bytes.len() == length {
            return bytes;
        }
        padding = (padding + length).checked_sub(bytes.len()).expect("a file that is shorter");
    }
}

#[tokio::test]
async fn a_file_with_other_rows_than_the_manifest_says_is_damaged() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", hours((0..5000).map(|hour| hour * hour)), 10_000);
    let file = file(&store, "oslo");
    let length = std::fs::metadata(&file).unwrap().len();
    std::fs::write(&file, padded(&hours(0..99), usize::try_from(length).unwrap())).unwrap();
    let told = error(&store).await;
    assert!(told.contains("expected 5000 rows, found 99"), "{told}");
}

#[tokio::test]
async fn a_store_whose_path_the_engine_cannot_have_is_told() {
    let folder = oups_tests::scratch();
    let root = folder.path().join("line\nbreak");
    std::fs::create_dir(&root).unwrap();
    let schema = oups::KeySchema::parse("city:str", oups::Separator::Dash).unwrap();
    let store = Store::create_for(root.join("store"), schema).unwrap();
    write(&store, "oslo", hours([1]), 10);
    let told = try_rows(&attached(&store), "select * from store").await.unwrap_err().to_string();
    assert!(told.contains("the engine cannot have the path") && told.contains("move the store"), "{told}");
}
