//! Reading from oups: ranges of one dataset, and several datasets side by side. See the crate `oups` for the front door.
//!
//! [`ReadDataset`] gives a dataset its `scan`, [`QueryStore`] gives a store its `query`. `docs/query.md` tells what is
//! read and what is promised.

mod ahead;
mod align;
mod asof;
mod batches;
mod budget;
mod chunk;
mod columns;
mod cursor;
mod error;
mod filter;
mod filtered;
mod gathered;
mod intersections;
mod job;
mod key_columns;
mod opened;
mod ordered;
mod picks;
mod plan;
mod prune;
mod query;
mod query_plan;
mod read;
mod reading;
mod request;
mod resample;
mod rows;
mod scan;
mod selected;
mod source;
#[cfg(test)]
mod test_entries;
mod together;
mod unify;
mod whole;

pub use asof::{AsOf, AsOfBatches, Direction, Join, Tolerance};
pub use batches::Batches;
pub use chunk::Chunk;
pub use error::{ColumnOf, Error, OrderedOn, Result};
pub use filter::{Column, Comparison, Predicate};
pub use intersections::Intersections;
pub use ordered::Ordered;
pub use plan::{Omitted, PlannedColumn, PlannedRowGroup, Pruned, ScanPlan};
pub use query::{Datasets, Query, QueryStore};
pub use query_plan::{PlannedDataset, QueryPlan};
pub use read::Read;
pub use resample::{Aggregate, Every, Fill, Resample, Resampled};
pub use scan::{OneDataset, ReadDataset, Scan};
