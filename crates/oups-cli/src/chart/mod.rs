//! Pictures of data: which spans datasets cover, and the line of a column.

pub(crate) mod axis;
pub(crate) mod blocks;
pub(crate) mod buckets;
pub(crate) mod covered;
pub(crate) mod line;
pub(crate) mod panel;
pub(crate) mod svg;
pub(crate) mod ticks;
