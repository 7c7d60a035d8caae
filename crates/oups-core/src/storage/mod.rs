//! Versions of datasets on a local disk: locks, pins, commits, and retired files. Above this room, only `maintenance`
//! sees a lock, a mark or a temporary name.

pub(crate) mod absent;
pub(crate) mod commit_options;
pub(crate) mod create;
pub(crate) mod discover;
pub(crate) mod files;
pub(crate) mod handle_cache;
pub(crate) mod load;
pub(crate) mod loaded;
pub(crate) mod local;
pub(crate) mod lock;
pub(crate) mod moment;
pub(crate) mod outcome;
pub(crate) mod publish;
pub(crate) mod remove;
pub(crate) mod retire;
pub(crate) mod store_copy;
pub(crate) mod sweep;
pub(crate) mod turn;

pub(crate) use lock::{Patience, Pin};
