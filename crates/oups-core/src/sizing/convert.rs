//! Conversions to a target: from numbers of rows, and from text.

use std::convert::Infallible;
use std::num::NonZeroU64;
use std::str::FromStr;

use super::refused::invalid;
use super::{Period, RowGroupTarget};
use crate::Error;

impl FromStr for RowGroupTarget {
    type Err = Error;

    /// Reads `1000000` as rows, and everything else as a period.
    fn from_str(text: &str) -> Result<Self, Error> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Rows).map_err(|_| invalid(format!("`{text}`")));
        }
        text.parse().map(Self::Period)
    }
}

/// A number of rows, from any integer.
fn rows(count: impl TryInto<u64> + ToString + Copy) -> Result<RowGroupTarget, Error> {
    count.try_into().ok().and_then(NonZeroU64::new).map(RowGroupTarget::Rows).ok_or_else(|| invalid(count.to_string()))
}

impl TryFrom<i32> for RowGroupTarget {
    type Error = Error;

    fn try_from(count: i32) -> Result<Self, Error> {
        rows(count)
    }
}

impl TryFrom<i64> for RowGroupTarget {
    type Error = Error;

    fn try_from(count: i64) -> Result<Self, Error> {
        rows(count)
    }
}

impl TryFrom<u32> for RowGroupTarget {
    type Error = Error;

    fn try_from(count: u32) -> Result<Self, Error> {
        rows(count)
    }
}

impl TryFrom<u64> for RowGroupTarget {
    type Error = Error;

    fn try_from(count: u64) -> Result<Self, Error> {
        rows(count)
    }
}

impl TryFrom<usize> for RowGroupTarget {
    type Error = Error;

    fn try_from(count: usize) -> Result<Self, Error> {
        rows(count)
    }
}

impl TryFrom<&str> for RowGroupTarget {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        text.parse()
    }
}

impl TryFrom<&String> for RowGroupTarget {
    type Error = Error;

    fn try_from(text: &String) -> Result<Self, Error> {
        text.parse()
    }
}

impl TryFrom<String> for RowGroupTarget {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<NonZeroU64> for RowGroupTarget {
    fn from(rows: NonZeroU64) -> Self {
        Self::Rows(rows)
    }
}

impl From<Period> for RowGroupTarget {
    fn from(period: Period) -> Self {
        Self::Period(period)
    }
}

/// Lets a method take `impl TryInto<RowGroupTarget>` and be given a [`RowGroupTarget`] itself.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for text in ["1", "1000000", "15min", "1D", "2h", "1s", "W-MON", "W-SUN", "2W-FRI", "MS", "2QS", "3YS"] {
            assert_eq!(text.parse::<RowGroupTarget>().unwrap().to_string(), text);
        }
        for (text, canonical) in [("D", "1D"), ("h", "1h"), ("W", "W-SUN"), ("1MS", "MS"), ("1W", "W-SUN"), ("07", "7")]
        {
            assert_eq!(text.parse::<RowGroupTarget>().unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn what_is_not_a_target_is_refused_by_name() {
        for text in
            ["", "0", "-1", "+1", "0D", "bogus", "1 D", " 1D", "1d", "1H", "ms", "1.5h", "W-", "W-XYZ", "99999999999D"]
        {
            let error = text.parse::<RowGroupTarget>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("row_group_target: `{text}` is not valid; expected a number")),
                "{error}"
            );
        }
        assert!(RowGroupTarget::try_from(-3).is_err());
        assert!(RowGroupTarget::try_from(0_usize).is_err());
        assert!(RowGroupTarget::try_from("99999999999999999999").is_err());
    }

    #[test]
    fn a_builder_takes_anything_that_makes_a_target() {
        fn set<T>(target: T) -> Result<RowGroupTarget, Error>
        where
            T: TryInto<RowGroupTarget>,
            Error: From<T::Error>,
        {
            Ok(target.try_into()?)
        }
        assert_eq!(set(1_000_000).unwrap(), RowGroupTarget::default());
        assert_eq!(set("1D").unwrap(), set(String::from("D")).unwrap());
        assert_eq!(set(RowGroupTarget::default()).unwrap(), RowGroupTarget::default());
        assert!(set(0).is_err());
    }
}
