//! Several datasets as one ordered stream.

use std::fs;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Int64Array, RecordBatch, RecordBatchReader, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use oups_core::{AnyKey, Durability, KeyFilter, Store};
use oups_query::{Error, Ordered, Query, QueryStore};

use super::{batch, dataset, numbers, store_of, write};

/// Key and time of each row.
fn rows(stream: Ordered) -> String {
    let mut rows = Vec::new();
    for batch in stream {
        let batch = batch.unwrap();
        let names = cast(batch.column(0), &DataType::Utf8).unwrap();
        let rest = numbers(&batch, "t");
        rows.extend(names.as_string::<i32>().iter().zip(rest).map(|(name, t)| format!("{}{t}", name.unwrap())));
    }
    rows.join(" ")
}

fn write_column(store: &Store<AnyKey>, path: &str, name: &str, column: ArrayRef) {
    let times: ArrayRef = Arc::new(Int64Array::from_iter_values(0..column.len() as i64));
    let batch = RecordBatch::try_from_iter([("t", times), (name, column)]).unwrap();
    dataset(store, path).write(batch).ordered_on("t").durability(Durability::Unsynced).commit().unwrap();
}

#[test]
fn equal_values_come_in_key_order_then_as_stored() {
    let (_folder, store) = store_of("name:str");
    write(&store, "a", &[1, 3, 3, 5, 9], 2);
    write(&store, "b", &[0, 3, 3, 3, 4, 9], 100);
    write(&store, "c", &[], 100);
    let all = || store.query_where(KeyFilter::all());
    assert_eq!(rows(all().ordered().unwrap()), "b0 a1 a3 a3 b3 b3 b3 b4 a5 a9 b9");
    assert_eq!(rows(all().range(3..9).batch_size(2).ordered().unwrap()), "a3 a3 b3 b3 b3 b4 a5");
    assert_eq!(rows(all().limit(4).ordered().unwrap()), "b0 a1 a3 a3");
    assert_eq!(rows(all().reverse().ordered().unwrap()), "b9 a9 a5 b4 b3 b3 b3 a3 a3 a1 b0");
    assert_eq!(rows(all().range(3..9).reverse().limit(4).ordered().unwrap()), "a5 b4 b3 b3");
    let reversed = ["b", "a"].map(|path| store.parse_key(path).unwrap());
    assert_eq!(rows(store.query(&reversed).range(3..4).ordered().unwrap()), "b3 b3 b3 a3 a3");
}

#[test]
fn a_filter_chooses_keys() {
    let (_folder, store) = store_of("city:str,number:int");
    for (at, path) in ["berlin-1", "berlin-2", "oslo-1"].into_iter().enumerate() {
        write(&store, path, &[at as i64], 10);
    }
    let filter = KeyFilter::parse(store.schema(), ["city=berlin"]).unwrap();
    let batches: Vec<_> = store.query_where(filter.clone()).ordered().unwrap().map(Result::unwrap).collect();
    assert_eq!(batches.iter().flat_map(|batch| numbers(batch, "number")).collect::<Vec<_>>(), [1, 2]);
    let counts = store.query_where(filter).range(1..).counts().unwrap();
    let counts: Vec<_> = counts.into_iter().map(|(key, rows)| (key.to_string(), rows)).collect();
    assert_eq!(counts, [("berlin-1".to_owned(), 0), ("berlin-2".to_owned(), 1)]);
    let none = KeyFilter::parse(store.schema(), ["city=rome"]).unwrap();
    let nothing = store.query_where(none).ordered().unwrap();
    assert_eq!(nothing.schema().fields().len(), 2, "only the key's columns are known");
    assert_eq!(nothing.count(), 0);
}

#[test]
fn key_fields_become_columns_of_their_types() {
    let (_folder, store) = store_of("a:str,b:i8,c:u64/d:bool,e:char,f:i128");
    let path = "x-%2D5-18446744073709551615/true-y-7";
    write(&store, path, &[1], 10);
    let key = store.parse_key(path).unwrap();
    let stream = store.query([&key]).columns(["n"]).ordered().unwrap();
    let schema = stream.schema();
    let types: Vec<_> = schema.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect();
    let text = "Dictionary(Int32, Utf8)";
    assert_eq!(
        types,
        [
            format!("a {text}"),
            "b Int8".into(),
            "c UInt64".into(),
            "d Boolean".into(),
            format!("e {text}"),
            format!("f {text}"),
            "n Int64".into()
        ]
    );
    let batches: Vec<_> = stream.map(Result::unwrap).collect();
    let texts = (0..7).map(|at| {
        let texts = cast(batches[0].column(at), &DataType::Utf8).unwrap();
        texts.as_string::<i32>().value(0).to_owned()
    });
    assert_eq!(texts.collect::<Vec<_>>(), ["x", "-5", "18446744073709551615", "true", "y", "7", "0"]);
}

