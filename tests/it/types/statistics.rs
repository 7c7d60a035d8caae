//! Statistics of every type are true for the stored values, and say whether they are exact.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::*;
use oups_core::ordered::{OrdValue, OrderedType};
use oups_core::row_group::{ColumnStatistics, Known, ReadOptions};
use oups_core::{Dataset, RowGroup, Snapshot};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};

use super::cases::{Case, ROWS, cases};

/// A column of a row group of the snapshot.
fn stored(snapshot: &Snapshot, group: &RowGroup, column: &str) -> ArrayRef {
    let batches: Vec<_> = snapshot.open(group).unwrap().batches(ReadOptions::default()).unwrap().collect();
    let batches: Vec<RecordBatch> = batches.into_iter().map(Result::unwrap).collect();
    concat_batches(snapshot.schema(), &batches).unwrap().column_by_name(column).unwrap().clone()
}

/// The values that have an order, and their ordered type.
fn ordered(array: &ArrayRef) -> Option<(OrderedType, Vec<OrdValue>)> {
    let plain = match array.data_type() {
        DataType::Dictionary(_, values) => cast(array, values).unwrap(),
        DataType::Boolean => cast(array, &DataType::Int8).unwrap(),
        _ => array.clone(),
    };
    let ordered = OrderedType::new(plain.data_type())?;
    let rows = (0..plain.len()).map(|at| plain.slice(at, 1));
    let values = rows.filter(|row| ordered.first_unorderable(row).is_none());
    let values = values.map(|row| ordered.from_array(&row).unwrap().remove(0)).collect();
    Some((ordered, values))
}

fn value(found: &ArrayRef) -> OrdValue {
    assert_eq!(found.len(), 1);
    ordered(found).unwrap().1.remove(0)
}

/// Checks statistics against the values. Returns the kinds of minimum and maximum.
fn check(name: &str, statistics: &ColumnStatistics, values: &ArrayRef) -> [&'static str; 2] {
    let nulls = values.logical_nulls().map_or(0, |nulls| nulls.null_count()) as u64;
    assert!(
        matches!(statistics.nulls, Known::Unknown) || statistics.nulls == Known::Exact(nulls),
        "{name}: {statistics:?}"
    );
    let end = |known: &Known<ArrayRef>, is_min: bool| match known {
        Known::Unknown => "unknown",
        Known::Exact(found) | Known::Bound(found) => {
            let found = value(found);
            let (_, values) = ordered(values).unwrap();
            let extreme = if is_min { values.iter().min() } else { values.iter().max() }.unwrap();
            match known {
                Known::Exact(_) => assert_eq!(&found, extreme, "{name}"),
                _ => assert!(
                    if is_min { &found <= extreme } else { &found >= extreme },
                    "{name}: {found:?}, {extreme:?}"
                ),
            }
            if matches!(known, Known::Exact(_)) { "exact" } else { "bound" }
        }
        _ => "another",
    };
    [end(&statistics.min, true), end(&statistics.max, false)]
}

/// The expected kinds for a column of a type, if it has values with an order.
fn expected(data_type: &DataType) -> &'static [&'static str] {
    use DataType::*;
    match data_type {
        Dictionary(_, values) => expected(values),
        Float16 | Float32 | Float64 => &["bound"],
        // Long values are cut.
        Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView => &["exact", "bound"],
        other if other.is_nested() => &["unknown"],
        _ => &["exact"],
    }
}

#[test]
fn every_type_has_statistics_that_hold() {
    let mut kinds: HashMap<&str, usize> = HashMap::new();
    for Case { name, array, nullable } in cases() {
        let folder = scratch();
        let dataset = dataset(&new_store(folder.path()), "x");
        let fields = [Field::new("at", DataType::Int64, false), Field::new("v", array.data_type().clone(), nullable)];
        let at: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS as i64));
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), vec![at, array]).unwrap();
        dataset.write(rows).ordered_on("at").row_group_target(7).commit().unwrap();
        let snapshot = dataset.snapshot().unwrap();
        assert!(snapshot.row_groups().len() > 6);
        for group in snapshot.row_groups() {
            let (statistics, values) = (snapshot.statistics(group, "v").unwrap(), stored(&snapshot, group, "v"));
            let found = check(&name, &statistics, &values);
            let has_values = ordered(&values).is_some_and(|(_, values)| !values.is_empty());
            for kind in found {
                *kinds.entry(kind).or_default() += 1;
                let expected = if has_values { expected(values.data_type()) } else { &["unknown"] };
                assert!(expected.contains(&kind), "{name}: {kind}: {statistics:?}");
            }
            let is_counted = !values.data_type().is_nested();
            assert_eq!(statistics.nulls != Known::Unknown, is_counted || !nullable, "{name}: {statistics:?}");
        }
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

