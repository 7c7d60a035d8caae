//! Which regions have the wrong size, and when a run of them is worth merging.

use std::num::NonZeroU64;

use super::PlanOptions;
use super::atomic_region::AtomicRegion;
use crate::ordered::OrdValue;
use crate::sizing::{PeriodGrid, Sizing};

/// Whether a region is off target.
pub(super) fn off_target(regions: &[AtomicRegion<'_>], at: usize, sizing: Sizing) -> bool {
    match (regions.get(at), sizing) {
        (None, _) => false,
        (Some(region), Sizing::Rows(target)) => off_rows(region, target),
        (Some(region), Sizing::Periods(grid)) => {
            let before = at.checked_sub(1).and_then(|before| regions.get(before));
            off_period(region, before, regions.get(at + 1), grid)
        }
    }
}

/// Too small, or, without new rows, too large: with new rows it is rewritten anyway, and cut.
fn off_rows(region: &AtomicRegion<'_>, target: NonZeroU64) -> bool {
    region.size() < four_fifths(target) || (!region.touched && region.size() > target.get())
}

/// 80 % of a target, rounded down, without overflow.
fn four_fifths(target: NonZeroU64) -> u64 {
    let target = target.get();
    target / 5 * 4 + target % 5 * 4 / 5
}

/// Shares its period with a neighbour, or, without new rows, spans several. Regions ascend, so if any other one touches
/// the period, a neighbour does.
fn off_period(
    region: &AtomicRegion<'_>,
    before: Option<&AtomicRegion<'_>>,
    after: Option<&AtomicRegion<'_>>,
    grid: PeriodGrid,
) -> bool {
    let period = start(grid, region.min);
    if start(grid, region.max) != period {
        return !region.touched;
    }
    before.is_some_and(|before| start(grid, before.max) == period)
        || after.is_some_and(|after| start(grid, after.min) == period)
}

/// Whether a run of regions is worth merging whole: it would fill a row group, or more than one period.
pub(super) fn fills_target(run: &[AtomicRegion<'_>], options: &PlanOptions) -> bool {
    match options.sizing {
        Sizing::Rows(target) => {
            let estimate = |region: &AtomicRegion<'_>| match options.dedup {
                true => region.stored.max(region.new_rows()),
                false => region.size(),
            };
            run.iter().map(estimate).fold(0, u64::saturating_add) >= target.get()
        }
        Sizing::Periods(grid) => match (run.first(), run.last()) {
            (Some(first), Some(last)) => start(grid, first.min) != start(grid, last.max),
            _ => false,
        },
    }
}

/// The first value of a value's period. A grid is only ever laid on timestamps and dates, which are all of the one
/// variant; the others are put into one period, so that nothing is merged on their account.
fn start(grid: PeriodGrid, value: &OrdValue) -> Option<i64> {
    match value {
        OrdValue::I64(value) => Some(grid.start_of(*value)),
        OrdValue::I128(_) | OrdValue::I256(_) | OrdValue::Bytes(_) => None,
    }
}
