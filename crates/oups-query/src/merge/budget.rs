//! The memory of a merge: how large the blocks of its datasets may be, so that all of them together stay within a
//! bound.

/// The bytes of all blocks in memory, over all datasets of a query.
const HELD_BYTES: usize = 64 << 20;

/// The assumed bytes of a row, until a row has been read.
const GUESSED_ROW: usize = 1024;

/// The bytes that the blocks in memory take, and so what is left for others.
#[derive(Debug)]
pub(crate) struct Budget {
    /// The most datasets whose spans share a value. Each of them has a block in memory.
    side_by_side: usize,
    /// The number of blocks in memory.
    blocks: usize,
    /// The bytes of the blocks in memory.
    bytes: usize,
    /// The bytes and rows of all blocks so far.
    read: (usize, usize),
}

impl Budget {
    pub(crate) fn new(side_by_side: usize) -> Self {
        Self { side_by_side, blocks: 0, bytes: 0, read: (0, 0) }
    }

    /// The rows that each of `more` further blocks may have.
    ///
    /// A row is taken to be as large as those of its dataset were so far (`taken`). Before the first block of the
    /// dataset, it is taken to be as large as the rows of all datasets were, but not smaller than in its file
    /// (`in_file`).
    ///
    /// The bytes that are left are divided among all blocks that may still come beside these, so that the first blocks
    /// do not take the room of the last.
    pub(crate) fn rows(&self, more: usize, taken: Option<usize>, in_file: usize) -> usize {
        let left = HELD_BYTES.saturating_sub(self.bytes);
        let share = left / self.side_by_side.saturating_sub(self.blocks).max(more).max(1);
        let of_all = self.read.0.checked_div(self.read.1).unwrap_or(GUESSED_ROW);
        (share / taken.unwrap_or(of_all.max(in_file)).max(1)).max(1)
    }

    /// Counts a block that was read.
    pub(crate) fn take(&mut self, bytes: usize, rows: usize) {
        self.blocks += 1;
        self.bytes += bytes;
        self.read = (self.read.0 + bytes, self.read.1 + rows);
    }

    /// Counts a block that was given up.
    pub(crate) fn give_back(&mut self, bytes: usize) {
        self.blocks -= 1;
        self.bytes -= bytes;
    }
}

/// The largest number of these closed ranges that share one value.
pub(crate) fn most_at_once<T: Ord>(ranges: impl Iterator<Item = (T, T)>) -> usize {
    let (mut starts, mut ends): (Vec<_>, Vec<_>) = ranges.unzip();
    starts.sort_unstable();
    ends.sort_unstable();
    let (mut over, mut most) = (0, 0);
    for (begun, start) in starts.iter().enumerate() {
        over += ends.iter().skip(over).take_while(|end| *end < start).count();
        most = most.max(begun + 1 - over);
    }
    most
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thousands_of_wide_rows_share_the_room() {
        for (datasets, row) in [(1, 10), (100, 100), (5_000, 1024), (5_000, 100_000), (30_000, 64)] {
            let mut budget = Budget::new(datasets);
            let mut blocks = Vec::new();
            for dataset in 0..3 * datasets {
                if blocks.len() == datasets {
                    budget.give_back(blocks.swap_remove(dataset * 7 % datasets));
                }
                let rows = budget.rows(1, (dataset > datasets).then_some(row), 0).min(32_768);
                blocks.push(rows * row);
                budget.take(rows * row, rows);
            }
            let held: usize = blocks.iter().sum();
            // A merge holds at least one row of each dataset.
            assert!(held <= HELD_BYTES.max(2 * datasets * row), "{datasets} of {row} bytes a row hold {held}");
            let room = HELD_BYTES.min(datasets * row * 32_768);
            assert!(2 * held >= room, "{datasets} of {row} bytes a row hold only {held} of {room}");
        }
    }

    #[test]
    fn wide_rows_among_narrow_ones_have_small_blocks() {
        let mut budget = Budget::new(1_000);
        budget.take(100 * 64, 64);
        assert_eq!(budget.rows(1, None, 10), (HELD_BYTES - 6_400) / 999 / 100);
        assert_eq!(budget.rows(1, None, 50_000), 1);
        assert_eq!(budget.rows(1, Some(10), 50_000), (HELD_BYTES - 6_400) / 999 / 10);
    }

    #[test]
    fn ranges_that_touch_share_a_value() {
        assert_eq!(most_at_once(std::iter::empty::<(i64, i64)>()), 0);
        assert_eq!(most_at_once([(0, 5), (5, 9), (10, 12)].into_iter()), 2);
        assert_eq!(most_at_once([(0, 100), (1, 2), (3, 4), (3, 3), (101, 102)].into_iter()), 3);
    }

    proptest! {
        #[test]
        fn most_at_once_is_the_most_at_any_value(ranges in prop::collection::vec((0..20i64, 0..8i64), 0..12)) {
            let ranges: Vec<_> = ranges.into_iter().map(|(start, length)| (start, start + length)).collect();
            let at = |value: i64| ranges.iter().filter(|(start, end)| (*start..=*end).contains(&value)).count();
            prop_assert_eq!(most_at_once(ranges.iter().copied()), (0..30).map(at).max().unwrap_or_default());
        }
    }
}
