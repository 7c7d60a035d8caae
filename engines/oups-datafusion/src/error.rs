//! Errors of oups on their way through DataFusion, and work that blocks.

use std::error::Error;

use datafusion::common::{DataFusionError, Result, exec_datafusion_err};

/// An error of oups as one of DataFusion's, out of which it can be taken again.
pub(crate) fn external(error: impl Into<oups::Error>) -> DataFusionError {
    DataFusionError::External(Box::new(error.into()))
}

/// The error of oups within one of DataFusion's, which may have wrapped it several times on its way to the caller.
///
/// ```
/// # use datafusion::common::DataFusionError;
/// let folder = tempfile::tempdir()?;
/// let error = oups::Store::<oups::AnyKey>::open(folder.path()).unwrap_err();
/// let wrapped = DataFusionError::External(Box::new(error)).context("while planning");
/// assert_eq!(oups_datafusion::error_of(&wrapped).unwrap().kind(), oups::ErrorKind::NotFound);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn error_of(error: &DataFusionError) -> Option<&oups::Error> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<oups::Error>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An error of either side, where code of oups calls back code of the engine.
#[derive(Debug)]
pub(crate) struct Raised(pub(crate) DataFusionError);

impl From<oups::Error> for Raised {
    fn from(error: oups::Error) -> Self {
        Self(external(error))
    }
}

impl From<DataFusionError> for Raised {
    fn from(error: DataFusionError) -> Self {
        Self(error)
    }
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
