//! Commits that race with queries: a statement reads what its snapshots hold, whatever writers do meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use futures::StreamExt;
use oups::{AnyKey, Dataset, Store};

use crate::support::{attached, attached_with, batch, dataset, number, rows, store};

const ROWS: i64 = 100;

/// All hours, with values whose sum is zero: half of them the number, half its opposite.
fn balanced(number: i64) -> RecordBatch {
    let values = (0..ROWS).map(|hour| if hour % 2 == 0 { number } else { -number });
    let columns: [(&str, ArrayRef); 2] = [
        ("hour", Arc::new(Int64Array::from_iter_values(0..ROWS))),
        ("value", Arc::new(Int64Array::from_iter_values(values))),
    ];
    batch(&columns)
}

fn write(dataset: &Dataset, number: i64, rows: std::ops::Range<usize>) {
    let rows = balanced(number).slice(rows.start, rows.len());
    let write = dataset.write(rows).ordered_on("hour").row_group_target(2);
    write.duplicates_on(["hour"]).durability(oups::Durability::Unsynced).commit().unwrap();
}

/// A thread that corrects rows again and again, and compacts now and then, until it is told to stop.
struct Writer {
    stop: Arc<AtomicBool>,
    commits: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    fn of(dataset: Dataset) -> Self {
        let (stop, commits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stopped, done) = (stop.clone(), commits.clone());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let number = done.load(Ordering::Relaxed);
                // An even start and length, so that the sum stays zero.
                let from = number * 6 % (ROWS as usize - 8);
                write(&dataset, number as i64, from..from + 8);
                if number % 10 == 9 {
                    let target = if number % 20 == 9 { 16 } else { 2 };
                    dataset.compact().row_group_target(target).commit().unwrap();
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { stop, commits, thread: Some(thread) }
    }

    fn commits(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || ended.is_some_and(|ended| ended.is_ok()), "a writer panicked");
    }
}

/// The names of replaced files that are still there.
fn retired(store: &Store<AnyKey>, key: &str) -> Vec<String> {
    let entries = std::fs::read_dir(store.root().join(key)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".retired-")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_sees_whole_commits() {
    let (_folder, store) = store("city:str");
    for key in ["oslo", "rome"] {
        write(&dataset(&store, key), 1, 0..ROWS as usize);
    }
    let ctx = attached(&store);
    {
        let (oslo, rome) = (Writer::of(dataset(&store, "oslo")), Writer::of(dataset(&store, "rome")));
        let mut statements = 0;
        while oslo.commits() + rome.commits() < 150 || statements < 20 {
            let found = rows(&ctx, "select city, sum(value), count(*) from store group by city").await;
            assert_eq!(found.column(1).as_primitive::<Int64Type>().values(), &[0, 0]);
            assert_eq!(found.column(2).as_primitive::<Int64Type>().values(), &[ROWS, ROWS]);
            let ordered = rows(&ctx, "select hour, lag(hour) over (order by hour) from store.oslo").await;
            assert_eq!(ordered.num_rows() as i64, ROWS);
            statements += 1;
        }
    }
    // No plan is left: the next writer that replaces something clears away what was kept for them.
    for key in ["oslo", "rome"] {
        write(&dataset(&store, key), 5, 0..ROWS as usize);
        write(&dataset(&store, key), 6, 0..ROWS as usize);
        dataset(&store, key).sync().commit().unwrap();
        write(&dataset(&store, key), 7, 0..ROWS as usize);
        dataset(&store, key).sync().commit().unwrap();
        assert_eq!(retired(&store, key), Vec::<String>::new(), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_read_halfway_keeps_its_files_over_many_commits_and_over_a_removal() {
    let (_folder, store) = store("city:str");
    let oslo = dataset(&store, "oslo");
    write(&oslo, 1, 0..ROWS as usize);
    // What one partition reads ahead is far from all of its files.
    let ctx = attached_with(oups_datafusion::session_config(), 1, &store);
    let frame = oups_datafusion::sql(&ctx, "select hour, value from store order by hour").await.unwrap();
    let mut stream = frame.execute_stream().await.unwrap();
    let mut read = vec![stream.next().await.unwrap().unwrap()];
    for number in 2..=100 {
        write(&oslo, number, 0..ROWS as usize);
    }
    oslo.compact().row_group_target(1000).commit().unwrap();
    assert!(!retired(&store, "oslo").is_empty());
    oslo.remove().commit().unwrap();
    while let Some(batch) = stream.next().await {
        read.push(batch.unwrap());
    }
    let read = datafusion::arrow::compute::concat_batches(&balanced(1).schema(), &read).unwrap();
    assert_eq!(read.columns(), balanced(1).columns());
    drop(stream);
    write(&oslo, 3, 0..ROWS as usize);
    write(&oslo, 4, 0..ROWS as usize);
    oslo.sync().commit().unwrap();
    assert_eq!(retired(&store, "oslo"), Vec::<String>::new());
    assert_eq!(number(&ctx, "select max(value) from store").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_is_dropped_lets_its_files_go() {
    let (_folder, store) = store("city:str");
    let oslo = dataset(&store, "oslo");
    write(&oslo, 1, 0..ROWS as usize);
    let ctx = attached(&store);
    let frame = oups_datafusion::sql(&ctx, "select * from store").await.unwrap();
    let plan = frame.clone().create_physical_plan().await.unwrap();
    write(&oslo, 2, 0..ROWS as usize);
    oslo.sync().commit().unwrap();
    assert!(!retired(&store, "oslo").is_empty());
    drop((frame, plan));
    write(&oslo, 3, 0..ROWS as usize);
    oslo.sync().commit().unwrap();
    assert_eq!(retired(&store, "oslo"), Vec::<String>::new());
}
