//! What the tests of oups share: plain tables, the conformance cases, and a naive model of a dataset.

pub mod conformance;
pub mod disk;
pub mod fault_fs;
pub mod model;
pub mod table;
pub mod tree;

