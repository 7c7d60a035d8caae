//! `oups_period`: the first value of the period that holds a time.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, Int64Array, UInt8Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, TimeUnit};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use oups::sizing::{PeriodGrid, TimeScale};

use super::{Dice, refusals, seconds, write};
use crate::support::{attached, batch, number, plan, rows, sorted_rows, store, table};

const PERIODS: [&str; 12] = ["1s", "7s", "15min", "1h", "36h", "1D", "3D", "W", "2W-TUE", "MS", "2QS", "YS"];

const TYPES: [DataType; 6] = [
    DataType::Date32,
    DataType::Date64,
    DataType::Timestamp(TimeUnit::Second, None),
    DataType::Timestamp(TimeUnit::Millisecond, None),
    DataType::Timestamp(TimeUnit::Microsecond, None),
    DataType::Timestamp(TimeUnit::Nanosecond, None),
];

/// A session with these times as column `t` of the table `times`.
fn times(values: ArrayRef) -> SessionContext {
    let rows = batch(&[("t", values)]);
    let ctx = oups_datafusion::session();
    let table = MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap();
    ctx.register_table("times", Arc::new(table)).unwrap();
    ctx
}

/// Times of a type by their numbers.
fn of_type(data_type: &DataType, numbers: &[Option<i64>]) -> ArrayRef {
    let numbers: ArrayRef = match data_type {
        DataType::Date32 => Arc::new(numbers.iter().map(|n| n.map(|n| n as i32)).collect::<Int32Array>()),
        _ => Arc::new(Int64Array::from(numbers.to_vec())),
    };
    cast(&numbers, data_type).unwrap()
}

fn numbers(times: &ArrayRef) -> Vec<Option<i64>> {
    cast(times, &DataType::Int64).unwrap().as_primitive::<Int64Type>().iter().collect()
}

#[tokio::test]
async fn each_time_has_the_first_value_of_its_period_in_its_own_type() {
    let mut dice = Dice::new(1);
    for data_type in TYPES {
        let scale = TimeScale::from_data_type(&data_type).unwrap();
        let (least, most) =
            if data_type == DataType::Date32 { (i32::MIN.into(), i32::MAX.into()) } else { (i64::MIN, i64::MAX) };
        let mut values = vec![None, Some(least), Some(least + 1), Some(-1), Some(0), Some(1), Some(most), None];
        for _ in 0..200 {
            let shift = dice.below(62);
            values.push(Some((dice.below(u64::MAX) as i64 >> shift).clamp(least, most)));
        }
        // As stored rows are: in order, so that neighbours share a period.
        values[8..].sort();
        let ctx = times(of_type(&data_type, &values));
        for period in PERIODS {
            let grid = PeriodGrid::new(period.parse().unwrap(), scale);
            let found = rows(&ctx, &format!("select oups_period('{period}', t) from times")).await;
            assert_eq!(found.column(0).data_type(), &data_type);
            let expected: Vec<_> =
                values.iter().map(|value| value.map(|value| grid.start_of(value).max(least))).collect();
            assert_eq!(numbers(found.column(0)), expected, "{period} of {data_type}");
        }
    }
}

#[tokio::test]
async fn zones_and_dictionaries_are_kept() {
    for zone in ["UTC", "+05:30", "+00:00"] {
        let data_type = DataType::Timestamp(TimeUnit::Millisecond, Some(zone.into()));
        let ctx = times(of_type(&data_type, &[Some(86_400_000 * 3 - 1), None]));
        let found = rows(&ctx, "select oups_period('1D', t) from times").await;
        assert_eq!(found.column(0).data_type(), &data_type);
        // In UTC, whatever the zone.
        assert_eq!(numbers(found.column(0)), [Some(86_400_000 * 2), None]);
    }
    let values = of_type(&DataType::Date32, &[Some(3), Some(40)]);
    let encoded = DictionaryArray::new(UInt8Array::from(vec![Some(1), None, Some(0), Some(1)]), values);
    let ctx = times(Arc::new(encoded));
    let found = rows(&ctx, "select oups_period('MS', t) from times").await;
    assert_eq!(found.column(0).data_type().to_string(), "Dictionary(UInt8, Date32)");
    let plain = cast(found.column(0), &DataType::Date32).unwrap();
    assert_eq!(numbers(&plain), [Some(31), None, Some(0), Some(31)]);
}

