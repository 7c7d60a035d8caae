//! Numbers as digits, so that none is lost on the way to a type.

use arrow::datatypes::i256;

/// The number `digits × 10^exponent`. The digits have no zeros at either end; without digits the number is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) negative: bool,
    pub(super) digits: String,
    pub(super) exponent: i64,
    /// The number of digits in the text, without leading zeros.
    pub(super) written: usize,
    /// Whether the text has neither point nor exponent.
    pub(super) plain: bool,
}

/// Why a number is not a whole count of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The number has digits below the unit.
    Finer,
    Beyond,
}

/// More digits than a number of any type has.
const LONGEST: i64 = 78;
/// A limit for exponents. No type reaches one so far from 0.
const FARTHEST: i64 = 1 << 40;

impl Number {
    /// Reads a number such as `-12.50`, `.5`, `7.` or `1.25e-3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, number) = match text.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match number.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, Some(power)),
            None => (number, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let power = power.map_or(Some(0), exponent)?;
        let written = format!("{whole}{fraction}");
        let digits = written.trim_end_matches('0');
        let behind = i64::try_from(fraction.len()).ok()?;
        let zeros = i64::try_from(written.len() - digits.len()).ok()?;
        let digits = digits.trim_start_matches('0').to_owned();
        let significant = written.trim_start_matches('0').len();
        let exponent = if digits.is_empty() { 0 } else { power - behind + zeros };
        Some(Self {
            negative,
            digits,
            exponent,
            written: significant,
            plain: mantissa.len() == number.len() && mantissa.len() == whole.len(),
        })
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The number as a count of `10^-power`.
    pub(super) fn scaled(&self, power: i64) -> Result<i256, Misfit> {
        if self.is_zero() {
            return Ok(i256::ZERO);
        }
        let zeros = self.exponent + power;
        let zeros = usize::try_from(zeros).map_err(|_| Misfit::Finer)?;
        let length = i64::try_from(self.digits.len()).unwrap_or(FARTHEST) + i64::try_from(zeros).unwrap_or(FARTHEST);
        if length > LONGEST {
            return Err(Misfit::Beyond);
        }
        let digits = format!("{}{}{}", if self.negative { "-" } else { "" }, self.digits, "0".repeat(zeros));
        i256::from_string(&digits).ok_or(Misfit::Beyond)
    }

    /// As [`scaled`](Self::scaled), in 128 bits.
    pub(super) fn scaled_i128(&self, power: i64) -> Result<i128, Misfit> {
        self.scaled(power)?.to_i128().ok_or(Misfit::Beyond)
    }

    /// Whether both are the same number, however they are written.
    pub(super) fn equals(&self, other: &Self) -> bool {
        let sign = self.negative == other.negative || self.is_zero();
        sign && self.digits == other.digits && self.exponent == other.exponent
    }
}

fn exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| sign * digits.parse::<i64>().unwrap_or(FARTHEST).min(FARTHEST))
}

/// Whether the text is a whole number with zeros in front, as codes have.
pub(super) fn has_leading_zeros(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits() {
        let is = |text: &str, value: i128| {
            let found = Number::parse(text).unwrap().scaled_i128(2);
            assert_eq!(found, Ok(value), "{text}");
        };
        is("1.5", 150);
        is("-0012.50", -1250);
        is("+.5", 50);
        is("7.", 700);
        is("1.25e1", 1250);
        is("125E-2", 125);
        is("0e33401", 0);
        is("-0.000", 0);
        is(&format!("{}1", "0".repeat(1_000)), 100);
        is(&format!("1.{}", "0".repeat(1_000)), 100);
        for (text, misfit) in [
            ("1.234", Misfit::Finer),
            ("1e-33401", Misfit::Finer),
            ("1e-99999999999999999999", Misfit::Finer),
            ("1e33401", Misfit::Beyond),
            ("1e99999999999999999999", Misfit::Beyond),
        ] {
            assert_eq!(Number::parse(text).unwrap().scaled(2), Err(misfit), "{text}");
        }
        let nines = "9".repeat(74);
        let wide = Number::parse(&nines).unwrap().scaled(2);
        assert_eq!(wide.ok(), i256::from_string(&format!("{nines}00")));
        for text in ["", "-", ".", "e", "1e", "e5", "0x1", "1 2", "1,5", "NaN", "--1", "1e+-1"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn zeros_in_front_are_those_of_whole_numbers() {
        for (text, expected) in
            [("007", true), ("-01", true), ("00", true), ("0", false), ("0.5", false), ("10", false)]
        {
            assert_eq!(has_leading_zeros(text), expected, "{text}");
        }
    }
}
