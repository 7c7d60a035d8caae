//! Which columns a store's table has, and of which types.

use std::sync::Arc;

use datafusion::arrow::array::*;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::*;
use oups::{AnyKey, ErrorKind, QueryStore, Store};
use oups_datafusion::error_of;

use crate::support::{attached, batch, dataset, hours, number, refusal, rows, store, table, try_rows, write};

#[tokio::test]
async fn a_column_with_the_name_of_a_key_field_is_called_data() {
    let (_folder, store) = store("city:str,hour:u8");
    let rows = batch(&[
        ("hour", Arc::new(Int64Array::from(vec![10, 20, 30]))),
        ("city", Arc::new(StringArray::from(vec!["a", "b", "c"]))),
        ("value", Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0]))),
    ]);
    write(&store, "oslo-1", rows.clone(), 1);
    write(&store, "rome-2", rows.slice(1, 2), 1);
    write(&store, "turin-3", hours([5]), 1);
    let ctx = attached(&store);
    insta::assert_snapshot!(table(&ctx, r#"select * from store order by hour, "data.hour""#).await);
    assert_eq!(number(&ctx, r#"select count(*) from store where "data.city" = 'b' and city = 'rome'"#).await, 1);
    assert_eq!(number(&ctx, r#"select count(*) from store where "data.hour" >= 20 and hour = 1"#).await, 2);
    assert_eq!(number(&ctx, r#"select min("data.hour") from store where "data.city" is not null"#).await, 10);
    let both = r#"select count(*) from store where city || "data.city" = 'romec' and "data.hour" > hour"#;
    assert_eq!(number(&ctx, both).await, 1);
}

#[tokio::test]
async fn a_name_that_gives_way_and_meets_another_one_is_refused() {
    let (_folder, store) = store("city:str");
    let hour: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let rows = batch(&[("hour", hour.clone()), ("city", hour.clone()), ("data.city", hour)]);
    write(&store, "oslo", rows, 10);
    let ctx = attached(&store);
    assert!(refusal(&ctx, "select * from store").await.contains("data.city"));
    assert_eq!(number(&ctx, r#"select "data.city" from store.oslo"#).await, 1);
}

#[tokio::test]
async fn types_without_a_common_one_are_refused_in_the_store_s_table_alone() {
    let (_folder, store) = store("city:str");
    let hour: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    write(&store, "oslo", batch(&[("hour", hour.clone()), ("x", hour.clone())]), 10);
    write(&store, "rome", batch(&[("hour", hour), ("x", Arc::new(StringArray::from(vec!["a"])))]), 10);
    let ctx = attached(&store);
    let error = try_rows(&ctx, "select hour from store").await.unwrap_err();
    for part in ["`x`", "oslo", "rome", "Int64", "Utf8"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(error_of(&error).map(oups::Error::kind), Some(ErrorKind::InvalidArgument));
    assert_eq!(number(&ctx, "select x from store.oslo").await, 1);
    assert_eq!(number(&ctx, "select count(x) from store.rome").await, 1);
}

/// Columns of kinds that engines like to turn into others, and a field that is not nullable.
fn plain_kinds() -> RecordBatch {
    let fields = vec![
        Field::new("hour", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("large", DataType::LargeUtf8, false),
        Field::new("view", DataType::Utf8View, true),
        Field::new("bytes", DataType::Binary, true),
        Field::new("label", DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)), true),
        Field::new("half", DataType::Float16, true),
    ];
    let label: DictionaryArray<Int8Type> = vec![Some("x"), None].into_iter().collect();
    let half = Float16Array::from(vec![Some(Default::default()), None]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![1, 2])),
        Arc::new(StringArray::from(vec![Some("a"), None])),
        Arc::new(LargeStringArray::from(vec!["b", "c"])),
        Arc::new(StringViewArray::from(vec![Some("d"), None])),
        Arc::new(BinaryArray::from(vec![Some(b"e".as_slice()), None])),
        Arc::new(label),
        Arc::new(half),
    ];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

#[tokio::test]
async fn rows_come_in_the_types_that_were_written() {
    let (_folder, store) = store("city:str,at:u16,flag:bool,big:u128");
    write(&store, "oslo-7-true-5", plain_kinds(), 1);
    let ctx = attached(&store);
    let read = rows(&ctx, r#"select * from store."oslo-7-true-5" order by hour"#).await;
    assert_eq!(read, plain_kinds());
    let all = rows(&ctx, "select * from store order by hour").await;
    let keys: Vec<_> = all.schema().fields().iter().take(4).map(|field| field.as_ref().clone()).collect();
    let key = |name: &str, data_type| Field::new(name, data_type, false);
    let expected = [
        key("city", DataType::Utf8),
        key("at", DataType::UInt16),
        key("flag", DataType::Boolean),
        key("big", DataType::Utf8),
    ];
    assert_eq!(keys, expected);
    let data: Vec<usize> = (4..all.num_columns()).collect();
    assert_eq!(all.project(&data).unwrap(), plain_kinds());
}

#[tokio::test]
async fn older_row_groups_of_a_dataset_that_has_grown_are_read_in_its_newest_types() {
    let (_folder, store) = store("city:str");
    let old = batch(&[
        ("hour", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ("value", Arc::new(Float32Array::from(vec![0.5, 1.5, 2.5]))),
    ]);
    write(&store, "oslo", old, 2);
    let new = batch(&[
        ("hour", Arc::new(Int64Array::from(vec![4, 1 << 40])) as ArrayRef),
        ("value", Arc::new(Float64Array::from(vec![0.1, 0.2]))),
        ("extra", Arc::new(StringArray::from(vec!["x", "y"]))),
    ]);
    dataset(&store, "oslo").write(new).evolve_schema().commit().unwrap();
    let ctx = attached(&store);
    insta::assert_snapshot!(table(&ctx, "select * from store order by hour").await);
    assert_eq!(number(&ctx, "select count(*) from store where hour > 2 and extra is null").await, 1);
    assert_eq!(number(&ctx, "select count(*) from store.oslo where value = 0.1").await, 1);
}

/// A column of every kind, two rows each, of which all types that have it can have the values.
fn kinds() -> Vec<ArrayRef> {
    let units = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None]));
    let cast = |to: &DataType| datafusion::arrow::compute::cast(&numbers, to).unwrap();
    let mut types = vec![
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
        DataType::Float16,
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal32(7, 1),
        DataType::Decimal64(12, 3),
        DataType::Decimal128(20, 3),
        DataType::Decimal256(40, 5),
    ];
    for unit in units {
        types.push(DataType::Timestamp(unit, None));
        types.push(DataType::Timestamp(unit, Some("Europe/Oslo".into())));
        types.push(DataType::Duration(unit));
    }
    let mut columns: Vec<ArrayRef> = types.iter().map(cast).collect();
    columns.push(Arc::new(NullArray::new(2)));
    let narrow = cast(&DataType::Int32);
    let more = |to: &DataType, from: &ArrayRef| datafusion::arrow::compute::cast(from, to).unwrap();
    columns.extend([
        more(&DataType::Date32, &narrow),
        more(&DataType::Date64, &numbers),
        more(&DataType::Time32(TimeUnit::Second), &narrow),
        more(&DataType::Time32(TimeUnit::Millisecond), &narrow),
        more(&DataType::Time64(TimeUnit::Microsecond), &numbers),
        more(&DataType::Time64(TimeUnit::Nanosecond), &numbers),
        more(&DataType::Boolean, &numbers),
    ]);
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("ab"), None]));
    for to in [
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        DataType::Binary,
        DataType::LargeBinary,
        DataType::BinaryView,
    ] {
        columns.push(more(&to, &texts));
    }
    columns.push(Arc::new(
        FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some([1, 2]), None].into_iter(), 2).unwrap(),
    ));
    for keys in [DataType::Int8, DataType::UInt16, DataType::Int32] {
        let key = Box::new(keys);
        columns.push(more(&DataType::Dictionary(key.clone(), Box::new(DataType::Utf8)), &texts));
        columns.push(more(&DataType::Dictionary(key, Box::new(DataType::Int64)), &numbers));
    }
    for item in [&numbers, &narrow, &texts] {
        columns.push(Arc::new(list_of(item)));
        let field = Arc::new(Field::new("a", item.data_type().clone(), true));
        columns.push(Arc::new(StructArray::from(vec![(field, item.clone())])));
    }
    columns
}

fn list_of(items: &ArrayRef) -> ListArray {
    let field = Arc::new(Field::new("item", items.data_type().clone(), true));
    let lengths = datafusion::arrow::buffer::OffsetBuffer::from_lengths([1, 1]);
    ListArray::new(field, lengths, items.clone(), None)
}

/// Rows of both datasets in the order of `hour`, by the library.
fn ordered(store: &Store<AnyKey>) -> RecordBatch {
    let keys = store.keys(..).unwrap();
    let batches = store.query(&keys).without_keys().ordered().unwrap();
    let schema = datafusion::arrow::array::RecordBatchReader::schema(&batches);
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn every_pair_of_types_is_joined_as_the_library_joins_it() {
    let kinds = kinds();
    let mut pairs = 0;
    for first in &kinds {
        // All kinds that have a type in common with the first, in one store.
        let schema = |column: &ArrayRef| batch(&[("x", column.clone())]).schema();
        let fitting: Vec<_> =
            kinds.iter().filter(|other| oups::common_schema(&[schema(first), schema(other)]).is_ok()).collect();
        pairs += fitting.len();
        let columns = |column: &dyn Fn(usize) -> ArrayRef, hours: [i64; 2]| {
            let names: Vec<String> = (0..fitting.len()).map(|at| format!("c{at}")).collect();
            let mut columns: Vec<(&str, ArrayRef)> = vec![("hour", Arc::new(Int64Array::from(hours.to_vec())))];
            columns.extend(names.iter().enumerate().map(|(at, name)| (name.as_str(), column(at))));
            batch(&columns)
        };
        let (_folder, store) = store("city:str");
        write(&store, "a", columns(&|_| first.clone(), [1, 3]), 10);
        write(&store, "b", columns(&|at| fitting[at].clone(), [2, 4]), 10);
        let ctx = attached(&store);
        let expected = ordered(&store);
        for (at, other) in fitting.iter().enumerate() {
            let text = format!("select c{at} from store order by hour");
            let found = match try_rows(&ctx, &text).await {
                Ok(found) => found,
                Err(error) => panic!("{} and {}: {error}", first.data_type(), other.data_type()),
            };
            let expected = expected.column_by_name(&format!("c{at}")).unwrap();
            assert_eq!(found.column(0), expected, "{} and {}", first.data_type(), other.data_type());
        }
    }
    assert!(pairs > 300, "{pairs}");
}
