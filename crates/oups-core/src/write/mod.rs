//! Changes of datasets. Each verb is a file and adds its own `impl` to the handles.

pub(crate) mod change;
pub(crate) mod compact;
pub(crate) mod delete;
pub(crate) mod evolution;
pub(crate) mod execute;
pub(crate) mod ingest;
pub(crate) mod insert;
pub(crate) mod insert_options;
pub(crate) mod metadata;
pub(crate) mod progress;
pub(crate) mod remove;
pub(crate) mod report;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod unchanged;
