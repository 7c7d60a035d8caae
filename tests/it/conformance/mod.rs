//! The recorded cases of `tests/data/conformance`.

mod intersections;
mod model;
mod plan;
mod write;
