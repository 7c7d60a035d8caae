//! Numbers in decimal digits, read exactly.

use arrow::datatypes::i256;

/// A number in units of 10^-scale, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Floor {
    /// The number of units, and whether that is exactly the number.
    Units(i256, bool),
    /// A number with more digits than any column has.
    Beyond { negative: bool },
}

/// Any number of this many digits fits 256 bits.
const MOST_DIGITS: i64 = 76;

/// The number rounded down; `None` if the text is not a number such as `-12`, `1.50` or `2.5e3`.
pub(super) fn floor(number: &str, scale: i8) -> Option<Floor> {
    let negative = number.starts_with('-');
    let number = number.strip_prefix(['-', '+']).unwrap_or(number);
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Floor::Units(i256::ZERO, true));
    }
    // How many of the digits stand for whole units.
    let kept = i64::try_from(digits.len()).ok()? - i64::try_from(fraction.len()).ok()?;
    let kept = kept.checked_add(exponent)?.checked_add(scale.into())?;
    if kept > MOST_DIGITS {
        return Some(Floor::Beyond { negative });
    }
    let kept = usize::try_from(kept).unwrap_or(0);
    let (units, rest) = match digits.get(..kept) {
        Some(units) => (units.to_owned(), digits.get(kept..)?),
        None => (format!("{digits}{}", "0".repeat(kept - digits.len())), ""),
    };
    // Rounded down: below zero, a rest makes it one unit less.
    let exact = rest.bytes().all(|digit| digit == b'0');
    let units = if units.is_empty() { i256::ZERO } else { units.parse::<i256>().ok()? };
    let units = if negative { units.checked_neg()? } else { units };
    Some(Floor::Units(if negative && !exact { units.checked_sub(i256::ONE)? } else { units }, exact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_down_and_say_so() {
        let check = |number, scale, units: i128, exact| {
            assert_eq!(floor(number, scale), Some(Floor::Units(i256::from_i128(units), exact)), "{number} at {scale}");
        };
        check("12", 0, 12, true);
        check("+12.00", 0, 12, true);
        check("12.5", 0, 12, false);
        check("-12.5", 0, -13, false);
        check("-12.0", 0, -12, true);
        check("0.05", 2, 5, true);
        check("0.055", 2, 5, false);
        check("-0.001", 2, -1, false);
        check("1e3", 0, 1000, true);
        check("1e+3", 0, 1000, true);
        check("1.5E-1", 1, 1, false);
        check("000", 3, 0, true);
        check("1e-9000", 3, 0, false);
        assert_eq!(floor("1e80", 0), Some(Floor::Beyond { negative: false }));
        assert_eq!(floor("-1e9000", 0), Some(Floor::Beyond { negative: true }));
    }

    #[test]
    fn other_texts_are_not_numbers() {
        for text in ["", "-", "+-1", ".", "1.2.3", "0x1f", "e5", "1e", "1e1.5", "12 ", "١٢"] {
            assert_eq!(floor(text, 0), None, "{text}");
        }
    }
}
