//! The ordered column: its values, compared and named.

mod value;

pub use value::OrdValue;
