//! Behaviour through the public API, in one fast binary.

mod concurrency;
mod conformance;
mod crash;
mod damage;
mod duplicates;
mod keys;
mod plan;
