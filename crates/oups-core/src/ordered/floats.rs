//! Floats as signed integers in Arrow's total order, as `f64::total_cmp` sorts them. Each mapping is its own inverse.

/// The bits of an `f64`, as a signed integer, to the order of the float; and back.
pub(super) const fn order64(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The bits of an `f32` to the order of the float; and back.
pub(super) const fn order32(bits: i32) -> i32 {
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

/// The bits of an `f16` to the order of the float; and back.
pub(super) const fn order16(bits: i16) -> i16 {
    bits ^ (((bits >> 15) as u16) >> 1) as i16
}

/// Where the two zeros are in that order, whatever the width: `-0.0` just below `0.0`.
pub(super) const MINUS_ZERO: i64 = -1;
pub(super) const ZERO: i64 = 0;
