//! The events that a `tracing` subscriber gets.

use std::io;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use arrow::array::{Int64Array, RecordBatch};
use oups::{AnyKey, Dataset, KeySchema, QueryStore, ReadDataset, Resolver, Separator, Store};
use oups_tests::scratch;
use tracing::{Dispatch, Level};

use crate::concurrency::actor::patience;

/// Keeps the lines of the log, and sends each to a test that waits for one.
#[derive(Clone)]
struct Lines {
    kept: Arc<Mutex<Vec<u8>>>,
    sent: Sender<String>,
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.lock().unwrap().extend_from_slice(bytes);
        let _ = self.sent.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A second subscriber, which ignores all events. With a single one, `tracing` asks only the first thread that reaches
/// an event whether anybody listens, so a test without a subscriber would answer for all.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

/// Does something in this thread. Returns the events meanwhile, without names and times that differ from run to run.
pub(crate) fn heard(level: Level, sent: Sender<String>, act: impl FnOnce()) -> String {
    LazyLock::force(&ANOTHER);
    let lines = Lines { kept: Arc::default(), sent };
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, act);
    let text = String::from_utf8(lines.kept.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| format!("{}\n", steady(line))).collect()
}

/// The line without file names, sizes and times.
fn steady(line: &str) -> String {
    let words = line.split(' ').map(|word| match word.split_once('=') {
        Some(("file", _)) => "file=…",
        Some(("bytes", _)) => "bytes=…",
        Some(("waited", _)) => "waited=…",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn dataset(root: &Path) -> (Store<AnyKey>, Dataset) {
    let schema = KeySchema::parse("name:str", Separator::default()).unwrap();
    let store = Store::create_for(root, schema).or_else(|_| Store::open(root)).unwrap();
    let dataset = store.dataset(&store.parse_key("x").unwrap()).unwrap();
    (store, dataset)
}

fn rows(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let time: Int64Array = values.into_iter().map(Some).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap()
}

#[test]
fn commits_tell_what_they_did_and_at_the_next_level_how() {
    let folder = scratch();
    let (store, dataset) = dataset(folder.path());
    let all = || {
        dataset.write(rows(0..6)).ordered_on("time").row_group_target(3).commit().unwrap();
        dataset.write(rows([4])).commit().unwrap();
        dataset.write(rows(std::iter::empty())).commit().unwrap();
        dataset.delete(..3).commit().unwrap();
        dataset.change_settings().row_group_target(10).commit().unwrap();
        dataset.scan().range(4..).collect().unwrap();
        store.query(store.keys(..).unwrap()).intersections().unwrap().for_each(|chunk| assert!(chunk.is_ok()));
        store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
    };
    insta::assert_snapshot!("listening_info", heard(Level::INFO, channel().0, all));
    // The next level, reads of files, is left out: other threads log it.
    insta::assert_snapshot!("listening_debug", heard(Level::DEBUG, channel().0, all));
}

#[test]
fn whoever_waits_for_the_lock_says_for_whom() {
    let folder = scratch();
    let (_, dataset) = dataset(folder.path());
    dataset.write(rows([0])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    let ((holds, holding), (sent, lines)) = (channel(), channel::<String>());
    let lines = Mutex::new(lines);
    let holder = dataset.clone();
    let text = thread::scope(|scope| {
        scope.spawn(move || {
            // Keeps the lock until the log says that the other writer waits.
            let rule = Resolver::new(move |run| {
                holds.send(()).unwrap();
                while !lines.lock().unwrap().recv_timeout(patience()).unwrap().contains("waiting for the writers' lock")
                {
                }
                Ok(run.new_rows())
            });
            holder.write(rows([0])).keep(rule).commit().unwrap();
        });
        holding.recv_timeout(patience()).unwrap();
        heard(Level::DEBUG, sent, || {
            dataset.write(rows([1])).commit().unwrap();
        })
    });
    let waiting = text.lines().find(|line| line.contains("waiting for the writers' lock")).unwrap();
    assert!(waiting.contains("dataset=\"x\"") && waiting.contains(&std::process::id().to_string()), "{waiting}");
    assert!(text.contains("the writers' lock dataset=\"x\" waited=…"), "{text}");
}
