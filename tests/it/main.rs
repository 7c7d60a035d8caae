//! Behaviour through the public API, in one fast binary.

mod bad_input;
mod changes;
mod concurrency;
mod conformance;
mod crash;
mod damage;
mod dry_run;
mod duplicates;
mod examples;
mod export;
mod histories;
mod ingest;
mod keys;
mod leftovers;
mod links;
mod listening;
mod one_spot;
mod os_failures;
mod panics;
mod plan;
mod query;
mod readme;
mod refused;
mod sort;
mod stored_duplicates;
mod types;
