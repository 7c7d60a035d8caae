//! The ordered column: its type, its values as one comparable form, and their texts.
//!
//! [`OrderedType`] says how a column's type is ordered; [`OrdKeys`] is one batch's column in that comparable form;
//! [`OrdValue`] is one value of it.

mod convert;
mod floats;
mod keys;
mod name;
mod text;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use keys::OrdKeys;
pub use types::OrderedType;
pub use value::OrdValue;

pub(crate) use keys::partition_point;
