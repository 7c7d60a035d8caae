//! Floats as signed integers that sort by the total order of IEEE 754, as `f64::total_cmp` and Arrow do. The bits of a
//! negative float count backwards, so all but its sign bit are flipped. Each mapping is its own inverse.

/// Maps the bits of an `f64` to an integer that sorts as the float, and back.
pub(super) const fn order64(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// Maps the bits of an `f32` to an integer that sorts as the float, and back.
pub(super) const fn order32(bits: i32) -> i32 {
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

/// Maps the bits of an `f16` to an integer that sorts as the float, and back.
pub(super) const fn order16(bits: i16) -> i16 {
    bits ^ (((bits >> 15) as u16) >> 1) as i16
}

/// The two zeros in that order, for floats of every width: `-0.0` is just below `0.0`.
pub(super) const MINUS_ZERO: i64 = -1;
pub(super) const ZERO: i64 = 0;
