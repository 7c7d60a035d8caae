//! Behaviour through the public API, in one fast binary.

mod bad_input;
mod concurrency;
mod conformance;
mod crash;
mod duplicates;
mod keys;
mod leftovers;
mod plan;
