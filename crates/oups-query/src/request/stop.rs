//! A read that its caller may stop.

use std::fmt;
use std::sync::Arc;

use oups_core::Error;

use crate::Result;

/// Asked between pieces of row groups whether the read is to go on.
#[derive(Clone, Default)]
pub(crate) struct Stop(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Stop {
    pub(crate) fn when(asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(asked)))
    }

    /// Asks.
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`].
    pub(crate) fn check(&self, dataset: &str) -> Result<()> {
        match &self.0 {
            Some(stop) if stop() => Err(Error::Stopped { dataset: dataset.to_owned(), by: None }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "asked" } else { "never" })
    }
}