#[test]
fn a_column_that_a_dataset_lacks_is_null() {
    let (_folder, store) = store_of("name:str");
    write_column(&store, "a", "v", Arc::new(Int64Array::from(vec![10, 11])));
    write_column(&store, "b", "w", Arc::new(StringArray::from(vec!["x", "y"])));
    let stream = store.query_where(KeyFilter::all()).ordered().unwrap();
    let schema = stream.schema();
    assert_eq!(schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["name", "t", "v", "w"]);
    assert!(schema.field(2).is_nullable() && !schema.field(1).is_nullable());
    let batches: Vec<_> = stream.map(Result::unwrap).collect();
    let all = arrow::compute::concat_batches(&schema, &batches).unwrap();
    let v: Vec<_> = all.column(2).as_primitive::<Int64Type>().iter().collect();
    let w: Vec<_> = all.column(3).as_string::<i32>().iter().collect();
    assert_eq!(v, [Some(10), None, Some(11), None]);
    assert_eq!(w, [None, Some("x"), None, Some("y")]);

    let error = store.query_where(KeyFilter::all()).columns(["v", "z"]).ordered().unwrap_err();
    assert!(matches!(error, Error::UnknownColumn { column, .. } if column == "z"));
    let only = store.query_where(KeyFilter::all()).columns(["w"]).ordered().unwrap();
    assert_eq!(only.schema().fields().len(), 2);
    assert_eq!(only.map(|batch| batch.unwrap().column(1).null_count()).sum::<usize>(), 2);
}

#[test]
fn plain_and_dictionary_become_plain() {
    let (_folder, store) = store_of("name:str");
    let texts: DictionaryArray<Int32Type> = ["x", "y", "x"].into_iter().collect();
    write_column(&store, "a", "v", Arc::new(texts));
    write_column(&store, "b", "v", Arc::new(StringArray::from(vec!["z", "x"])));
    let stream = store.query_where(KeyFilter::all()).columns(["v"]).ordered().unwrap();
    assert_eq!(stream.schema().field(1).data_type(), &DataType::Utf8);
    let texts: Vec<_> = stream
        .flat_map(|batch| {
            let batch = batch.unwrap();
            batch.column(1).as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(texts, ["x", "z", "y", "x", "x"]);
}

#[test]
fn dictionaries_that_do_not_fit_together_come_apart() {
    use arrow::datatypes::Int8Type;
    let (_folder, store) = store_of("name:str");
    for name in ["a", "b", "c"] {
        let texts: DictionaryArray<Int8Type> =
            (0..100).map(|at| format!("{name}{at}")).collect::<Vec<_>>().iter().map(String::as_str).collect();
        write_column(&store, name, "v", Arc::new(texts));
    }
    let stream = store.query_where(KeyFilter::all()).columns(["v"]).ordered().unwrap();
    let mut found = Vec::new();
    for batch in stream {
        let texts = cast(batch.unwrap().column(1), &DataType::Utf8).unwrap();
        found.extend(texts.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()));
    }
    let expected: Vec<String> = (0..100).flat_map(|at| ["a", "b", "c"].map(|name| format!("{name}{at}"))).collect();
    assert_eq!(found, expected);
}

#[test]
fn columns_of_several_types_and_of_keys_names_are_refused() {
    let (_folder, store) = store_of("name:str");
    write_column(&store, "a", "v", Arc::new(Int64Array::from(vec![1])));
    write_column(&store, "b", "v", Arc::new(StringArray::from(vec!["x"])));
    let all = || store.query_where(KeyFilter::all());
    let error = all().ordered().unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `v` is Int64 in dataset a, but Utf8 in dataset b: leave it out with `columns`, or read them apart"
    );
    assert_eq!(all().columns(["t"]).ordered().unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);

    let (_folder, store) = store_of("t:str");
    write(&store, "a", &[1], 10);
    let all = || store.query_where(KeyFilter::all());
    let error = all().ordered().unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `t` has the name of a key field, which the rows get as a column: leave it out with `columns`, or the \
         fields of the keys by `without_keys`"
    );
    assert_eq!(all().columns(["n"]).ordered().unwrap().count(), 1);
}

#[test]
fn a_file_is_opened_when_the_stream_comes_to_it() {
    let (folder, store) = store_of("number:int");
    for at in 0..20i64 {
        write(&store, &at.to_string(), &[at * 10, at * 10 + 5], 10);
    }
    let file = dataset(&store, "19").snapshot().unwrap().row_groups()[0].file_name().to_owned();
    fs::write(folder.path().join("19").join(&*file), b"no row group").unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut stream = store.query_where(KeyFilter::all()).batch_size(1).ordered().unwrap();
    let items: Vec<_> = pool.install(|| stream.by_ref().collect());
    let good = items.iter().filter(|item| item.is_ok()).count();
    assert!((36..=38).contains(&good), "{good} rows before the damaged file");
    let error = Error::from(items.into_iter().last().unwrap().unwrap_err());
    assert!(matches!(error, Error::Damaged { path, .. } if path.ends_with(&*file)));
    assert!(stream.next().is_none());
}

