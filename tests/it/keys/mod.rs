//! Keys: derived and untyped, their paths, filters, and the derives' messages.

mod cases;
mod conformance;
mod documents;
mod errors;
mod filter;
mod hygiene;
mod round_trip;
mod shapes;
mod ui;
