//! Behaviour through the public API, in one fast binary.

mod conformance;
mod crash;
mod duplicates;
mod plan;
