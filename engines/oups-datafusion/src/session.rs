//! Sessions that suit stores, and stores attached to them.

use datafusion::common::Result;
use datafusion::prelude::{SessionConfig, SessionContext};
use oups::{Store, StoreKey};

use crate::attached::Attach;
use crate::catalog;
use crate::functions::register_functions;
use crate::options::{self, OupsOptions};
use crate::rules;

/// The settings that suit stores: what is stored in order stays in order, and files are not cut at byte offsets. With the
/// settings `oups.…` ([`OupsOptions`]) and an `information_schema`.
pub fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_information_schema(true)
        .with_repartition_file_scans(false)
        .with_option_extension(OupsOptions::default());
    config.options_mut().optimizer.prefer_existing_sort = true;
    config
}

/// A session with the [settings](session_config) that suit stores, and with the functions of oups. Any other will do:
/// nothing depends on it for right answers.
pub fn session() -> SessionContext {
    let ctx = SessionContext::new_with_config(session_config());
    register_functions(&ctx);
    rules::register(&ctx);
    ctx
}

/// Makes a store the table and the schema `name` of a context, beside whatever is there: the table has all rows of all
/// datasets, the schema one table a dataset, by its path text. The first store that is attached also changes rules of the
/// context by which the engine loses rows; statements that were prepared before must then be prepared again.
///
/// # Errors
///
/// If the context has no default catalog or schema, or has a table or schema of this name.
pub fn attach<K: StoreKey>(ctx: &SessionContext, name: &str, store: &Store<K>) -> Result<()> {
    attach_with(ctx, name, store, Attach::default())
}

/// As [`attach`], with options.
///
/// # Errors
///
/// As [`attach`].
pub fn attach_with<K: StoreKey>(ctx: &SessionContext, name: &str, store: &Store<K>, options: Attach) -> Result<()> {
    catalog::attach(ctx, name, store.any_keys(), options)?;
    options::ensure(ctx);
    register_functions(ctx);
    rules::register(ctx);
    Ok(())
}
