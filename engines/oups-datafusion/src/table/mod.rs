//! Tables: all datasets of a store, or one.

mod dataset;
mod refused;
mod store;

pub use dataset::DatasetTable;
pub use store::StoreTable;
