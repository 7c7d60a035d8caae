//! What the tests of oups share: plain tables, the conformance cases, and a naive model of a dataset.

pub mod conformance;
pub mod model;
pub mod table;
