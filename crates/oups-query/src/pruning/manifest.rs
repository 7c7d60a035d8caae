//! Which row groups of a dataset might hold rows of a span, according to the manifest alone.

use std::ops::Range;

use oups_core::RowGroup;
use oups_core::ordered::Span;

/// The positions of the row groups that might hold rows of the span. They are one range, because row groups ascend.
///
/// The first and the last of them might hold no row of the span, if it starts or ends in a gap between their rows. All
/// others certainly hold one.
pub(crate) fn prune(entries: &[RowGroup], span: &Span) -> Range<usize> {
    let start = entries.partition_point(|entry| !span.start_cut().is_below(entry.max()));
    let end = entries.partition_point(|entry| !span.end_cut().is_below(entry.min()));
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use oups_core::ordered::OrdValue;

    use super::*;
    use crate::pruning::test_entries::entries;
    use oups_core::ordered::Cut;

    fn check(start: Cut, end: Cut, expected: Range<usize>) {
        let entries = entries(&[(1, 5), (5, 5), (5, 8), (10, 12)]);
        let span = Span::new(start, end).unwrap();
        assert_eq!(prune(&entries, &span), expected, "{span:?}");
        let might: Vec<_> = (0..entries.len())
            .filter(|&at| span.start_cut().is_below(entries[at].max()) && !span.end_cut().is_below(entries[at].min()))
            .collect();
        assert_eq!(might, expected.collect::<Vec<_>>(), "{span:?}");
    }

    #[test]
    fn shared_boundary_values_count_on_both_sides() {
        let v = OrdValue::I64;
        check(Cut::Bottom, Cut::Top, 0..4);
        check(Cut::Before(v(5)), Cut::After(v(5)), 0..3);
        check(Cut::After(v(5)), Cut::Top, 2..4);
        check(Cut::Bottom, Cut::Before(v(5)), 0..1);
        check(Cut::Before(v(8)), Cut::Before(v(10)), 2..3);
        check(Cut::Bottom, Cut::Before(v(1)), 0..0);
        check(Cut::After(v(12)), Cut::Top, 4..4);
        // The span lies in a gap between two row groups, and then in a gap inside of one: only in the second case might
        // a row group hold rows.
        check(Cut::After(v(8)), Cut::Before(v(10)), 3..3);
        check(Cut::After(v(5)), Cut::Before(v(8)), 2..3);
    }
}
