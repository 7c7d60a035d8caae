//! Inserts that fail, or are given up.

use std::io;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{SessionContext, col};
use futures::StreamExt;
use oups::{AnyKey, Keep, KeySchema, Outcome, Phase, Separator, Store, StoreOptions};
use oups_datafusion::{Halt, done_in_part};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use tokio::sync::Notify;

use super::{taken, versions, weather, weather_rows, writable, write};
use crate::support::table;

/// No test waits for longer.
const DEADLINE: Duration = Duration::from_secs(120);

/// Batches of a table `feed`, then an end or none, which is told when it is come to.
#[derive(Debug)]
struct Feed {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    ends: bool,
    all_taken: Arc<Notify>,
}

impl PartitionStream for Feed {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (told, ends) = (self.all_taken.clone(), self.ends);
        let rest = futures::stream::once(async move {
            told.notify_one();
            if !ends {
                std::future::pending::<()>().await;
            }
        });
        let batches = futures::stream::iter(self.batches.clone()).map(Ok);
        let rest = rest.filter_map(|()| std::future::ready(None));
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), batches.chain(rest)))
    }
}

/// A table `feed` of rows of `time`, `temp` and `note` in order.
fn feed(ctx: &SessionContext, batches: Vec<RecordBatch>, ends: bool) -> Arc<Notify> {
    let (schema, all_taken) = (batches[0].schema(), Arc::new(Notify::new()));
    let feed = Feed { schema: schema.clone(), batches, ends, all_taken: all_taken.clone() };
    let table = StreamingTable::try_new(schema, vec![Arc::new(feed)]).unwrap();
    ctx.register_table("feed", Arc::new(table.with_sort_order(vec![col("time").sort(true, false)]))).unwrap();
    all_taken
}

#[tokio::test]
async fn a_value_that_is_refused_late_leaves_all_as_it_was() {
    let (_folder, store, ctx) = weather();
    feed(&ctx, (1..9).map(|batch| weather_rows(batch * 100..batch * 100 + 100)).collect(), true);
    for table in ["store", r#"store."oslo""#] {
        let key = if table == "store" { "'oslo' as city, " } else { "" };
        let insert = format!(
            "insert into {table} select {key}time, case when temp = 850 then 'hot' else null end, note from feed"
        );
        let error = taken(&ctx, &insert).await.unwrap_err().to_string();
        assert!(error.contains("column `temp`: `hot` is of type Utf8, and not Float64"), "{error}");
        let insert = format!(
            "insert into {table} select {key}case when temp = 850 then null else time end, temp, note from feed"
        );
        let error = taken(&ctx, &insert).await.unwrap_err().to_string();
        assert!(error.contains("column `time` takes no nulls"), "{error}");
    }
    assert_eq!(versions(&store, ["oslo", "rome"]), [1, 1]);
    // Nothing is left of it, and others may write.
    write(&store, "oslo", weather_rows([7]));
    let name = |entry: io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let names: Vec<String> = std::fs::read_dir(store.root()).unwrap().map(name).collect();
    assert!(names.iter().all(|name| !name.ends_with(".tmp")), "{names:?}");
}

