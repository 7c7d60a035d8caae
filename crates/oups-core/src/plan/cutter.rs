//! Cuts the merged rows of a step into row groups.

use std::num::NonZeroU64;

use crate::sizing::{PeriodGrid, Sizing};

/// Cuts the output of one merge step into row groups while it streams by.
///
/// Make a cutter for each step and give it the output, sorted and without the dropped duplicates, chunk by chunk. It
/// returns the positions in the chunk at which a new row group begins, ascending. Position 0 means that the previous
/// row group ends before this chunk. The first row of the step is never returned, so no row group is empty.
#[derive(Clone, Debug)]
pub enum Cutter {
    /// Cuts by number of rows; needs only the sizes of the chunks.
    Rows(EveryRows),
    /// Cuts by period; needs the values of the ordered column.
    Periods(EveryPeriod),
}

impl Cutter {
    /// A cutter for one merge step.
    #[must_use]
    pub fn new(sizing: Sizing) -> Self {
        match sizing {
            Sizing::Rows(target) => Self::Rows(EveryRows { target, filled: 0 }),
            Sizing::Periods(grid) => Self::Periods(EveryPeriod { grid, open: None }),
        }
    }
}

/// Cuts after a fixed number of rows. The last row group takes the rest, however small.
#[derive(Clone, Debug)]
pub struct EveryRows {
    target: NonZeroU64,
    /// The number of rows in the current row group.
    filled: u64,
}

impl EveryRows {
    /// The cuts in the next `rows` rows.
    pub fn cuts(&mut self, rows: usize) -> Vec<usize> {
        let mut cuts = Vec::new();
        let mut at = 0;
        while at < rows {
            if self.filled == self.target.get() {
                cuts.push(at);
                self.filled = 0;
            }
            let left = rows - at;
            let taken = usize::try_from(self.room()).map_or(left, |room| room.min(left));
            self.filled += taken as u64;
            at += taken;
        }
        cuts
    }

    /// How many rows the current row group can still take.
    #[must_use]
    pub fn room(&self) -> u64 {
        self.target.get() - self.filled
    }
}

/// Cuts at the start of each period.
#[derive(Clone, Debug)]
pub struct EveryPeriod {
    grid: PeriodGrid,
    /// The current period.
    open: Option<Open>,
}

/// The end of the current period.
#[derive(Clone, Copy, Debug)]
enum Open {
    Until(i64),
    /// The period holds the largest value, so it does not end.
    Forever,
}

impl EveryPeriod {
    /// The cuts in the next values of the ordered column: ascending integers of its scale, as its array holds them.
    pub fn cuts(&mut self, values: &[i64]) -> Vec<usize> {
        let mut cuts = Vec::new();
        let mut at = 0;
        while let Some((first, rest)) = values.get(at..).and_then(<[i64]>::split_first) {
            let end = match self.open {
                Some(Open::Forever) => break,
                Some(Open::Until(end)) if *first < end => end,
                closed => {
                    if closed.is_some() {
                        cuts.push(at);
                    }
                    let Some(end) = self.grid.next_start(*first) else {
                        self.open = Some(Open::Forever);
                        break;
                    };
                    self.open = Some(Open::Until(end));
                    end
                }
            };
            at += 1 + rest.partition_point(|value| *value < end);
        }
        cuts
    }
}
