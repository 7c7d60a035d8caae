//! `oups_resample`: the rows of each period as one row.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use oups::{Aggregate, Fill, KeyFilter, QueryStore};

use super::{Dice, all, refusals, seconds, ticks, write};
use crate::support::{attached, attached_with, batch, dataset, hours, number, plan, rows, store, table};

/// The library's rows with texts of keys plain, as tables have them.
fn plain(rows: RecordBatch, like: SchemaRef) -> RecordBatch {
    let columns: Vec<ArrayRef> = rows
        .columns()
        .iter()
        .zip(like.fields())
        .map(|(column, field)| match column.data_type() {
            DataType::Dictionary(_, values) if **values == DataType::Utf8 => cast(column, field.data_type()).unwrap(),
            _ => column.clone(),
        })
        .collect();
    RecordBatch::try_new(like, columns).unwrap()
}

#[tokio::test]
async fn its_rows_are_those_of_the_library() {
    for seed in 0..80 {
        let mut dice = Dice::new(seed);
        let (_folder, store) = store("venue:str,number:u16");
        for at in 0..1 + dice.below(4) {
            let (count, group) = (dice.below(300) as usize, 1 + dice.below(60));
            let key = format!("{}-{}", dice.one_of(&["X", "Y"]), 9 + at);
            let rows = ticks(&mut dice, count);
            write(&store, &key, rows, group);
        }
        let ctx = attached(&store);
        let filter = dice.one_of(&["", "venue=X", "venue=Y", "number=1*"]);
        let keys = KeyFilter::parse(store.schema(), filter.split(',').filter(|text| !text.is_empty())).unwrap();
        let period = dice.one_of(&["1s", "30s", "1min", "1h", "1D", "W"]);
        let mut query = store.query_where(keys);
        let mut options = Vec::new();
        if dice.below(3) == 0 {
            query = query.range("2024-07-03T09:47:10Z".."2024-07-03T09:55:00Z");
            options.push("start=2024-07-03T09:47:10Z,end=2024-07-03T09:55:00Z".to_owned());
        }
        if dice.below(3) == 0 {
            query = query.matching("size in (1, 2, 5) and px > 20");
            options.push("where=size in (1, 2, 5) and px > 20".to_owned());
        }
        let mut resample = query.resample(period);
        let mut aggregates = Vec::new();
        for column in ["px", "sym", "size", "time"] {
            let suitable: &[Aggregate] = match column {
                "px" | "size" => &[
                    Aggregate::First,
                    Aggregate::Last,
                    Aggregate::Min,
                    Aggregate::Max,
                    Aggregate::Sum,
                    Aggregate::Count,
                    Aggregate::Mean,
                ],
                _ => &[Aggregate::First, Aggregate::Last, Aggregate::Count],
            };
            let chosen: Vec<Aggregate> = suitable.iter().filter(|_| dice.below(3) == 0).copied().collect();
            if !chosen.is_empty() {
                let names: Vec<String> = chosen.iter().map(ToString::to_string).collect();
                aggregates.push(format!("{column}:{}", names.join(",")));
                resample = resample.aggregate(column, chosen);
            }
        }
        if aggregates.is_empty() {
            aggregates.push("px:count".to_owned());
            resample = resample.aggregate("px", [Aggregate::Count]);
        }
        match dice.below(3) {
            0 => {
                resample = resample.fill(Fill::Null);
                options.push("fill=null".to_owned());
            }
            1 => {
                resample = resample.fill(Fill::Previous);
                options.push("fill=previous".to_owned());
            }
            _ => {}
        }
        let from = format!(
            "oups_resample('store', '{filter}', '{period}', '{}', '{}')",
            aggregates.join(";"),
            options.join(";")
        );
        let expected = all(resample.batches().unwrap());
        if expected.num_columns() < 3 {
            continue;
        }
        let found = rows(&ctx, &format!("select * from {from}")).await;
        assert_eq!(found.column(0).data_type(), &DataType::Utf8);
        assert_eq!(found.column(1).data_type(), &DataType::UInt16);
        assert_eq!(found, plain(expected.clone(), found.schema()), "{from}");

        let names: Vec<String> = found.schema().fields().iter().map(|field| field.name().clone()).collect();
        let places: Vec<usize> = (0..names.len()).rev().filter(|_| dice.below(3) == 0).collect();
        if !places.is_empty() {
            let columns: Vec<String> = places.iter().map(|at| format!("\"{}\"", names[*at])).collect();
            let some = rows(&ctx, &format!("select {} from {from}", columns.join(", "))).await;
            assert_eq!(some, found.project(&places).unwrap(), "{columns:?} of {from}");
        }
        assert_eq!(number(&ctx, &format!("select count(*) from {from}")).await, found.num_rows() as i64, "{from}");
        let few = rows(&ctx, &format!("select * from {from} limit 3")).await;
        assert_eq!(few, found.slice(0, found.num_rows().min(3)), "{from}");
    }
}

