//! The ordered column: its type, its values as one comparable form, and their texts.
//!
//! An [`OrderedType`] says how a column's type is ordered. [`OrdKeys`] are one batch's column in that comparable form,
//! and an [`OrdValue`] is one value of it. An [`OrderedRange`] is a range as the caller writes it; resolved for a
//! column it is a [`Span`].

mod bound;
mod convert;
mod digits;
mod duration;
mod floats;
mod keys;
mod name;
mod range;
mod resolve;
mod span;
mod text;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use bound::BoundValue;
pub use keys::OrdKeys;
pub use range::{IntoRange, OrderedRange};
pub use span::{Cut, Span};
pub use types::OrderedType;
pub use value::OrdValue;

pub(crate) use keys::gallop;
