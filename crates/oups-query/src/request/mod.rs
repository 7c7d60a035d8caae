//! What the caller asked for. Nothing of it is checked here.

pub(crate) mod read;
pub(crate) mod stop;
pub(crate) mod verbs;

use std::sync::Arc;

use oups_core::ordered::OrderedRange;
use oups_core::{Snapshots, Together};

use crate::filter::Conditions;
use stop::Stop;

/// The most rows of a batch, unless the caller says otherwise.
pub(crate) const BATCH_ROWS: usize = 32 << 10;

/// A read of one dataset, or of each of several.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) range: OrderedRange,
    /// The wanted columns, in the wanted order; `None` stands for all.
    pub(crate) columns: Option<Vec<String>>,
    /// The conditions that must all hold for a row.
    pub(crate) conditions: Conditions,
    pub(crate) limit: Option<u64>,
    pub(crate) reverse: bool,
    /// The most rows of a batch; `None` stands for [`BATCH_ROWS`].
    pub(crate) batch_size: Option<usize>,
    /// Whether each file's bytes are compared with its checksum before it is read.
    pub(crate) verified: bool,
    /// Whether rows of several datasets get the fields of their keys as columns.
    pub(crate) key_columns: bool,
    /// The versions of several datasets.
    pub(crate) versions: Versions,
    pub(crate) stop: Stop,
}

/// Which versions of several datasets are read.
#[derive(Clone, Debug)]
pub(crate) enum Versions {
    /// The newest ones, and whether they must be of one moment.
    Newest(Together),
    /// Those that the caller holds.
    Held(Arc<Snapshots>),
}

impl Default for Request {
    fn default() -> Self {
        Self {
            range: OrderedRange::default(),
            columns: None,
            conditions: Conditions::default(),
            limit: None,
            reverse: false,
            batch_size: None,
            verified: false,
            key_columns: true,
            versions: Versions::Newest(Together::default()),
            stop: Stop::default(),
        }
    }
}

impl Request {
    /// The most rows of a batch; at least one.
    pub(crate) fn batch_rows(&self) -> usize {
        self.batch_size.unwrap_or(BATCH_ROWS).max(1)
    }
}
