//! A write on a thread of its own, which takes rows as they come.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use datafusion::arrow::array::{RecordBatch, RecordBatchReader};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, exec_datafusion_err};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::halt::Halt;

/// Batches that wait for the writer.
const WAITING: usize = 4;

/// A write that takes rows until it is told that these were all. Dropped before, it changes nothing more: when the drop
/// returns, the write has ended, for which it waits.
///
/// It has a thread of its own, not one of the runtime's: a runtime may have only one for work that blocks, and the scans that
/// the rows come from need that one.
#[derive(Debug)]
pub(super) struct Writing {
    /// None once all rows are there.
    rows: Option<Sender<Message>>,
    stop: Stop,
    done: oneshot::Receiver<Result<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Message {
    Rows(RecordBatch),
    /// These were all. Without it, who sends them was dropped.
    End,
}

/// Whether the write is to stop while nothing has happened: because it was dropped, or because the session asks for it.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    is_dropped: Arc<AtomicBool>,
    halt: Arc<Halt>,
}

impl Stop {
    /// What a change's progress answers.
    pub(super) fn answer(&self) -> ControlFlow<()> {
        let stops = self.is_dropped.load(Ordering::Acquire) || self.halt.is_asked();
        if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Writing {
    /// Begins a write of rows with these columns.
    ///
    /// # Errors
    ///
    /// If there is no thread to be had.
    pub(super) fn begin(
        columns: SchemaRef,
        halt: Arc<Halt>,
        write: impl FnOnce(Incoming, Stop) -> Result<()> + Send + 'static,
    ) -> Result<Self> {
        let (rows, receiver) = channel(WAITING);
        let (told, done) = oneshot::channel();
        let stop = Stop { is_dropped: Arc::default(), halt };
        let (incoming, stopped) = (Incoming { columns, receiver: Some(receiver) }, stop.clone());
        let thread = thread::Builder::new().name("oups-insert".to_owned()).spawn(move || {
            // Nobody listens to what became of a statement that was dropped.
            let _ = told.send(write(incoming, stopped));
        })?;
        Ok(Self { rows: Some(rows), stop, done, thread: Some(thread) })
    }

    /// Gives it rows, and waits while it has enough of them. False if it takes no more, having failed.
    pub(super) async fn take(&self, rows: RecordBatch) -> bool {
        match &self.rows {
            Some(sender) => sender.send(Message::Rows(rows)).await.is_ok(),
            None => false,
        }
    }

    /// Tells it that these were all, and waits until they are written.
    ///
    /// # Errors
    ///
    /// Those of the write.
    pub(super) async fn finish(mut self) -> Result<()> {
        if let Some(rows) = self.rows.take() {
            // It may have failed before.
            let _ = rows.send(Message::End).await;
        }
        let done = (&mut self.done).await;
        done.unwrap_or_else(|_| {
            Err(exec_datafusion_err!("the insert broke off by an internal error: please report it"))
        })
    }

    /// Lets it end without having written anything, and waits for that.
    pub(super) async fn abandon(mut self) {
        self.stop.is_dropped.store(true, Ordering::Release);
        self.rows = None;
        let _ = (&mut self.done).await;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.stop.is_dropped.store(true, Ordering::Release);
        // It may be waiting for more.
        self.rows = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The rows of an insert as a reader, for the thread that writes them.
#[derive(Debug)]
pub(super) struct Incoming {
    columns: SchemaRef,
    /// None behind the last one.
    receiver: Option<Receiver<Message>>,
}

impl Iterator for Incoming {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.receiver.as_mut()?.blocking_recv() {
            Some(Message::Rows(rows)) => Some(Ok(rows)),
            Some(Message::End) => {
                self.receiver = None;
                None
            }
            None => {
                self.receiver = None;
                Some(Err(ArrowError::ExternalError("the statement was given up before its last row".into())))
            }
        }
    }
}

impl RecordBatchReader for Incoming {
    fn schema(&self) -> SchemaRef {
        self.columns.clone()
    }
}