/// Holds a dataset's lock until the answer is dropped.
struct Holder {
    release: mpsc::Sender<()>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Holder {
    fn of(store: &Store<AnyKey>, key: &str) -> Self {
        let dataset = store.dataset(&store.parse_key(key).unwrap()).unwrap();
        let ((held, is_held), (release, released)) = (mpsc::channel(), mpsc::channel());
        let mut once = Some(held);
        let thread = std::thread::spawn(move || {
            let write = dataset.write(weather_rows([50])).progress(move |at| {
                if at.phase == Phase::Merging
                    && let Some(held) = once.take()
                {
                    held.send(()).unwrap();
                    released.recv_timeout(DEADLINE).ok();
                }
                std::ops::ControlFlow::Continue(())
            });
            write.commit().unwrap();
        });
        is_held.recv_timeout(DEADLINE).unwrap();
        Self { release, thread: Some(thread) }
    }

    fn release(mut self) {
        self.release.send(()).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_says_which_datasets_are_written() {
    let (_folder, store, ctx) = weather();
    let rome = store.dataset(&store.parse_key("rome").unwrap()).unwrap();
    rome.change_settings().keep(Keep::Reject).commit().unwrap();
    let holder = Holder::of(&store, "rome");
    let insert = "insert into store (city, time) values ('oslo', '1970-01-01 09:00'), ('rome', '1970-01-01 00:00')";
    let session = ctx.clone();
    let inserted = tokio::spawn(async move { taken(&session, insert).await });
    // Oslo is written while Rome is waited for, where the duplicate then is found.
    let end = Instant::now() + DEADLINE;
    while versions(&store, ["oslo"]) != [2] {
        assert!(Instant::now() < end);
        tokio::task::yield_now().await;
    }
    holder.release();
    let error = inserted.await.unwrap().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("the insert has written 1 of 2 datasets (oslo), and has not changed the other 1"), "{text}");
    assert!(
        matches!(oups_datafusion::error_of(&error), Some(oups::Error::Duplicate { dataset, .. }) if dataset == "rome")
    );
    assert_eq!(versions(&store, ["oslo", "rome"]), [2, 3]);
    let rows = table(&ctx, "select city, count(*) from store group by city order by city").await;
    insta::assert_snapshot!(rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_is_given_up_while_rows_come_changes_nothing() {
    for target in ["store", r#"store."oslo""#] {
        let (_folder, store, ctx) = weather();
        let all_taken = feed(&ctx, vec![weather_rows(0..100), weather_rows(100..200)], false);
        let key = if target == "store" { "'oslo' as city, " } else { "" };
        let insert = format!("insert into {target} select {key}time, temp, note from feed");
        let session = ctx.clone();
        let inserted = tokio::spawn(async move { taken(&session, &insert).await });
        tokio::time::timeout(DEADLINE, all_taken.notified()).await.unwrap();
        inserted.abort();
        assert!(inserted.await.unwrap_err().is_cancelled());
        assert_eq!(versions(&store, ["oslo"]), [1]);
        write(&store, "oslo", weather_rows([7]));
        assert_eq!(versions(&store, ["oslo"]), [2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_is_given_up_while_it_waits_for_others_changes_nothing() {
    for target in ["store", r#"store."oslo""#] {
        let (_folder, store, ctx) = weather();
        let holder = Holder::of(&store, "oslo");
        let all_taken = feed(&ctx, vec![weather_rows(0..100)], true);
        let key = if target == "store" { "'oslo' as city, " } else { "" };
        let insert = format!("insert into {target} select {key}time, temp, note from feed");
        let session = ctx.clone();
        let inserted = tokio::spawn(async move { taken(&session, &insert).await });
        tokio::time::timeout(DEADLINE, all_taken.notified()).await.unwrap();
        inserted.abort();
        assert!(inserted.await.unwrap_err().is_cancelled());
        holder.release();
        // Of the other writer alone.
        assert_eq!(versions(&store, ["oslo"]), [2]);
        assert_eq!(
            table(&ctx, "select count(*) from store where city = 'oslo'").await.lines().nth(3),
            Some("| 4        |")
        );
    }
}

/// A session as another, whose inserts are asked to stop by what is returned.
fn asking(ctx: &SessionContext) -> (SessionContext, Arc<Halt>) {
    let halt = Arc::new(Halt::default());
    let mut state = ctx.state();
    state.config_mut().set_extension(halt.clone());
    (SessionContext::new_with_state(state), halt)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_is_asked_to_stop_while_rows_come_changes_nothing() {
    for target in ["store", r#"store."oslo""#] {
        let (_folder, store, ctx) = weather();
        let all_taken = feed(&ctx, vec![weather_rows(0..100), weather_rows(100..200)], false);
        let (session, halt) = asking(&ctx);
        let key = if target == "store" { "'oslo' as city, " } else { "" };
        let insert = format!("insert into {target} select {key}time, temp, note from feed");
        let inserted = tokio::spawn(async move { taken(&session, &insert).await });
        tokio::time::timeout(DEADLINE, all_taken.notified()).await.unwrap();
        halt.ask();
        let error = tokio::time::timeout(DEADLINE, inserted).await.unwrap().unwrap().unwrap_err();
        assert!(error.to_string().contains("nothing was written") && done_in_part(&error).is_none(), "{error}");
        assert_eq!(versions(&store, ["oslo"]), [1]);
        // Others may write, and do not wait.
        write(&store, "oslo", weather_rows([7]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_is_asked_to_stop_says_which_datasets_are_written() {
    let (_folder, store, ctx) = weather();
    let holder = Holder::of(&store, "rome");
    let (session, halt) = asking(&ctx);
    let insert = "insert into store (city, time) values ('oslo', '1970-01-01 09:00'), ('rome', '1970-01-01 09:00')";
    let inserted = tokio::spawn(async move { taken(&session, insert).await });
    let end = Instant::now() + DEADLINE;
    while versions(&store, ["oslo"]) != [2] {
        assert!(Instant::now() < end);
        tokio::task::yield_now().await;
    }
    halt.ask();
    // It need not wait for the other writer any longer.
    let error = tokio::time::timeout(DEADLINE, inserted).await.unwrap().unwrap().unwrap_err();
    let done = "the insert has written 1 of 2 datasets (oslo), and has not changed the other 1";
    assert_eq!(done_in_part(&error), Some(done), "{error}");
    assert_eq!(oups_datafusion::error_of(&error).unwrap().outcome(), Outcome::NotDone);
    holder.release();
    // Rome is of the other writer alone.
    assert_eq!(versions(&store, ["oslo", "rome"]), [2, 2]);
}

#[tokio::test]
async fn what_is_written_when_the_stop_is_asked_for_stays() {
    let (_folder, store, ctx) = weather();
    let (session, halt) = asking(&ctx);
    let insert = r#"insert into store."oslo" (time) values ('1970-01-03')"#;
    assert_eq!(taken(&session, insert).await.unwrap(), 1);
    halt.ask();
    assert_eq!(versions(&store, ["oslo"]), [2]);
    // The next one needs another.
    assert!(taken(&session, insert).await.is_err());
    assert_eq!(versions(&store, ["oslo"]), [2]);
}

#[tokio::test]
async fn plans_that_write_are_told_from_others() {
    let (_folder, _store, ctx) = weather();
    ctx.sql("create table t as select 1 as a").await.unwrap();
    for (text, writes) in [
        (r#"insert into store."oslo" (time) values ('1970-01-03')"#, true),
        ("explain analyze insert into store select * from store", true),
        ("insert into t values (2)", false),
        ("select * from store", false),
    ] {
        let plan = oups_datafusion::sql(&ctx, text).await.unwrap().create_physical_plan().await.unwrap();
        assert_eq!(oups_datafusion::writes_store(plan.as_ref()), writes, "{text}");
    }
}

/// The writer waits for rows on no thread that the scans need.
#[test]
fn one_thread_for_work_that_blocks_is_enough() {
    let (_folder, store, _) = weather();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let ctx = writable(&store);
        let insert = "insert into store select city, time + interval '1 day', temp, note from store";
        assert_eq!(tokio::time::timeout(DEADLINE, taken(&ctx, insert)).await.unwrap().unwrap(), 6);
    });
}

#[tokio::test]
async fn an_insert_that_has_perhaps_happened_says_so() {
    for (fault, outcome) in [
        (Fault::FailsAfter, Outcome::Done { durable: false }),
        (Fault::Blinds { done: true }, Outcome::Unknown),
        (Fault::Fails, Outcome::NotDone),
    ] {
        let folder = scratch();
        let store = Store::create_for(folder.path(), KeySchema::parse("city:str", Separator::Dash).unwrap()).unwrap();
        write(&store, "rome", weather_rows([0]));
        let fs = FaultFs::hitting_first("rename rome.opdmd", fault);
        let faulty = Store::open_with(folder.path(), StoreOptions::new().file_system(fs.clone())).unwrap();
        let ctx = writable(&faulty);
        let insert = r#"insert into store."rome" (time) values ('1970-01-03')"#;
        let error = taken(&ctx, insert).await.unwrap_err();
        let of_oups = oups_datafusion::error_of(&error).unwrap();
        assert_eq!(of_oups.outcome(), outcome, "{error}");
        assert_eq!(versions(&store, ["rome"]), [if outcome == Outcome::NotDone { 1 } else { 2 }]);
    }
}

#[tokio::test]
async fn of_several_datasets_those_that_are_perhaps_written_are_named_too() {
    let (_folder, store, _) = weather();
    let fs = FaultFs::hitting_first("rename rome.opdmd", Fault::FailsAfter);
    let ctx = writable(&Store::open_with(store.root(), StoreOptions::new().file_system(fs)).unwrap());
    let insert = "insert into store (city, time) values ('oslo', '1970-01-02'), ('rome', '1970-01-02')";
    let error = taken(&ctx, insert).await.unwrap_err();
    let of_oups = oups_datafusion::error_of(&error).unwrap();
    assert_eq!((of_oups.outcome(), of_oups.dataset()), (Outcome::Done { durable: false }, Some("rome")), "{error}");
    // Rome may have stopped Oslo before that was begun.
    let told = match versions(&store, ["oslo", "rome"]) {
        [2, 2] => {
            "the insert has written 1 of 2 datasets (oslo), and perhaps 1 (rome), and has not changed the other 0"
        }
        versions => {
            assert_eq!(versions, [1, 2]);
            "rome"
        }
    };
    assert!(error.to_string().contains(told), "{error}");
}
