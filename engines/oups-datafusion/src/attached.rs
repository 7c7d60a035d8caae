//! A store as the tables of a context know it.

use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::Result;
use oups::{AnyKey, Store};

use crate::error::blocking;
use crate::keys::KeyCondition;
use crate::options::OupsOptions;
use crate::statement::{Read, Statement, Statements};

/// How a store is attached.
///
/// ```
/// let options = oups_datafusion::Attach::default().ordered_keys(16);
/// assert_eq!((options.ordered_keys, options.writable), (16, false));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attach {
    /// Whether `insert` may write to it.
    pub writable: bool,
    /// Up to how many datasets a scan keeps apart, so that their rows are merged in the order of the ordered column, unless
    /// the session says it by `oups.ordered_keys`.
    pub ordered_keys: usize,
    /// For tests: whether datasets and row groups that no wanted row can be in are left out before the engine filters.
    #[doc(hidden)]
    pub pruning: bool,
}

impl Default for Attach {
    fn default() -> Self {
        Self { writable: false, ordered_keys: 64, pruning: true }
    }
}

impl Attach {
    /// Lets `insert` write to the store, or not.
    #[must_use]
    pub fn writable(mut self, writable: bool) -> Self {
        self.writable = writable;
        self
    }

    /// Keeps up to so many datasets apart in a scan.
    #[must_use]
    pub fn ordered_keys(mut self, keys: usize) -> Self {
        self.ordered_keys = keys;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn pruning(mut self, pruning: bool) -> Self {
        self.pruning = pruning;
        self
    }
}

/// A store, and the statements that read it.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) store: Store<AnyKey>,
    pub(crate) options: Attach,
    statements: Arc<Statements>,
}

impl Attached {
    /// A store among those whose statements these are.
    pub(crate) fn new(store: Store<AnyKey>, options: Attach, statements: Arc<Statements>) -> Arc<Self> {
        Arc::new(Self { store, options, statements })
    }

    /// Up to how many datasets a scan of the session keeps apart.
    pub(crate) fn ordered_keys(&self, state: &dyn Session) -> usize {
        OupsOptions::of(state).ordered_keys.unwrap_or(self.options.ordered_keys)
    }

    /// The datasets that a scan of the statement that is planned wants.
    ///
    /// # Errors
    ///
    /// As [`Statement::read`].
    pub(crate) async fn read(
        &self,
        state: &dyn Session,
        condition: KeyCondition,
    ) -> Result<(Arc<Statement>, Vec<Read>)> {
        let (statement, store) = (self.statements.current(state), self.store.clone());
        let together = OupsOptions::of(state).together();
        blocking(move || {
            let read = statement.read(&store, &condition, together)?;
            Ok((statement, read))
        })
        .await
    }
}
