//! Renames that are commit points, and what is known after one fails.
//!
//! A rename that reports an error may have happened all the same. A look at the file shows whether it has. If the look
//! fails too, the outcome is unknown, and the error must not say that nothing has changed.

use std::path::Path;

use crate::fs::StoreFs;
use crate::version::Version;
use crate::{Error, Result};

/// The state of the file after a failed rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The new file: the rename has happened.
    New,
    /// The old file: the rename has not happened.
    Old,
    /// Another file.
    Other,
}

/// A change that a rename makes visible.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    what: &'static str,
    dataset: Option<String>,
    version: Version,
}

impl Attempt {
    /// A change of a dataset, which brings it to this version.
    pub(crate) fn on(what: &'static str, dataset: &str, version: Version) -> Self {
        Self { what, dataset: Some(dataset.to_owned()), version }
    }

    /// The making of a whole store.
    pub(crate) fn of_store(what: &'static str) -> Self {
        Self { what, dataset: None, version: Version::ABSENT }
    }

    /// Renames. If that fails, `look` finds the state of the file.
    ///
    /// # Errors
    ///
    /// The rename's own error if it surely has not happened; [`Error::NotDurable`] if it has; else
    /// [`Error::OutcomeUnknown`].
    pub(crate) fn rename(
        &self,
        fs: &StoreFs,
        from: &Path,
        to: &Path,
        look: impl FnOnce() -> Result<Seen>,
    ) -> Result<()> {
        let Err(error) = fs.rename(from, to) else { return Ok(()) };
        let seen = look();
        tracing::warn!(what = self.what, dataset = self.dataset, %error, ?seen, "the rename that commits has failed");
        Err(match seen {
            Ok(Seen::New) => self.not_durable(error),
            Ok(Seen::Old) => error,
            Ok(Seen::Other) | Err(_) => self.unknown(error),
        })
    }

    /// The error for a change that readers see and a power loss may undo.
    pub(crate) fn not_durable(&self, source: Error) -> Error {
        let Self { what, dataset, version } = self.clone();
        Error::NotDurable { what, dataset, version, source: Box::new(source) }
    }

    fn unknown(&self, source: Error) -> Error {
        let Self { what, dataset, version } = self.clone();
        let attempted = dataset.is_some().then_some(version);
        Error::OutcomeUnknown { what, dataset, attempted, token: None, source: Box::new(source) }
    }
}