#[tokio::test]
async fn periods_of_whole_numbers_are_so_many_units() {
    let (_folder, store) = store("city:str");
    crate::support::write(&store, "oslo", hours([-1, 0, 3, 12, 13, 31]), 2);
    let ctx = attached(&store);
    let text = "select * from oups_resample('store', '', '10', 'value:sum,count', 'fill=null')";
    insta::assert_snapshot!(table(&ctx, text).await);
    assert_eq!(table(&ctx, &text.replace("'10'", "10")).await, table(&ctx, text).await);
}

#[tokio::test]
async fn datasets_differ_in_their_columns_and_a_name_may_hold_a_colon() {
    let (_folder, store) = store("city:str");
    let times = || seconds([1, 2, 90]);
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    write(&store, "oslo", batch(&[("time", times().column(0).clone()), ("odd:name", texts)]), 2);
    write(&store, "rome", times(), 2);
    let ctx = attached(&store);
    let text = "select * from oups_resample('store', '', '1min', 'odd:name:first, last; n:sum;')";
    insta::assert_snapshot!(table(&ctx, text).await);
}

#[tokio::test]
async fn its_rows_are_in_order_without_a_sort() {
    let (_folder, store) = store("city:str,big:u128");
    for key in ["oslo-9", "oslo-10", "rome-9", "rome-10"] {
        write(&store, key, seconds((0..9).map(|at| at * 50)), 2);
    }
    for partitions in [1, 4] {
        let ctx = attached_with(oups_datafusion::session_config(), partitions, &store);
        let from = "from oups_resample('store', 'city=oslo,city=rome', '1min', 'n:sum,count')";
        for (name, text) in [
            ("by_key", format!("select * {from} order by city, big, time")),
            ("window", format!("select lag(n_sum) over (partition by city, big order by time) {from}")),
            ("grouped", format!("select city, sum(n_count) {from} group by city")),
            ("of_one", format!("select * {} order by time", from.replace("city=rome", "big=9"))),
        ] {
            let plan = plan(&ctx, &store, &text).await;
            assert!(!plan.contains("SortExec") && plan.contains("StreamedExec: oups_resample"), "{text}\n{plan}");
            if partitions == 1 {
                insta::assert_snapshot!(format!("resample_{name}"), format!("{text}\n\n{plan}"));
            }
        }
        // Of several datasets the periods alone are not in order.
        let sorted = plan(&ctx, &store, &format!("select * {from} order by time")).await;
        assert!(sorted.contains("SortExec"), "{sorted}");
        // Numbers of 128 bits are texts in the engine, and in order as such.
        let text = format!("select distinct city, big {from} order by city, big");
        insta::assert_snapshot!("resample_of_numbers_of_128_bits", table(&ctx, &text).await);
    }
}

#[tokio::test]
async fn what_cannot_be_resampled_is_refused_in_words() {
    let (_folder, store) = store("city:str,number:u8");
    write(&store, "oslo-1", seconds([1, 3, 5]), 2);
    dataset(&store, "rome-2").write(hours([1])).ordered_on("hour").commit().unwrap();
    let ctx = attached(&store);
    let refused = refusals(
        &ctx,
        &[
            "select * from oups_resample('store', 'city=oslo', '1D')",
            "select * from oups_resample('stor', '', '1D', 'n:sum')",
            "select * from oups_resample('store', 'oslo-1', '1D', 'n:sum')",
            "select * from oups_resample('store', 'citty=oslo', '1D', 'n:sum')",
            "select * from oups_resample('store', 'number=x', '1D', 'n:sum')",
            "select * from oups_resample('store', 'city=bern', '1D', 'n:sum')",
            "select * from oups_resample('store', '', '1D', 'n:sum')",
            "select * from oups_resample('store', 'city=oslo', '1d', 'n:sum')",
            "select * from oups_resample('store', 'city=oslo', 10, 'n:sum')",
            "select * from oups_resample('store', 'city=rome', '1D', 'value:sum')",
            "select * from oups_resample('store', 'city=oslo', '1D', '')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:total')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'm:sum')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'time:sum')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:sum,sum')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:sum', 'fill=zero')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:sum', 'filll=null')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:sum', 'strict=true')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:sum', 'where=n >')",
            "select * from oups_resample('store', 'city=oslo', '1D', 'n:sum', 'end=x')",
        ],
    );
    insta::assert_snapshot!(refused.await.replace(&*store.root().to_string_lossy(), "STORE"));
}
