//! Which regions are off target, and when a run of regions is worth merging.

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

/// Whether the region is too small or too large. A touched region is never too large: it is rewritten and cut anyway.
fn off_rows(region: &AtomicRegion<'_>, target: NonZeroU64) -> bool {
    region.size() < four_fifths(target) || (!region.touched && region.size() > target.get())
}

/// 80 % of a target, rounded down, without overflow.
fn four_fifths(target: NonZeroU64) -> u64 {
    let target = target.get();
    target / 5 * 4 + target % 5 * 4 / 5
}

/// Whether the region shares its period with another one or spans several periods. A touched region may span several:
/// it is rewritten and cut anyway. Regions ascend, so if any other region has values of the period, a neighbour has.
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

/// Whether a run of regions is worth merging whole: it would fill a row group, or has values of more than one period.
///
/// With duplicate dropping the size is a low estimate, as if the fewer of a region's stored and new rows were all
/// duplicates.
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

/// The start of a value's period. Grids only exist for timestamps and dates, whose values are all `I64`. Other variants
/// count as one period, so that nothing is merged because of them.
fn start(grid: PeriodGrid, value: &OrdValue) -> Option<i64> {
    match value {
        OrdValue::I64(value) => Some(grid.start_of(*value)),
        OrdValue::I128(_) | OrdValue::I256(_) | OrdValue::Bytes(_) => None,
    }
}
