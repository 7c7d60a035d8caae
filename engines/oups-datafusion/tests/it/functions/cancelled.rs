//! A query that nobody waits for any more: its thread stops, and lets the snapshots go.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures::StreamExt;
use oups::{AnyKey, Store, StoreOptions};
use oups_tests::fault_fs::FaultFs;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{seconds, write};
use crate::support::{attached, dataset, store};

const DEADLINE: Duration = Duration::from_secs(120);

const FILES: usize = 200;

/// The rows of a file. All rows are several times as many as the stream holds before somebody takes them.
const ROWS: usize = 1000;

/// Two datasets of many row groups each.
fn many_files() -> (TempDir, Store<AnyKey>) {
    let (folder, store) = store("what:str");
    for key in ["a", "b"] {
        write(&store, key, seconds(0..(ROWS * FILES) as i64), ROWS as u64);
    }
    (folder, store)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// The row group files in the folder of a dataset, live or retired.
fn row_groups(store: &Store<AnyKey>, key: &str) -> usize {
    let names = std::fs::read_dir(store.root().join(key)).unwrap().map(|entry| entry.unwrap().file_name());
    let is_row_group = |name: &str| name.ends_with(".parquet") || name.contains(".retired-");
    names.filter(|name| is_row_group(&name.to_string_lossy())).count()
}

/// Each function once: the first batch of the second comes behind the last row.
const STATEMENTS: [&str; 2] =
    ["select * from oups_asof('store', 'a', 'b')", "select * from oups_resample('store', '', '1D', 'n:sum,last')"];

#[test]
fn a_stream_that_is_dropped_half_read_lets_the_files_go() {
    for text in STATEMENTS {
        let (_folder, store) = many_files();
        let runtime = runtime();
        let ctx = attached(&store);
        let mut stream = runtime.block_on(async {
            let frame = oups_datafusion::sql(&ctx, text).await.unwrap();
            frame.execute_stream().await.unwrap()
        });
        let first = runtime.block_on(stream.next()).unwrap().unwrap();
        assert!(first.num_rows() > 0);
        // The thread of the join waits with more rows. While they are wanted, the files stay.
        dataset(&store, "a").delete(..).commit().unwrap();
        assert!(row_groups(&store, "a") == FILES || text == STATEMENTS[1], "{text}: {}", row_groups(&store, "a"));
        drop(stream);
        drop(ctx);
        // Waits for the thread.
        runtime.shutdown_timeout(DEADLINE);
        dataset(&store, "b").delete(..).commit().unwrap();
        assert_eq!(row_groups(&store, "b"), 0, "{text}");
    }
}

#[test]
fn a_thread_that_has_no_row_yet_stops_with_the_file_in_hand() {
    for text in STATEMENTS {
        let (_folder, plain) = many_files();
        let opened = Arc::new(AtomicUsize::new(0));
        let (told, at_tenth) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let (count, may_go) = (opened.clone(), Mutex::new(may_go));
        let fs = FaultFs::counting().watching(move |path| {
            let is_file = path.extension().is_some_and(|extension| extension == "parquet");
            if is_file && count.fetch_add(1, Ordering::SeqCst) + 1 == 10 {
                told.send(()).unwrap();
                may_go.lock().unwrap().recv_timeout(DEADLINE).unwrap();
            }
        });
        let options = StoreOptions::new().file_system(fs);
        let store = Store::<AnyKey>::open_with(plain.root(), options).unwrap();
        let runtime = runtime();
        let ctx = attached(&store);
        let mut stream = runtime.block_on(async {
            let frame = oups_datafusion::sql(&ctx, text).await.unwrap();
            frame.execute_stream().await.unwrap()
        });
        let waiting = runtime.spawn(async move { while stream.next().await.is_some() {} });
        at_tenth.recv_timeout(DEADLINE).unwrap();
        waiting.abort();
        let ended = runtime.block_on(waiting);
        assert!(ended.is_err_and(|error| error.is_cancelled()));
        go.send(()).unwrap();
        drop(ctx);
        runtime.shutdown_timeout(DEADLINE);
        let opened = opened.load(Ordering::SeqCst);
        // Some were being decoded ahead when the tenth was held up.
        assert!(opened < FILES / 4, "{text}: {opened} files were opened");
        dataset(&plain, "a").delete(..).commit().unwrap();
        assert_eq!(row_groups(&plain, "a"), 0, "{text}");
    }
}
