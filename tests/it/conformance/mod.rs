//! The recorded cases of `tests/data/conformance`.

mod model;
mod plan;
mod write;
