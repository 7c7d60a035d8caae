//! The rows of each period as one row.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, DictionaryArray, DurationSecondArray, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampSecondArray, UInt8Array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use oups_core::{Dataset, Durability, KeyFilter};
use oups_query::Aggregate::*;
use oups_query::{Error, Fill, QueryError, QueryStore, ReadDataset, Resample};
use proptest::prelude::*;

use super::{batch, dataset, numbers, store_of, write};

fn all(resample: Resample) -> RecordBatch {
    let batches = resample.batches().unwrap();
    let schema = arrow::array::RecordBatchReader::schema(&batches);
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

fn write_columns(dataset: &Dataset, ordered: ArrayRef, columns: &[(&str, ArrayRef)], target: u64) {
    let columns = [("t", ordered)].into_iter().chain(columns.iter().cloned());
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    dataset.write(rows).ordered_on("t").row_group_target(target).durability(Durability::Unsynced).commit().unwrap();
}

#[test]
fn one_dataset_after_the_other_and_periods_ascend() {
    let (_folder, store) = store_of("name:str");
    write(&store, "b", &[-1, 0, 3, 12, 13, 31], 2);
    write(&store, "a", &[5, 6, 20], 2);
    write(&store, "c", &[], 2);
    let found = all(store
        .query_where(KeyFilter::all())
        .range(0..)
        .batch_size(2)
        .resample(10)
        .aggregate("n", [First, Sum, Count]));
    assert_eq!(numbers(&found, "t"), [0, 20, 0, 10, 30]);
    assert_eq!(numbers(&found, "n_first"), [0, 2, 1, 3, 5]);
    assert_eq!(numbers(&found, "n_sum"), [1, 2, 3, 7, 5]);
    assert_eq!(numbers(&found, "n_count"), [2, 1, 2, 2, 1]);
    assert_eq!(found.schema().field(0).name(), "name");
}

#[test]
fn nulls_are_no_values() {
    let (_folder, store) = store_of("name:str");
    let x = dataset(&store, "x");
    let floats = Float64Array::from(vec![None, Some(2.0), Some(f64::NAN), None, Some(1.0), None]);
    let texts: DictionaryArray<Int32Type> = [None, Some("b"), Some("a"), None, None, None].into_iter().collect();
    write_columns(
        &x,
        Arc::new(Int64Array::from(vec![0, 1, 2, 3, 10, 20])),
        &[("f", Arc::new(floats)), ("s", Arc::new(texts))],
        2,
    );
    let found = all(x
        .scan()
        .resample(10)
        .aggregate("f", [First, Last, Min, Max, Count, Mean])
        .aggregate("s", [Min, Max, Count]));
    let floats =
        |name: &str| found.column_by_name(name).unwrap().as_primitive::<Float64Type>().iter().collect::<Vec<_>>();
    assert_eq!(floats("f_first"), [Some(2.0), Some(1.0), None]);
    assert!(floats("f_last")[0].unwrap().is_nan());
    assert_eq!(floats("f_min"), [Some(2.0), Some(1.0), None]);
    assert!(floats("f_max")[0].unwrap().is_nan());
    assert_eq!(floats("f_mean")[1..], [Some(1.0), None]);
    assert_eq!(numbers(&found, "f_count"), [2, 1, 0]);
    let texts = |name: &str| {
        let column = found.column_by_name(name).unwrap();
        column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(texts("s_min"), [Some("a".to_owned()), None, None]);
    assert_eq!(texts("s_max"), [Some("b".to_owned()), None, None]);
    assert_eq!(numbers(&found, "s_count"), [2, 0, 0]);
}

#[test]
fn periods_are_those_of_writing() {
    let (_folder, store) = store_of("name:str");
    let x = dataset(&store, "x");
    let day = 86_400;
    let times: ArrayRef =
        Arc::new(TimestampSecondArray::from(vec![-1, 0, 30 * day, 31 * day, 60 * day]).with_timezone("UTC"));
    write_columns(&x, times, &[("n", Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5])))], 2);
    let starts = |every: &str| {
        let found = all(x.scan().resample(every).aggregate("n", [Count]));
        let starts = arrow::compute::cast(found.column(0), &DataType::Int64).unwrap();
        starts.as_primitive::<Int64Type>().iter().map(|start| start.unwrap() / day).collect::<Vec<_>>()
    };
    assert_eq!(starts("MS"), [-31, 0, 31, 59]);
    assert_eq!(starts("1D"), [-1, 0, 30, 31, 60]);
    assert_eq!(starts("QS"), [-92, 0]);
}

