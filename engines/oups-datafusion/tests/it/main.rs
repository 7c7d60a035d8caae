//! Stores as tables, seen through the public API.

mod attach;
mod changes;
mod columns;
mod datasets;
mod explain;
mod files;
mod functions;
mod insert;
mod order;
mod plain_session;
mod pruning;
mod pushdown;
mod racing;
mod random;
mod statements;
mod support;
mod zoned;
