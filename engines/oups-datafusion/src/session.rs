//! Sessions that suit stores, and stores attached to them.

use datafusion::common::Result;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use oups::{Store, StoreKey};

use crate::catalog;

/// The settings that suit stores: what is stored in order stays in order, and files are not cut at byte offsets.
pub fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new().with_information_schema(true).with_repartition_file_scans(false);
    config.options_mut().optimizer.prefer_existing_sort = true;
    config
}

/// A session with the [settings](session_config) that suit stores. Any other will do: nothing depends on it for right
/// answers.
pub fn session() -> SessionContext {
    SessionContext::new_with_config(session_config())
}

/// How a store is attached.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attach {
    /// Whether `insert` may write to it.
    pub writable: bool,
    /// Up to how many datasets a scan keeps apart, so that they are merged in the order of the ordered column.
    pub ordered_keys: usize,
}

impl Default for Attach {
    fn default() -> Self {
        Self { writable: false, ordered_keys: 64 }
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
}

/// Makes a store the table and the schema `name` of a context, beside whatever is there.
///
/// # Errors
///
/// If the context has no default catalog or schema, or a table of this name.
pub fn attach<K: StoreKey>(ctx: &SessionContext, name: &str, store: &Store<K>) -> Result<()> {
    attach_with(ctx, name, store, Attach::default())
}

/// As [`attach`], with options.
///
/// # Errors
///
/// As [`attach`].
pub fn attach_with<K: StoreKey>(ctx: &SessionContext, name: &str, store: &Store<K>, _options: Attach) -> Result<()> {
    catalog::attach(ctx, name, store.any_keys())
}

/// As the context's own `sql`, with all datasets of the statement at one moment.
///
/// # Errors
///
/// As the context's own.
pub async fn sql(ctx: &SessionContext, text: &str) -> Result<DataFrame> {
    ctx.sql(text).await
}
