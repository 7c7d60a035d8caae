//! Keys: values of the user's index struct, and their paths.
//!
//! A key names one dataset. Its path is the dataset's folder below the store's root: the fields of one level joined by
//! the [`Separator`], the levels by `/`. Path and key are one to one: two keys never share a path, every key's path
//! reads back as the key, and no other text is a path.
//!
//! The usual key is a struct that derives [`TopLevel`]; its nested levels derive [`SubLevel`], its own field types
//! [`KeyField`]. A program without the struct uses [`AnyKey`] with the store's [`KeySchema`]. Both implement
//! [`StoreKey`], which is what a store needs of its keys. A [`KeyFilter`] selects the keys of a listing.

mod any;
mod error;
mod escape;
mod field;
mod field_type;
mod filter;
mod glob;
mod letters;
mod level;
mod path;
mod plain;
mod schema;
mod schema_text;
mod separator;
#[cfg(feature = "serde")]
mod serde;
mod similar;
mod store_key;
mod value;

pub use any::AnyKey;
pub(crate) use any::for_each_field;
pub use error::KeyError;
pub use escape::MAX_COMPONENT;
pub use field::KeyField;
pub use field_type::FieldType;
pub use filter::{KeyFilter, LevelFilter};
pub use level::{SubLevel, TopLevel, display, parse};
pub(crate) use path::component;
pub use path::{KeyReader, KeyWriter};
pub use schema::{Field, KeySchema, Level, SchemaBuilder};
pub use separator::Separator;
#[cfg(feature = "serde")]
pub use serde::{KeyText, key_text};
pub use similar::nearest;
pub use store_key::StoreKey;
pub use value::FieldValue;