#[test]
fn sums_have_the_widest_type_of_their_kind_and_do_not_wrap() {
    let (_folder, store) = store_of("name:str");
    let x = dataset(&store, "x");
    let columns: [(&str, ArrayRef); 4] = [
        ("u", Arc::new(UInt8Array::from(vec![200, 100, 7]))),
        ("d", Arc::new(Decimal128Array::from(vec![150, 275, 1]).with_precision_and_scale(5, 2).unwrap())),
        ("l", Arc::new(DurationSecondArray::from(vec![1, 2, 3]))),
        ("i", Arc::new(Int64Array::from(vec![i64::MAX, 1, 5]))),
    ];
    write_columns(&x, Arc::new(Int64Array::from(vec![0, 1, 10])), &columns, 1);
    let found = all(x.scan().resample(10).aggregate("u", [Sum, Mean]).aggregate("d", [Sum]).aggregate("l", [Sum]));
    let types: Vec<_> = found.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
    assert_eq!(types, ["Int64", "UInt64", "Float64", "Decimal128(38, 2)", "Duration(s)"]);
    let texts = |at: usize| {
        let texts = arrow::compute::cast(found.column(at), &DataType::Utf8).unwrap();
        texts.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (texts(1), texts(2), texts(3)),
        (vec!["300".into(), "7".into()], vec!["150.0".into(), "7.0".into()], vec!["4.25".into(), "0.01".into()])
    );
    let mut results = x.scan().resample(10).aggregate("i", [Sum]).batches().unwrap();
    let error = Error::from(results.next().unwrap().unwrap_err());
    assert_eq!(
        error.to_string(),
        "dataset x: the sum of column `i` over one period does not fit its type: take a shorter period"
    );
    assert!(results.next().is_none());
    assert_eq!(numbers(&all(x.scan().range(1..).resample(10).aggregate("i", [Sum])), "i_sum"), [1, 5]);
    let mean = all(x.scan().resample(10).aggregate("i", [Mean]));
    assert_eq!(mean.column(1).as_primitive::<Float64Type>().value(0), 2f64.powi(62));
}

#[test]
fn gaps_are_filled_with_nulls_or_with_what_was_before() {
    let (_folder, store) = store_of("name:str");
    let decimals = |values: Vec<Option<i128>>| -> ArrayRef {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(9, 2).unwrap())
    };
    let texts: DictionaryArray<Int32Type> = [Some("x"), Some("y"), None, Some("z")].into_iter().collect();
    let columns = [("p", decimals(vec![Some(150), Some(250), None, Some(7)])), ("s", Arc::new(texts) as ArrayRef)];
    write_columns(&dataset(&store, "a"), Arc::new(Int64Array::from(vec![-5, -1, 20, 40])), &columns, 2);
    // The first value of another dataset is null: nothing before it may fill it.
    let columns =
        [("p", decimals(vec![None, Some(1)])), ("s", Arc::new(StringArray::from(vec!["u", "v"])) as ArrayRef)];
    write_columns(&dataset(&store, "b"), Arc::new(Int64Array::from(vec![0, 25])), &columns, 1);
    let found = |fill| {
        let resample = store.query_where(KeyFilter::all()).resample(10);
        let found = all(resample.aggregate("p", [First, Max, Mean, Sum, Count]).aggregate("s", [Last]).fill(fill));
        let texts = found.columns().iter().map(|column| arrow::compute::cast(column, &DataType::Utf8).unwrap());
        let texts: Vec<_> = texts.collect();
        let cell = |row: usize, column: &ArrayRef| {
            column.as_string::<i32>().iter().nth(row).flatten().unwrap_or("-").to_owned()
        };
        let line = |row| texts.iter().map(|column| cell(row, column)).collect::<Vec<_>>().join(" ");
        (0..found.num_rows()).map(line).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(format!("{}\n\n{}", found(Fill::Null), found(Fill::Previous)));
}

