//! Behaviour through the public API, in one fast binary.

mod changes;
mod concurrency;
mod conformance;
mod crash;
mod dry_run;
mod duplicates;
mod histories;
mod keys;
mod plan;
mod query;
mod quickstart;
mod refused;
