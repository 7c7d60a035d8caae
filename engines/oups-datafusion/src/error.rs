//! Errors of oups on their way through DataFusion, and work that blocks.

use datafusion::common::{DataFusionError, Result, exec_datafusion_err};

/// An error of oups as one of DataFusion's, out of which it can be taken again.
pub(crate) fn external(error: impl Into<oups::Error>) -> DataFusionError {
    DataFusionError::External(Box::new(error.into()))
}

/// Does work that reads files on a thread that may wait for them.
///
/// # Errors
///
/// Those of the work; an execution error if it panics, or the runtime is shut down meanwhile.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(exec_datafusion_err!("reading a store was broken off: {error}")),
    }
}
