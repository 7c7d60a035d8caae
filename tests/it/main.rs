//! Behaviour through the public API, in one fast binary.

mod conformance;
mod keys;
mod crash;
mod plan;