#[test]
fn a_gap_is_filled_as_it_is_asked_for() {
    let (_folder, store) = store_of("name:str");
    let x = write(&store, "x", &[0, 1_000_000_000_000_000], 2);
    let resample = x.scan().resample(1).aggregate("n", [Last, Count]).fill(Fill::Previous);
    let mut batches = resample.batches().unwrap();
    let first = batches.next().unwrap().unwrap();
    assert_eq!((first.num_rows(), numbers(&first, "t")), (32_768, (0..32_768).collect()));
    let second = batches.next().unwrap().unwrap();
    assert_eq!(numbers(&second, "t"), (32_768..65_536).collect::<Vec<_>>());
    assert!(numbers(&second, "n_last").iter().chain(&numbers(&second, "n_count")).all(|n| *n == 0));
    // Periods up to the largest value of the type.
    let y = write(&store, "y", &[i64::MAX - 25, i64::MAX], 2);
    let found = all(y.scan().resample(10).aggregate("n", [Count]).fill(Fill::Null));
    assert_eq!(numbers(&found, "n_count"), [1, 0, 1]);
}

#[test]
fn what_does_not_suit_is_refused() {
    let (_folder, store) = store_of("t:str");
    let x = write(&store, "x", &[1], 2);
    let error = |resample: Resample| resample.batches().unwrap_err();
    assert_eq!(
        error(x.scan().resample("1D").aggregate("n", [Sum])).to_string(),
        "period `1D` on column `t` (Int64) of dataset x: expected a whole number of at least 1"
    );
    assert_eq!(error(x.scan().resample(5).aggregate("s", [Sum])).to_string(), "column `s` (Utf8) has no sum");
    assert!(
        matches!(error(x.scan().resample(5).aggregate("s", [Max, Max])), Error::Query(QueryError::SameName { column }) if column == "s_max")
    );
    assert!(matches!(error(x.scan().resample(5).aggregate("z", [Max])), Error::UnknownColumn { .. }));
    let query = store.query_where(KeyFilter::all()).resample(5).aggregate("n", [Sum]);
    assert!(matches!(error(query), Error::Query(QueryError::KeyColumn { column }) if column == "t"));
}

