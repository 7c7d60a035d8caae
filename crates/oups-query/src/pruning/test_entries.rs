//! Row groups for tests that touch no file.

use oups_core::RowGroup;
use oups_core::ordered::OrdValue;

/// Row groups with these minima and maxima.
pub(crate) fn entries(spans: &[(i64, i64)]) -> Vec<RowGroup> {
    let entry = |(at, (min, max)): (usize, &(i64, i64))| RowGroup {
        file: format!("{at}.parquet").into(),
        rows: 1,
        bytes: 1,
        min: OrdValue::I64(*min),
        max: OrdValue::I64(*max),
        checksum: 0,
        synced: true,
    };
    spans.iter().enumerate().map(entry).collect()
}