#[test]
fn of_the_ordered_column_all_is_exact_for_every_type_that_has_an_order() {
    for Case { name, array, .. } in cases() {
        let Some((ordered_type, mut values)) = ordered(&array) else { continue };
        if array.data_type() == &DataType::Boolean || values.is_empty() {
            continue;
        }
        values.sort();
        let folder = scratch();
        let dataset = dataset(&new_store(folder.path()), "x");
        let column = ordered_type.to_array(&values).unwrap();
        let rows = RecordBatch::try_from_iter([("v", column)]).unwrap();
        dataset.write(rows).ordered_on("v").row_group_target(7).commit().unwrap();
        let snapshot = dataset.snapshot().unwrap();
        for group in snapshot.row_groups() {
            let statistics = snapshot.statistics(group, "v").unwrap();
            assert_eq!(statistics.nulls, Known::Exact(0), "{name}");
            assert_eq!(check(&name, &statistics, &stored(&snapshot, group, "v")), ["exact"; 2], "{name}");
        }
    }
}

fn write(dataset: &Dataset, at: i64, columns: &[(&str, ArrayRef)]) {
    let len = columns.first().map_or(1, |(_, column)| column.len()) as i64;
    let times: ArrayRef = Arc::new(Int64Array::from_iter_values(at..at + len));
    let others = columns.iter().map(|(name, column)| (*name, column.clone(), true));
    let rows = RecordBatch::try_from_iter_with_nullable([("at", times, false)].into_iter().chain(others)).unwrap();
    dataset.write(rows).ordered_on("at").row_group_target(3).max_off_target(None).evolve_schema().commit().unwrap();
}

#[test]
fn old_files_answer_in_the_types_that_the_columns_have_since() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let small: [(&str, ArrayRef); 4] = [
        ("n", Arc::new(Int32Array::from(vec![Some(-5), None, Some(7)]))),
        ("f", Arc::new(Float32Array::from(vec![0.0, -0.0, 1.5]))),
        ("t", Arc::new(TimestampSecondArray::from(vec![3, 1, 2]))),
        ("s", Arc::new(StringArray::from(vec!["b", "a", "c"]))),
    ];
    let large: [(&str, ArrayRef); 5] = [
        ("n", Arc::new(Int64Array::from(vec![1_i64 << 40, 0, 1]))),
        ("f", Arc::new(Float64Array::from(vec![1e300, f64::NAN, 2.0]))),
        ("t", Arc::new(TimestampNanosecondArray::from(vec![1, 2, 3]))),
        ("s", cast(&(Arc::new(StringArray::from(vec!["x", "y", "x"])) as ArrayRef), &DataType::LargeUtf8).unwrap()),
        ("new", Arc::new(BooleanArray::from(vec![Some(true), None, Some(true)]))),
    ];
    write(&dataset, 0, &small);
    write(&dataset, 10, &large);
    let snapshot = dataset.snapshot().unwrap();
    let [old, new] = snapshot.row_groups() else { panic!("{} row groups", snapshot.row_groups().len()) };
    for (name, column) in &large {
        for group in [old, new] {
            let statistics = snapshot.statistics(group, name).unwrap();
            check(name, &statistics, &stored(&snapshot, group, name));
            for end in [&statistics.min, &statistics.max] {
                let (Known::Exact(value) | Known::Bound(value)) = end else { continue };
                assert_eq!(value.data_type(), column.data_type(), "{name}");
            }
        }
    }
    let of_old = |name: &str| snapshot.statistics(old, name).unwrap();
    let exact = |value: ArrayRef| Known::Exact(value);
    let n = of_old("n");
    assert_eq!((n.min, n.nulls), (exact(Arc::new(Int64Array::from(vec![-5]))), Known::Exact(1)));
    assert_eq!(of_old("t").max, exact(Arc::new(TimestampNanosecondArray::from(vec![3_000_000_000]))));
    assert_eq!(of_old("s").max, exact(Arc::new(LargeStringArray::from(vec!["c"]))));
    // Statistics do not distinguish the two zeros.
    let Known::Bound(zero) = of_old("f").min else { panic!("{:?}", of_old("f")) };
    assert!(zero.as_primitive::<Float64Type>().value(0).is_sign_negative());
    // The file is older than the column.
    let young = of_old("new");
    assert_eq!((young.min, young.max, young.nulls), (Known::Unknown, Known::Unknown, Known::Exact(3)));
    let error = snapshot.statistics(old, "missing").unwrap_err().to_string();
    assert!(error.contains("missing"), "{error}");
}

#[test]
fn a_text_that_is_cut_is_a_bound_and_floats_leave_nan_out() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let long = |letter: &str| letter.repeat(500);
    let columns: [(&str, ArrayRef); 3] = [
        ("s", Arc::new(StringArray::from(vec![long("a"), long("b"), long("ü")]))),
        ("f", Arc::new(Float64Array::from(vec![f64::NAN, 2.0, -f64::NAN]))),
        ("nan", Arc::new(Float64Array::from(vec![f64::NAN; 3]))),
    ];
    write(&dataset, 0, &columns);
    let snapshot = dataset.snapshot().unwrap();
    let of = |name: &str| snapshot.statistics(&snapshot.row_groups()[0], name).unwrap();
    assert_eq!(check("s", &of("s"), &columns[0].1), ["bound", "bound"]);
    assert_eq!(check("f", &of("f"), &columns[1].1), ["bound", "bound"]);
    let two: ArrayRef = Arc::new(Float64Array::from(vec![2.0]));
    assert_eq!((of("f").min, of("f").max), (Known::Bound(two.clone()), Known::Bound(two)));
    assert_eq!((of("nan").min, of("nan").nulls), (Known::Unknown, Known::Exact(0)));
}
