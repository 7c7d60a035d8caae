//! `oups_asof`: as-of joins as a table.

use datafusion::physical_plan::displayable;
use oups::{AnyKey, AsOf, Direction, QueryStore, Store};
use tempfile::TempDir;

use super::{Dice, all, refusals, seconds, ticks, write};
use crate::support::{attached, attached_with, dataset, number, plan, rows, store, table};

/// Options as `name=value`, each with the library's method for it.
fn random_options(dice: &mut Dice) -> Vec<(&'static str, &'static str)> {
    let mut options = Vec::new();
    let by = dice.one_of(&["", "sym", "size,sym"]);
    options.extend((!by.is_empty()).then_some(("by", by)));
    let forward = dice.below(3) == 0;
    options.extend(forward.then_some(("direction", "forward")));
    if (forward && !by.is_empty()) || dice.below(2) == 0 {
        options.push(("tolerance", dice.one_of(&["0", "1500000", "5s", "1min", "1D"])));
    }
    options.extend((dice.below(2) == 0).then_some(("strict", dice.one_of(&["true", "false"]))));
    options.extend((dice.below(3) == 0).then_some(("start", "2024-07-03T09:47:10Z")));
    options.extend((dice.below(3) == 0).then_some(("end", "2024-07-03T09:55:00Z")));
    options.extend((dice.below(3) == 0).then_some(("where", "size in (1, 2, 5) and px > 20")));
    options
}

fn joined(store: &Store<AnyKey>, left: &str, rights: &[&str], options: &[(&str, &str)]) -> AsOf<AnyKey> {
    let key = |text: &str| store.parse_key(text).unwrap();
    let mut join = rights.iter().fold(store.asof(&key(left)), |join, right| join.right(key(right)));
    let (mut start, mut end) = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
    for (name, value) in options {
        join = match *name {
            "by" => join.by(value.split(',')),
            "direction" => join.direction(Direction::Forward),
            "tolerance" => join.tolerance(*value),
            "strict" if *value == "true" => join.strict(),
            "where" => join.matching(*value),
            _ => join,
        };
        match *name {
            "start" => start = std::ops::Bound::Included(*value),
            "end" => end = std::ops::Bound::Excluded(*value),
            _ => {}
        }
    }
    join.range((start, end))
}

fn text(left: &str, rights: &[&str], options: &[(&str, &str)]) -> String {
    let options: Vec<String> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("oups_asof('store', '{left}', '{}', '{}')", rights.join(", "), options.join(";"))
}

#[tokio::test]
async fn its_rows_are_those_of_the_library() {
    for seed in 0..80 {
        let mut dice = Dice::new(seed);
        let (_folder, store) = store("what:str");
        for key in ["trades", "quotes", "refs"] {
            let count = dice.below(300) as usize;
            let group = 1 + dice.below(60);
            let rows = ticks(&mut dice, count);
            write(&store, key, rows, group);
        }
        let ctx = attached(&store);
        let rights: &[&str] = dice.one_of(&[&["quotes"], &["quotes", "refs"]]);
        let options = random_options(&mut dice);
        let from = text("trades", rights, &options);
        let expected = all(joined(&store, "trades", rights, &options).batches().unwrap());
        let found = rows(&ctx, &format!("select * from {from}")).await;
        assert_eq!(found.schema(), expected.schema(), "{from}");
        assert_eq!(found, expected, "{from}");

        // Of some columns, in any order, and of none.
        let names: Vec<String> = expected.schema().fields().iter().map(|field| field.name().clone()).collect();
        let mut places: Vec<usize> = (0..names.len()).filter(|_| dice.below(3) == 0).collect();
        places.reverse();
        if !places.is_empty() {
            let columns: Vec<String> = places.iter().map(|at| format!("\"{}\"", names[*at])).collect();
            let found = rows(&ctx, &format!("select {} from {from}", columns.join(", "))).await;
            assert_eq!(found, expected.project(&places).unwrap(), "{columns:?} of {from}");
        }
        assert_eq!(number(&ctx, &format!("select count(*) from {from}")).await, expected.num_rows() as i64);
        let few = rows(&ctx, &format!("select * from {from} limit 7")).await;
        assert_eq!(few, expected.slice(0, expected.num_rows().min(7)), "{from}");
    }
}

