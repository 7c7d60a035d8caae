//! Stores as tables, seen through the public API.

mod attach;
mod support;
