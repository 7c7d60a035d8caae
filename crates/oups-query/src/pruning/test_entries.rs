//! Row groups for tests that touch no file.

use oups_core::RowGroup;
use oups_core::bench::row_group;
use oups_core::ordered::OrdValue;

/// Row groups with these minima and maxima.
pub(crate) fn entries(spans: &[(i64, i64)]) -> Vec<RowGroup> {
    spans.iter().map(|(min, max)| row_group(OrdValue::I64(*min), OrdValue::I64(*max), 1)).collect()
}
