//! Shared by the tests of oups: plain tables, the conformance cases, a naive model of a dataset, faulty file systems,
//! forged files.

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