/// Trades at 1, 3 and 5 seconds, and quotes at 2, 4 and 6.
fn trades_and_quotes() -> (TempDir, Store<AnyKey>) {
    let (folder, store) = store("what:str");
    write(&store, "trades", seconds([1, 3, 5]), 2);
    write(&store, "quotes", seconds([2, 4, 6]), 2);
    (folder, store)
}

#[tokio::test]
async fn its_columns_are_named_by_the_path_text_of_their_dataset() {
    let (_folder, store) = trades_and_quotes();
    let ctx = attached(&store);
    insta::assert_snapshot!(table(&ctx, "select * from oups_asof('store', 'trades', 'quotes')").await);
    let with_options = r#"select t.time, "quotes.n" as n
        from oups_asof('store', 'trades', 'quotes', 'direction=forward,tolerance=' || '1s') t where n < 2 order by t.time"#;
    insta::assert_snapshot!(table(&ctx, with_options).await);
}

#[tokio::test]
async fn a_dataset_whose_name_holds_a_comma_is_ended_by_a_semicolon() {
    let (_folder, store) = trades_and_quotes();
    write(&store, "a,b", seconds([0]), 2);
    let ctx = attached(&store);
    let text = r#"select "a,b.n", "quotes.n" from oups_asof('store', 'trades', 'a,b;quotes')"#;
    insta::assert_snapshot!(table(&ctx, text).await);
    let text = r#"select count("a,b.n") from oups_asof('store', 'trades', 'a,b;')"#;
    assert_eq!(number(&ctx, text).await, 3);
}