#[tokio::test]
async fn constants_are_folded_and_a_null_is_null() {
    let ctx = oups_datafusion::session();
    let text = "select oups_period('W-MON', timestamp '2024-03-31T12:00:00') w, oups_period('15' || 'min', date '2024-03-31') d,
        oups_period('1D', null) n, oups_period('QS', arrow_cast(null, 'Date32')) q";
    insta::assert_snapshot!(table(&ctx, text).await);
    let plan = ctx.sql(text).await.unwrap().into_optimized_plan().unwrap().to_string();
    assert!(!plan.contains("oups_period("), "{plan}");
    // A parameter is a constant once it has a value.
    let ctx = times(of_type(&DataType::Date32, &[Some(40)]));
    ctx.sql("prepare first_of as select oups_period($1, t) from times").await.unwrap().collect().await.unwrap();
    insta::assert_snapshot!(table(&ctx, "execute first_of('MS')").await);
}

#[tokio::test]
async fn what_has_no_periods_is_refused_in_words() {
    let ctx = times(of_type(&DataType::Timestamp(TimeUnit::Second, None), &[Some(1)]));
    insta::assert_snapshot!(
        refusals(
            &ctx,
            &[
                "select oups_period('1d', t) from times",
                "select oups_period('', t) from times",
                "select oups_period('1D@Europe/Paris', t) from times",
                "select oups_period(null, t) from times",
                "select oups_period(5, t) from times",
                "select oups_period(t, t) from times",
                "select oups_period(arrow_typeof(t), t) from times",
                "select oups_period('1D', 5) from times",
                "select oups_period('1D', '2024-01-01') from times",
                "select oups_period('1D', time '12:00:00') from times",
                "select oups_period('1D', true) from times",
                "select oups_period('1D') from times",
                "select oups_period('1D', t, 'UTC') from times",
            ]
        )
        .await
    );
}

#[tokio::test]
async fn groups_by_period_stream_in_the_stored_order() {
    let (_folder, store) = store("city:str");
    for city in ["oslo", "rome"] {
        write(&store, city, seconds((0..40).map(|at| at * 4000)), 5);
    }
    let ctx = attached(&store);
    for (name, from) in [("group_by_period", "store"), ("group_by_period_of_one", "store.oslo")] {
        let text = format!("select oups_period('6h', time), count(*), max(n) from {from} group by 1");
        let plan = plan(&ctx, &store, &text).await;
        // No sort, and groups are given out as soon as the next one begins.
        assert!(plan.contains("ordering_mode=Sorted") && !plan.contains("SortExec"), "{plan}");
        insta::assert_snapshot!(name, plan);
    }
    let ordered = plan(&ctx, &store, "select oups_period('6h', time) p, n from store order by p").await;
    assert!(!ordered.contains("SortExec"), "{ordered}");
    // As where there are many datasets.
    ctx.sql("set oups.ordered_keys = 0").await.unwrap();
    let by_key = "select city, oups_period('1D', time) p, sum(n) from store group by 1, 2 order by 1, 2";
    let by_key = plan(&ctx, &store, by_key).await;
    assert!(by_key.contains("ordering_mode=Sorted") && !by_key.contains("SortExec"), "{by_key}");
    let text = "select oups_period('1D', time) p, count(*) c, min(n) n from store group by 1 order by 1";
    insta::assert_snapshot!(table(&ctx, text).await);
}

#[tokio::test]
async fn a_condition_on_periods_is_one_on_times() {
    let (_folder, store) = store("city:str");
    write(&store, "oslo", seconds((0..500).map(|at| at * 1000 - 100_000)), 20);
    let ctx = attached(&store);
    // What the engine does where it cannot see through: the same rows.
    let unseen = "(select oups_period('6h', time) p, n from store limit 100000)";
    let starts = [
        "1970-01-01T00:00:00Z",
        "1969-12-31T18:00:00Z",
        "1970-01-03T06:00:00Z",
        "1970-01-03T06:00:00.5Z",
        "2100-01-01T00:00:00Z",
    ];
    for start in starts {
        for compared in ["=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"] {
            let of = |from: &str, period: &str| format!("select n from {from} where {period} {compared} '{start}'");
            let seen = sorted_rows(&ctx, &of("store", "oups_period('6h', time)")).await;
            assert_eq!(seen, sorted_rows(&ctx, &of(unseen, "p")).await, "{compared} {start}");
        }
    }
    let one = "select n from store where oups_period('6h', time) = '1970-01-03T06:00:00Z'";
    let plan = plan(&ctx, &store, one).await;
    assert!(
        !plan.contains("oups_period") && plan.contains("predicate=time@0 >= 194400000000 AND time@0 < 216000000000"),
        "{plan}"
    );
    insta::assert_snapshot!("condition_on_a_period", plan);
    let some =
        "select count(*) from store where oups_period('6h', time) in ('1970-01-03T06:00:00Z', '1970-01-02T00:00:00Z')";
    assert_eq!(number(&ctx, some).await, 42);
}
