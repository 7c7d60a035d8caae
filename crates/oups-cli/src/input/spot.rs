//! A file and a line as one number, so that an inferred type remembers cheaply where it saw a value.

/// The bits of the line. The other bits are the file's.
const LINE_BITS: u32 = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: usize,
    pub(super) line: u64,
}

impl Spot {
    pub(super) fn packed(self) -> u64 {
        let line = self.line.min((1 << LINE_BITS) - 1);
        ((self.file as u64) << LINE_BITS) | line
    }

    pub(super) fn unpacked(packed: u64) -> Self {
        let file = usize::try_from(packed >> LINE_BITS).unwrap_or(usize::MAX);
        Self { file, line: packed & ((1 << LINE_BITS) - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_comes_back() {
        for (file, line) in [(0, 1), (7, 123_456_789), (10_000, (1 << 40) - 1)] {
            let spot = Spot { file, line };
            assert_eq!(Spot::unpacked(spot.packed()), spot);
        }
    }
}
