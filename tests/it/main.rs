//! Behaviour through the public API, in one fast binary.

mod conformance;
mod crash;
mod keys;
mod plan;
