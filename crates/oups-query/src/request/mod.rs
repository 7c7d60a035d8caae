//! What the caller asked for. Nothing of it is checked here.

pub(crate) mod read;
pub(crate) mod verbs;

use oups_core::Together;
use oups_core::ordered::OrderedRange;

use crate::filter::Conditions;

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
    /// Whether several datasets must be read as they were at one moment.
    pub(crate) together: Together,
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
            together: Together::default(),
        }
    }
}

impl Request {
    /// The most rows of a batch; at least one.
    pub(crate) fn batch_rows(&self) -> usize {
        self.batch_size.unwrap_or(BATCH_ROWS).max(1)
    }
}