#[test]
fn writers_do_not_disturb_it() {
    let (_folder, store) = store_of("name:str");
    write(&store, "a", &[1, 2], 1);
    write(&store, "b", &[3, 4], 1);
    let mut results =
        store.query_where(KeyFilter::all()).batch_size(1).resample(10).aggregate("n", [Sum]).batches().unwrap();
    let mut found = numbers(&results.next().unwrap().unwrap(), "n_sum");
    dataset(&store, "b").write(batch(&[0, 2, 4], 50)).commit().unwrap();
    store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap();
    found.extend(results.flat_map(|batch| numbers(&batch.unwrap(), "n_sum")));
    assert_eq!(found, [1, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn results_are_those_of_each_periods_rows(
        datasets in prop::collection::vec((super::properties::values(60), prop::collection::vec(prop::option::of(-9..9i64), 60), 1..20u64), 1..4),
        range in (super::properties::bound(), super::properties::bound()),
        width in 1..9i64,
        batch_size in 1..9usize,
        fill in prop_oneof![Just(None), Just(Some(Fill::Null)), Just(Some(Fill::Previous))],
    ) {
        let (_folder, store) = store_of("number:int");
        let mut expected = Vec::new();
        for (key, (times, values, target)) in datasets.iter().enumerate() {
            let column: ArrayRef = Arc::new(Int64Array::from(values[..times.len()].to_vec()));
            let texts: ArrayRef = Arc::new(StringArray::from_iter(values[..times.len()].iter().map(|v| v.map(|v| format!("{:02}", v + 10)))));
            write_columns(&dataset(&store, &key.to_string()), Arc::new(Int64Array::from(times.clone())), &[("v", column), ("s", texts)], *target);
            let mut periods: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
            for row in super::properties::wanted(times, range) {
                periods.entry(times[row as usize].div_euclid(width) * width).or_default().extend(values[row as usize]);
            }
            let ends = periods.keys().next().copied().zip(periods.keys().last().copied());
            let mut before: Option<i64> = None;
            let all = ends.into_iter().flat_map(|(first, last)| (first..=last).step_by(width as usize));
            for start in all {
                let Some(values) = periods.remove(&start) else {
                    let text = |v: i64| format!("{:02}", v + 10);
                    match fill {
                        None => {}
                        Some(Fill::Null) => expected.push((key as i64, start, None, None, None, None, None, 0, None, None)),
                        Some(Fill::Previous) => {
                            let mean = before.map(|v| v as f64);
                            expected.push((key as i64, start, before, before, before, before, Some(0), 0, mean, before.map(text)));
                        }
                        Some(other) => panic!("{other:?} is new"),
                    }
                    continue;
                };
                before = values.last().copied().or(before);
                let sum = (!values.is_empty()).then(|| values.iter().sum::<i64>());
                let mean = sum.map(|sum| sum as f64 / values.len() as f64);
                let least = values.iter().min().copied();
                expected.push((key as i64, start, values.first().copied(), values.last().copied(), least, values.iter().max().copied(), sum, values.len() as i64, mean, least.map(|v| format!("{:02}", v + 10))));
            }
        }
        let query = store.query_where(KeyFilter::all()).range(range).batch_size(batch_size);
        let resample = query.resample(width).aggregate("v", [First, Last, Min, Max, Sum, Count, Mean]).aggregate("s", [Min]);
        let mut found = Vec::new();
        let resample = match fill { Some(fill) => resample.fill(fill), None => resample };
        for batch in resample.batches().unwrap() {
            let batch = batch.unwrap();
            prop_assert!((1..=batch_size).contains(&batch.num_rows()));
            let ints = |at: usize| batch.column(at).as_primitive::<Int64Type>().iter().collect::<Vec<_>>();
            let columns: Vec<_> = (0..8).map(ints).collect();
            let means: Vec<_> = batch.column(8).as_primitive::<Float64Type>().iter().collect();
            let texts = batch.column(9).as_string::<i32>();
            for row in 0..batch.num_rows() {
                let c = |at: usize| columns[at][row];
                let text = texts.is_valid(row).then(|| texts.value(row).to_owned());
                found.push((c(0).unwrap(), c(1).unwrap(), c(2), c(3), c(4), c(5), c(6), c(7).unwrap(), means[row], text));
            }
        }
        prop_assert_eq!(found, expected);
    }
}

/// A stored column with the name of a key field clashes with it in one schema. Without the fields there is a schema.
#[test]
fn rows_come_without_the_fields_of_their_keys_when_asked() {
    let (_folder, store) = store_of("t:str");
    write(&store, "x", &[1, 2], 2);
    let query = || store.query_where(KeyFilter::all());
    assert!(matches!(query().ordered().unwrap_err(), Error::Query(QueryError::KeyColumn { column }) if column == "t"));
    let names = |schema: arrow::datatypes::SchemaRef| {
        schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>()
    };
    use arrow::array::RecordBatchReader;
    let ordered = query().without_keys().ordered().unwrap();
    assert_eq!(names(ordered.schema()), ["t", "n", "s"]);
    assert_eq!(ordered.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
    let resampled = query().without_keys().resample(5).aggregate("n", [Sum]).batches().unwrap();
    assert_eq!(names(resampled.schema()), ["t", "n_sum"]);
    assert_eq!(resampled.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 1);
}
