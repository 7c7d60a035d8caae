//! Changes of datasets. A verb is a file, and adds its own `impl` to the handles.

pub(crate) mod delete;
pub(crate) mod evolution;
pub(crate) mod execute;
pub(crate) mod ingest;
pub(crate) mod insert;
pub(crate) mod settings;
