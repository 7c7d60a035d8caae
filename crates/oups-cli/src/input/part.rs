//! A part of an input: a batch of rows, and the lines that they came from.

use arrow::array::RecordBatch;

use super::wrong::Wrong;

/// The most rows of a batch.
pub(super) const BATCH_ROWS: usize = 8 << 10;
/// A batch of this many bytes of text gets no further row.
pub(super) const BATCH_BYTES: usize = 8 << 20;

pub(super) struct Part {
    pub(super) batch: RecordBatch,
    pub(super) lines: Lines,
}

/// The rows of one input, in parts.
pub(super) type Parts = Box<dyn Iterator<Item = Result<Part, Wrong>> + Send>;

/// The parts that `read` makes, up to the end of the input or the first error. `read` sets its flag when the input has
/// ended; then it is not called again.
pub(super) fn parts(mut read: impl FnMut(&mut bool) -> Result<Option<Part>, Wrong> + Send + 'static) -> Parts {
    let mut ended = false;
    Box::new(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let part = read(&mut ended);
        ended |= part.is_err();
        part.transpose()
    }))
}

/// The lines of consecutive rows. If the rows are equally far from each other, two numbers say all lines. Otherwise a
/// line is found by reading the file again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    rows: usize,
    first: u64,
    last: u64,
    /// The lines from one row to the next; `None` if that differs.
    step: Option<u64>,
}

impl Lines {
    pub(super) fn add(&mut self, line: u64) {
        let step = line.saturating_sub(self.last);
        match self.rows {
            0 => self.first = line,
            1 => self.step = Some(step),
            _ => self.step = self.step.filter(|known| *known == step),
        }
        self.rows += 1;
        self.last = line;
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The line of a row, counted from 0.
    pub(super) fn of(&self, row: u64) -> Option<u64> {
        match row {
            0 if self.rows > 0 => Some(self.first),
            row => self.step.map(|step| self.first + row * step),
        }
    }

    /// These lines and those after them together, if one step leads through all of them.
    pub(super) fn joined(self, next: Self) -> Option<Self> {
        if self.rows == 0 {
            return Some(next);
        }
        let step = next.first.saturating_sub(self.last);
        let keeps = |lines: Self| lines.rows == 1 || lines.step == Some(step);
        let all = Self { rows: self.rows + next.rows, first: self.first, last: next.last, step: Some(step) };
        (keeps(self) && keeps(next)).then_some(all)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::input) fn lines(all: &[u64]) -> Lines {
        let mut lines = Lines::default();
        all.iter().for_each(|line| lines.add(*line));
        lines
    }

    #[test]
    fn rows_that_are_equally_far_from_each_other_need_two_numbers() {
        let found = |all: &[u64]| (0..all.len() as u64).map(|row| lines(all).of(row)).collect::<Vec<_>>();
        assert_eq!(found(&[2, 3, 4]), [Some(2), Some(3), Some(4)]);
        assert_eq!(found(&[5, 8, 11]), [Some(5), Some(8), Some(11)]);
        assert_eq!(found(&[5, 8, 9]), [Some(5), None, None]);
        assert_eq!(found(&[5]), [Some(5)]);
    }

    #[test]
    fn what_goes_on_as_before_is_one() {
        assert_eq!(lines(&[2, 3]).joined(lines(&[4, 5])), Some(lines(&[2, 3, 4, 5])));
        assert_eq!(lines(&[2]).joined(lines(&[4])), Some(lines(&[2, 4])));
        assert_eq!(lines(&[2, 3]).joined(lines(&[5])), None);
        assert_eq!(lines(&[2, 3]).joined(lines(&[4, 6])), None);
        assert_eq!(Lines::default().joined(lines(&[4, 6])), Some(lines(&[4, 6])));
    }
}
