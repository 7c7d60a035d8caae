//! Reading from oups: ranges of one dataset, and several datasets side by side. Programs use it through the crate
//! `oups`.
//!
//! [`ReadDataset`] gives a dataset its `scan`, [`QueryStore`] gives a store its `query`. `docs/query.md` says which
//! files and pages are read, and which order of rows is promised.

mod align;
mod asof;
mod datasets;
mod filter;
mod merge;
mod plan;
mod projection;
mod pruning;
mod query;
mod request;
mod resample;
mod scan;
mod selection;

pub use align::chunk::Chunk;
pub use align::intersections::Intersections;
pub use asof::{AsOf, AsOfBatches, Direction, Join, Tolerance};
pub use datasets::Datasets;
pub use datasets::explain::{PlannedDataset, QueryPlan};
pub use filter::{Column, Comparison, Predicate};
pub use merge::Ordered;
pub use oups_core::{ColumnOf, Error, OrderedOn, QueryError, Result};
pub use plan::explain::{Omitted, PlannedColumn, PlannedRowGroup, Pruned, ScanPlan};
pub use projection::common_schema::{common_schema, common_schema_of};
pub use query::{Query, QueryStore};
pub use request::read::Read;
pub use resample::{Aggregate, Every, Fill, Resample, Resampled};
pub use scan::batches::Batches;
pub use scan::dataset::{OneDataset, ReadDataset, Scan};