#[test]
fn long_runs_and_many_datasets_side_by_side() {
    let (_folder, store) = store_of("number:int");
    // More datasets than files stay open, with row groups of several blocks.
    for at in 0..24i64 {
        let times: Vec<i64> = (0..300).map(|n| n * (at % 5 + 1) / 3).collect();
        write(&store, &at.to_string(), &times, 150);
    }
    // This dataset alone has rows for a long time.
    write(&store, "24", &(0..30_000).collect::<Vec<_>>(), 20_000);
    for batch_size in [40, 5000, 32_768] {
        let read = |query: Query<AnyKey>| {
            let mut found = Vec::new();
            for batch in query.batch_size(batch_size).ordered().unwrap() {
                let batch = batch.unwrap();
                assert!((1..=batch_size).contains(&batch.num_rows()));
                let (times, keys, rows) = (numbers(&batch, "t"), numbers(&batch, "number"), numbers(&batch, "n"));
                found.extend((0..batch.num_rows()).map(|at| (times[at], keys[at], rows[at])));
            }
            found
        };
        let found = read(store.query_where(KeyFilter::all()));
        assert_eq!(found.len(), 24 * 300 + 30_000);
        assert!(found.is_sorted(), "batches of {batch_size}");
        let mut backward = read(store.query_where(KeyFilter::all()).reverse());
        backward.reverse();
        assert!(backward == found, "batches of {batch_size} in reverse");
    }
}

#[test]
fn writers_do_not_disturb_a_stream() {
    let (folder, store) = store_of("name:str");
    write(&store, "a", &[1, 2, 3, 4], 1);
    write(&store, "b", &[2, 3, 4, 5], 2);
    let mut stream = store.query_where(KeyFilter::all()).batch_size(2).ordered().unwrap();
    let first = numbers(&stream.next().unwrap().unwrap(), "t");
    dataset(&store, "a").write(batch(&[0, 3, 9], 50)).commit().unwrap();
    store.dataset(&store.parse_key("b").unwrap()).unwrap().remove().commit().unwrap();
    let rest = stream.flat_map(|batch| numbers(&batch.unwrap(), "t"));
    assert_eq!(first.into_iter().chain(rest).collect::<Vec<_>>(), [1, 2, 2, 3, 3, 4, 4, 5]);
    store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap();
    dataset(&store, "b").write(batch(&[0], 0)).ordered_on("t").commit().unwrap();
    store.dataset(&store.parse_key("b").unwrap()).unwrap().remove().commit().unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing but `oups.json` and the folder of pins: {left:?}");
}

#[test]
fn a_stream_is_a_reader_that_can_be_sent() {
    fn is_reader<T: RecordBatchReader + Send>() {}
    is_reader::<Ordered>();
}

#[test]
fn a_plan_tells_what_is_read_of_each_dataset() {
    let (_folder, store) = store_of("number:int");
    for at in 0..25i64 {
        write(&store, &at.to_string(), &[at, at + 1, at + 2, at + 3], 2);
    }
    let plan = store.query_where(KeyFilter::all()).range(20..).explain().unwrap();
    assert_eq!((plan.row_groups(), plan.rows()), (14, 28));
    let text = without_sizes(&plan.to_string());
    insta::assert_snapshot!(text, @r"
    query of 25 datasets
      range on t: 20..
      row groups: 14 of 50 (36 pruned), up to 28 rows, … bytes
        0 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        1 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        2 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        3 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        4 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        5 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        6 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        7 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        8 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        9 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        … 5 more
        15 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        16 at version 1: 0 of 2 row groups, up to 0 rows, … bytes
        17 at version 1: 1 of 2 row groups, up to 2 rows, … bytes
        18 at version 1: 1 of 2 row groups, up to 2 rows, … bytes
        19 at version 1: 2 of 2 row groups, up to 4 rows, … bytes
        20 at version 1: 2 of 2 row groups, up to 4 rows, … bytes
        21 at version 1: 2 of 2 row groups, up to 4 rows, … bytes
        22 at version 1: 2 of 2 row groups, up to 4 rows, … bytes
        23 at version 1: 2 of 2 row groups, up to 4 rows, … bytes
        24 at version 1: 2 of 2 row groups, up to 4 rows, … bytes
    ");
}

/// The text without sizes of files, which depend on the encoder.
fn without_sizes(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(", ") {
        Some((start, end)) if end.ends_with(" bytes") => format!("{start}, … bytes"),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
