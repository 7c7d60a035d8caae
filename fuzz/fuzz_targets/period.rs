//! Texts as targets of row groups: refused, or the only text of their value. Every instant is in one period, between
//! its start and the start of the next.
//!
//! The input is eight bytes of an instant, a byte that chooses the unit of time, then the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oups_core::sizing::{PeriodGrid, RowGroupTarget, TimeScale};

const SCALES: [TimeScale; 6] = [
    TimeScale::Second,
    TimeScale::Millisecond,
    TimeScale::Microsecond,
    TimeScale::Nanosecond,
    TimeScale::Day,
    TimeScale::DateMillis,
];

fuzz_target!(|input: (i64, u8, &str)| {
    let (instant, scale, text) = input;
    let Ok(target) = text.parse::<RowGroupTarget>() else { return };
    let again: RowGroupTarget = target.to_string().parse().expect("a target's own text");
    assert_eq!(target, again);
    let RowGroupTarget::Period(period) = target else { return };
    let grid = PeriodGrid::new(period, SCALES[usize::from(scale) % SCALES.len()]);
    let start = grid.start_of(instant);
    assert!(start <= instant);
    assert_eq!(grid.start_of(start), start);
    if let Some(next) = grid.next_start(instant) {
        assert!(instant < next);
        assert_eq!(grid.start_of(next), next);
        assert_eq!(grid.start_of(next - 1), start);
    }
});
