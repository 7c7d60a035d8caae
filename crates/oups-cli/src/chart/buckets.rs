//! Reduces a line of any number of points to bounded memory without losing a peak.

/// At most twice this many buckets are held. That is several for each dot of the widest terminal.
const KEPT: usize = 2048;

/// Consecutive rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    /// The places of the first and the last row.
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) first: f64,
    pub(crate) last: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Bucket {
    fn point(at: f64, value: f64) -> Self {
        Self { from: at, to: at, first: value, last: value, low: value, high: value }
    }

    fn with(self, next: Self) -> Self {
        Self {
            from: self.from,
            to: next.to,
            first: self.first,
            last: next.last,
            low: self.low.min(next.low),
            high: self.high.max(next.high),
        }
    }
}

/// Points in order, as buckets of the same number of rows. When the buckets are too many, each two of them become one.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    full: Vec<Bucket>,
    /// The last bucket, and the number of rows in it.
    open: Option<(Bucket, u64)>,
    rows_each: u64,
}

impl Buckets {
    pub(crate) fn new() -> Self {
        Self { full: Vec::new(), open: None, rows_each: 1 }
    }

    pub(crate) fn add(&mut self, at: f64, value: f64) {
        let point = Bucket::point(at, value);
        let (bucket, rows) = self.open.take().map_or((point, 1), |(bucket, rows)| (bucket.with(point), rows + 1));
        if rows < self.rows_each {
            self.open = Some((bucket, rows));
            return;
        }
        self.full.push(bucket);
        if self.full.len() == 2 * KEPT {
            self.full = self.full.chunks(2).filter_map(|pair| pair.iter().copied().reduce(Bucket::with)).collect();
            self.rows_each *= 2;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Bucket> {
        self.full.extend(self.open.map(|(bucket, _)| bucket));
        self.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_are_kept_as_they_are() {
        let mut buckets = Buckets::new();
        buckets.add(1.0, 5.0);
        buckets.add(2.0, -5.0);
        assert_eq!(buckets.finish(), [Bucket::point(1.0, 5.0), Bucket::point(2.0, -5.0)]);
    }

    #[test]
    fn of_many_points_every_peak_and_both_ends_stay() {
        let mut buckets = Buckets::new();
        const ROWS: u32 = 100_001;
        for row in 0..ROWS {
            let value = match row {
                777 => 1e6,
                99_999 => -1e6,
                row => f64::from(row % 7),
            };
            buckets.add(row.into(), value);
        }
        let buckets = buckets.finish();
        assert!(buckets.len() <= 2 * KEPT, "{}", buckets.len());
        let peak = buckets.iter().find(|bucket| bucket.high == 1e6).unwrap();
        assert!(peak.from <= 777.0 && 777.0 <= peak.to);
        assert_eq!(buckets.iter().map(|bucket| bucket.low).fold(0.0, f64::min), -1e6);
        assert_eq!((buckets[0].from, buckets.last().unwrap().to), (0.0, f64::from(ROWS - 1)));
        assert!(buckets.windows(2).all(|pair| pair[0].to < pair[1].from));
    }
}
