//! oups in a program on tokio. Every call of oups may wait for the disk, so it runs on a blocking thread.
//!
//! A change owns all that it needs: it is built anywhere, and committed on a blocking thread. Batches are read on a
//! blocking thread too, and come through a bounded channel, so that few of them are in memory. A change that waits for
//! another writer blocks its thread meanwhile, so give it a `lock_timeout`.
//!
//! `cargo run -p oups --example tokio`

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use arrow::array::{Float64Array, Int64Array, RecordBatch};
use oups::prelude::*;
use oups::{Error, Scan};
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::spawn_blocking;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sensor {
    place: String,
}

/// The most batches that wait in the channel.
const AHEAD: usize = 4;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    run(&folder.path().join("store"), &mut std::io::stdout())
}

/// Runs the example and prints what it does.
pub(crate) fn run(path: &Path, out: &mut impl Write) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().build()?.block_on(story(path, out))
}

async fn story(path: &Path, out: &mut impl Write) -> Result<()> {
    let path = path.to_owned();
    let store = spawn_blocking(move || Store::<Sensor>::open_or_create(path)).await??;
    let roof = store.dataset(&Sensor { place: "roof".into() })?;

    let write = roof.write(readings(0..100_000)?).ordered_on("minute").row_group_target(10_000);
    let write = write.lock_timeout(Duration::from_secs(10));
    let written = spawn_blocking(move || write.commit()).await??;
    writeln!(out, "wrote {} rows in {} files", written.rows_written, written.files_written)?;

    let (mut rows, mut sum) = (0, 0.0);
    let mut batches = stream(roof.scan().range(..50_000));
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        rows += batch.num_rows();
        sum += arrow::compute::sum(values(&batch)?).unwrap_or_default();
    }
    writeln!(out, "read {rows} rows, mean {}", sum / rows as f64)?;

    // A task that is not wanted any more. Its change is stopped before it commits, and nothing is changed.
    let wanted = Arc::new(AtomicBool::new(true));
    let asked = wanted.clone();
    let go_on = move || if asked.load(Ordering::Relaxed) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let late = roof.write(readings(100_000..200_000)?).progress(move |_| go_on());
    wanted.store(false, Ordering::Relaxed);
    let stopped = spawn_blocking(move || late.commit()).await?;
    writeln!(out, "stopped: {}", matches!(stopped, Err(Error::Stopped { .. })))?;
    let info = spawn_blocking(move || roof.info()).await??;
    writeln!(out, "version {}, {} rows", info.version.commit(), info.rows)?;
    Ok(())
}

/// The batches of a scan, read ahead on a blocking thread. Dropping the receiver ends the reading.
fn stream(scan: Scan) -> Receiver<Result<RecordBatch>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    spawn_blocking(move || match scan.batches() {
        Ok(batches) => {
            for batch in batches {
                if sender.blocking_send(batch.map_err(anyhow::Error::from)).is_err() {
                    return;
                }
            }
        }
        // If the receiver is dropped, nobody needs the error.
        Err(error) => drop(sender.blocking_send(Err(error.into()))),
    });
    receiver
}

fn readings(minutes: std::ops::Range<i64>) -> Result<RecordBatch> {
    let values: Float64Array = minutes.clone().map(|minute| Some((minute % 10) as f64)).collect();
    let minutes: Int64Array = minutes.map(Some).collect();
    Ok(RecordBatch::try_from_iter([("minute", Arc::new(minutes) as _), ("value", Arc::new(values) as _)])?)
}

fn values(batch: &RecordBatch) -> Result<&Float64Array> {
    use arrow::array::AsArray;
    let column = batch.column_by_name("value").and_then(|column| column.as_primitive_opt());
    column.ok_or_else(|| anyhow::anyhow!("the scan has the column"))
}
