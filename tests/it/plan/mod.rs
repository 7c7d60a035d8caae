//! The merge planner: driven in memory, compared with the model, drawn.

mod docs;
pub(crate) mod driver;
mod picture;
mod properties;
mod scenario;
