//! How far the datasets of a read are to be of one moment.

use std::time::Duration;

use oups_core::{StoreKey, Together};

use crate::asof::Join;
use crate::datasets::Datasets;
use crate::request::read::Read;

/// What can be asked of the datasets of a [`Query`](crate::query::Query). Without it one moment is looked for, for 200 ms at
/// least; where writers do not pause for that long, each dataset is read at a version of that time, and the stream's
/// `moment()` tells.
impl<K: StoreKey> Read<Datasets<K>> {
    /// Demands one moment for all datasets: if none is found for so long, the read fails with [`oups_core::Error::Busy`].
    pub fn at_one_moment(mut self, timeout: Duration) -> Self {
        self.request.together = Together::Demanded(timeout);
        self
    }

    /// Takes the newest version of each dataset for itself. One moment for all is not looked for.
    pub fn independently(mut self) -> Self {
        self.request.together = Together::Independently;
        self
    }
}

/// What can be asked of the datasets of a join, as of those of a [`Query`](crate::query::Query).
impl<K: StoreKey> Read<Join<K>> {
    /// Demands one moment for all datasets: if none is found for so long, the read fails with [`oups_core::Error::Busy`].
    pub fn at_one_moment(mut self, timeout: Duration) -> Self {
        self.request.together = Together::Demanded(timeout);
        self
    }

    /// Takes the newest version of each dataset for itself. One moment for all is not looked for.
    pub fn independently(mut self) -> Self {
        self.request.together = Together::Independently;
        self
    }
}
