//! What the tests of oups share: plain tables, the conformance cases, and a naive model of a dataset.

pub mod conformance;
pub mod disk;
pub mod fault_fs;
pub mod forge;
pub mod intersections;
pub mod model;
pub mod process;
mod scratch;
pub mod stored;
pub mod table;
pub mod tree;

pub use scratch::scratch;
