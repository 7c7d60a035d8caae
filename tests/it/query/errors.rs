//! Errors of reading: what is refused, and the messages.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use oups_core::{AnyKey, Store};
use oups_query::{Aggregate, AsOf, Error, QueryError, QueryStore, ReadDataset};

use super::{dataset, numbers, store_of, write};

#[test]
fn a_bound_of_another_type_is_named() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &[1, 2], 1);
    let error = dataset.scan().range("noon"..).batches().unwrap_err();
    assert_eq!(
        error.to_string(),
        "dataset x: a bound on column `t` must be a whole number (Int64), not the text `noon`"
    );
    assert!(matches!(dataset.scan().range(1.5..).count().unwrap_err(), Error::Bound { column, .. } if column == "t"));
}

#[test]
fn columns_are_checked() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &[1, 2], 1);
    let error = dataset.scan().columns(["n", "m"]).batches().unwrap_err();
    assert_eq!(error.to_string(), "dataset x: there is no column `m`; the columns are t, n, s");
    assert!(matches!(error, Error::UnknownColumn { .. }));
    let error = dataset.scan().columns(["n", "t", "n"]).batches().unwrap_err();
    assert!(matches!(error, Error::Query(QueryError::DuplicateColumn { column }) if column == "n"));
}

#[test]
fn a_dataset_that_is_not_there_is_named() {
    let (_folder, store) = store_of("name:str");
    write(&store, "x", &[1], 1);
    let error = dataset(&store, "y").scan().batches().unwrap_err();
    assert!(matches!(error, Error::NoDataset { dataset, .. } if dataset == "y"));
    let keys = ["x", "y"].map(|key| store.parse_key(key).unwrap());
    let error = store.query(&keys).intersections().unwrap_err();
    assert!(matches!(error, Error::NoDataset { dataset, .. } if dataset == "y"));
}

#[test]
fn keys_are_asked_for_once() {
    let (_folder, store) = store_of("name:str");
    write(&store, "x", &[1], 1);
    let key = store.parse_key("x").unwrap();
    let error = store.query([&key, &key]).intersections().unwrap_err();
    assert!(matches!(error, Error::Query(QueryError::DuplicateKey { dataset }) if dataset == "x"));
}

#[test]
fn datasets_of_one_query_are_ordered_alike() {
    let (_folder, store) = store_of("name:str");
    write(&store, "x", &[1], 1);
    let other = dataset(&store, "y");
    other.write(super::batch(&[1], 0)).ordered_on("n").commit().unwrap();
    let texts = dataset(&store, "z");
    texts.write(super::batch(&[1], 0)).ordered_on("s").commit().unwrap();
    let keys = |paths: [&str; 2]| paths.map(|path| store.parse_key(path).unwrap());
    let error = store.query(keys(["x", "y"])).intersections().unwrap_err();
    assert_eq!(
        error.to_string(),
        "dataset x is ordered on `t` (Int64), but dataset y is ordered on `n` (Int64): a query needs one ordered \
         column, name and type, for all"
    );
    let error = store.query(keys(["z", "x"])).intersections().unwrap_err();
    assert!(matches!(error, Error::Query(QueryError::OrderedColumns { other, .. }) if other.dataset == "x"));
}

#[test]
fn a_damaged_file_is_an_error_item_and_the_last() {
    let (folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &[1, 2, 3, 4, 5, 6], 2);
    let file = dataset.snapshot().unwrap().row_groups()[1].file_name().to_owned();
    let path = folder.path().join("x").join(&*file);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len() - 30;
    bytes[end..].fill(0xff);
    fs::write(&path, bytes).unwrap();

    let mut batches = dataset.scan().batches().unwrap();
    assert_eq!(numbers(&batches.next().unwrap().unwrap(), "t"), [1, 2]);
    let error: ArrowError = batches.next().unwrap().unwrap_err();
    let ArrowError::ExternalError(inner) = &error else { panic!("{error:?}") };
    assert!(matches!(inner.downcast_ref(), Some(Error::Damaged { path: found, .. }) if *found == path));
    assert!(matches!(Error::from(error), Error::Damaged { .. }));
    assert!(batches.next().is_none());

    let chunks: Vec<_> = store.query([store.parse_key("x").unwrap()]).intersections().unwrap().collect();
    assert!(matches!(chunks.as_slice(), [Err(Error::Damaged { .. })]), "{chunks:?}");
    // A range that does not need the file does not open it.
    assert_eq!(dataset.scan().range(5..).count().unwrap(), 2);
}

/// Changes bytes of a dataset's second row group file. Returns its path.
fn damage(store: &Store<AnyKey>, key: &str) -> PathBuf {
    let file = dataset(store, key).snapshot().unwrap().row_groups()[1].file_name().to_owned();
    let path = store.root().join(key).join(&*file);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len() - 30;
    bytes[end..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    path
}

/// Checks that the items are rows before the damaged file, then the error that names it, then nothing. Returns the
/// number of rows.
fn check_damaged(mut items: impl Iterator<Item = Result<RecordBatch, ArrowError>>, path: &Path) -> usize {
    let mut rows = 0;
    loop {
        match items.next().unwrap().map_err(Error::from) {
            Ok(batch) => rows += batch.num_rows(),
            Err(Error::Damaged { path: found, .. }) => {
                assert_eq!(found, path);
                assert!(items.next().is_none(), "an error is the last item");
                return rows;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_damaged_file_in_a_join_a_stream_or_a_resampling_is_an_error_item_that_names_it() {
    let (_folder, store) = store_of("name:str");
    for key in ["a", "b", "c"] {
        write(&store, key, &(0..12).collect::<Vec<_>>(), 4);
    }
    let path = damage(&store, "b");
    let [a, b, c] = ["a", "b", "c"].map(|key| store.parse_key(key).unwrap());
    let small = |join: AsOf<AnyKey>| join.batch_size(2).batches().unwrap();
    assert_eq!(
        check_damaged(small(store.asof(&a).right(&c).right(&b)), &path),
        2,
        "the fourth row may have an equal one behind"
    );
    assert_eq!(check_damaged(small(store.asof(&b).right(&c)), &path), 4, "on the left");
    let many: AsOf<AnyKey> = (0..20).fold(store.asof(&a), |join, at| join.right_as(&b, format!("r{at}_")));
    check_damaged(small(many), &path);
    // Reads that need only other files succeed.
    assert_eq!(
        store.asof(&a).right(&b).range(..3).batches().unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        3
    );

    let query = || store.query([&a, &b, &c]).batch_size(1);
    let resample = query().resample(2).aggregate("n", [Aggregate::Sum]).batches().unwrap();
    assert_eq!(
        check_damaged(resample, &path),
        6 + 1,
        "all periods of `a`, and the one period of `b` that is certainly over"
    );
    check_damaged(query().reverse().ordered().unwrap(), &path);
    let query = || store.query([&a, &b, &c]);
    assert_eq!(query().counts().unwrap().len(), 3, "counts read no row group file");
    assert!(matches!(query().range(5..).counts(), Err(Error::Damaged { path: found, .. }) if found == path));
    assert!(query().verified().counts().is_err());
}
