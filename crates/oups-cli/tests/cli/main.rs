//! The program from outside: its output, errors and exit codes on real data.

mod care;
mod changes;
mod contract;
mod docs;
mod errors;
mod facts;
mod ingest;
mod input;
mod interrupt;
mod pictures;
mod pipes;
mod sandbox;
mod session;
mod values;