#[tokio::test]
async fn its_rows_are_in_order_without_a_sort() {
    let (_folder, store) = trades_and_quotes();
    for partitions in [1, 4] {
        let ctx = attached_with(oups_datafusion::session_config(), partitions, &store);
        for (name, text) in [
            ("ordered", r#"select time, "quotes.n" from oups_asof('store', 'trades', 'quotes') order by time"#),
            (
                "ordered_limit",
                "select n from oups_asof('store', 'trades', 'quotes', 'strict=true') order by time limit 2",
            ),
            ("window", "select time, lag(n) over (order by time) from oups_asof('store', 'trades', 'quotes')"),
            (
                "grouped",
                r#"select oups_period('2s', time), sum("quotes.n") from oups_asof('store', 'trades', 'quotes') group by 1"#,
            ),
        ] {
            let plan = plan(&ctx, &store, text).await;
            assert!(!plan.contains("SortExec") && plan.contains("StreamedExec: oups_asof"), "{text}\n{plan}");
            assert!(name != "grouped" || plan.contains("ordering_mode=Sorted"), "{plan}");
            if partitions == 1 {
                insta::assert_snapshot!(format!("asof_{name}"), format!("{text}\n\n{plan}"));
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_joined_is_refused_in_words() {
    let (_folder, store) = trades_and_quotes();
    dataset(&store, "named").write(crate::support::hours([1])).ordered_on("hour").commit().unwrap();
    let ctx = attached(&store);
    let refused = refusals(
        &ctx,
        &[
            "select * from oups_asof('store', 'trades')",
            "select * from oups_asof('store', 'trades', 'quotes', '', '')",
            "select * from oups_asof('stores', 'trades', 'quotes')",
            "select * from oups_asof('store', 5.5, 'quotes')",
            "select * from oups_asof('store', null, 'quotes')",
            "select * from oups_asof('store', 'trades', random()::text)",
            "select * from oups_asof('store', 'trades', ' ')",
            "select * from oups_asof('store', 'trade', 'quotes')",
            "select * from oups_asof('store', 'trades', 'quotes, quote')",
            "select * from oups_asof('store', 'trades/1', 'quotes')",
            "select * from oups_asof('store', 'trades', 'quotes, quotes')",
            "select * from oups_asof('store', 'trades', 'named')",
            "select * from oups_asof('store', 'trades', 'quotes', 'tolerence=5s')",
            "select * from oups_asof('store', 'trades', 'quotes', 'limit=5')",
            "select * from oups_asof('store', 'trades', 'quotes', 'strict')",
            "select * from oups_asof('store', 'trades', 'quotes', 'strict=yes')",
            "select * from oups_asof('store', 'trades', 'quotes', 'strict=true,strict=true')",
            "select * from oups_asof('store', 'trades', 'quotes', 'direction=back')",
            "select * from oups_asof('store', 'trades', 'quotes', 'by=')",
            "select * from oups_asof('store', 'trades', 'quotes', 'by=m')",
            "select * from oups_asof('store', 'trades', 'quotes', 'tolerance=5 minutes')",
            "select * from oups_asof('store', 'trades', 'quotes', 'direction=forward,by=n')",
            "select * from oups_asof('store', 'trades', 'quotes', 'start=yesterday')",
            "select * from oups_asof('store', 'trades', 'quotes', 'start=2024-01-01,strict')",
            "select * from oups_asof('store', 'trades', 'quotes', 'where=n >')",
            r#"select "quotes.m" from oups_asof('store', 'trades', 'quotes')"#,
        ],
    );
    insta::assert_snapshot!(refused.await.replace(&*store.root().to_string_lossy(), "STORE"));
}

#[tokio::test]
async fn a_plan_reads_the_versions_that_it_was_made_on_however_often_it_runs() {
    let (_folder, store) = trades_and_quotes();
    let ctx = attached(&store);
    let text = r#"select * from oups_asof('store', 'trades', 'quotes')"#;
    let frame = oups_datafusion::sql(&ctx, text).await.unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let before = datafusion::physical_plan::collect(plan.clone(), ctx.task_ctx()).await.unwrap();
    write(&store, "trades", seconds([7, 9]), 2);
    dataset(&store, "quotes").remove().commit().unwrap();
    let again = datafusion::physical_plan::collect(plan.clone(), ctx.task_ctx()).await.unwrap();
    assert_eq!(again, before);
    assert!(displayable(plan.as_ref()).indent(true).to_string().contains("oups_asof(trades, quotes)"));
    let gone = crate::support::refusal(&ctx, text).await;
    assert!(gone.contains("quotes"), "{gone}");
}

#[tokio::test]
async fn a_view_sees_later_rows_but_not_later_columns() {
    let (_folder, store) = trades_and_quotes();
    let ctx = attached(&store);
    ctx.sql("create view joined as select * from oups_asof('store', 'trades', 'quotes')").await.unwrap();
    assert_eq!(number(&ctx, "select count(*) from joined").await, 3);
    let wider = crate::support::batch(&[
        ("time", seconds([7]).column(0).clone()),
        ("n", seconds([7]).column(1).clone()),
        ("m", seconds([7]).column(1).clone()),
    ]);
    dataset(&store, "trades").write(wider).evolve_schema().commit().unwrap();
    let seen = rows(&ctx, "select * from joined").await;
    assert_eq!((seen.num_rows(), seen.num_columns()), (4, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_sees_the_version_that_the_rest_of_the_statement_sees() {
    let (_folder, store) = trades_and_quotes();
    let ctx = attached(&store);
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (written, stopped) = (dataset(&store, "trades"), stop.clone());
    let writer = std::thread::spawn(move || {
        let mut second = 10;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            let write = written.write(seconds([second])).ordered_on("time").row_group_target(1000);
            write.durability(oups::Durability::Unsynced).commit().unwrap();
            second += 1;
        }
    });
    let text = "select (select count(n) from store.trades where n >= 0) as plain,
        (select count(n) from oups_asof('store', 'trades', 'quotes') where n >= 0) as joined,
        (select count(n) from oups_asof('store', 'quotes', 'trades', 'by=n') where n >= 0) as matched";
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..30 {
        let found = rows(&ctx, text).await;
        let counts: Vec<String> = found
            .columns()
            .iter()
            .map(|counts| datafusion::arrow::util::display::array_value_to_string(counts, 0).unwrap())
            .collect();
        assert_eq!(counts[0], counts[1]);
        seen.insert(counts[0].clone());
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writer.join().unwrap();
    assert!(seen.len() > 1, "the writer never came between two statements");
}
