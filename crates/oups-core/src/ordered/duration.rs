//! Durations as texts of ISO 8601: `PT1.5S`, `-PT90M`, `P1DT2H`.

/// The most digits of a fraction: nanoseconds.
const DIGITS: usize = 9;

/// The duration in units of a second divided by `per_second`, rounded down, and whether that is exact. `None` for other
/// texts, and for months and years, whose length varies.
pub(super) fn parse(text: &str, per_second: i64) -> Option<(i128, bool)> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.strip_prefix('P')?;
    let (days, clock) = text.split_once('T').unwrap_or((text, ""));
    if text.is_empty() || text.ends_with('T') {
        return None;
    }
    let days = parts(days, &[('W', 604_800), ('D', 86_400)])?;
    let nanos = days.checked_add(parts(clock, &[('H', 3_600), ('M', 60), ('S', 1)])?)?;
    let nanos = if negative { -nanos } else { nanos };
    let step = i128::from(1_000_000_000 / per_second);
    Some((nanos.div_euclid(step), nanos.rem_euclid(step) == 0))
}

/// The sum of the parts in nanoseconds. Each letter may come once, in the order of `letters`.
fn parts(mut text: &str, mut letters: &[(char, i128)]) -> Option<i128> {
    let mut sum = 0_i128;
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_uppercase())?;
        let (number, rest) = text.split_at_checked(end)?;
        let letter = rest.chars().next()?;
        let place = letters.iter().position(|(known, _)| *known == letter)?;
        let seconds = letters.get(place)?.1;
        letters = letters.get(place + 1..)?;
        text = rest.get(1..)?;
        sum = sum.checked_add(nanos(number)?.checked_mul(seconds)?)?;
    }
    Some(sum)
}

/// A number of seconds in nanoseconds; `None` if it has a finer fraction.
fn nanos(number: &str) -> Option<i128> {
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let fraction = fraction.trim_end_matches('0');
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > DIGITS {
        return None;
    }
    let whole = whole.parse::<i128>().ok()?.checked_mul(1_000_000_000)?;
    whole.checked_add(format!("{fraction:0<DIGITS$}").parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn durations_are_read_exactly() {
        for (text, expected) in [
            ("PT1.5S", (1_500, true)),
            ("-PT90M", (-5_400_000, true)),
            ("P1DT2H", (93_600_000, true)),
            ("P2W", (1_209_600_000, true)),
            ("PT0.0015S", (1, false)),
            ("-PT0.0015S", (-2, false)),
            ("PT9223372036854775.807S", (i128::from(i64::MAX), true)),
            ("PT9223372036854775808S", (9_223_372_036_854_775_808_000, true)),
        ] {
            assert_eq!(parse(text, 1_000), Some(expected), "{text}");
        }
        for wrong in
            ["", "P", "PT", "1S", "P1M", "PT1S1M", "PTS", "PT1.2.3S", "PT1e3S", "PT1.0000000001S", "pt1s", "PT1\u{e9}S"]
        {
            assert_eq!(parse(wrong, 1_000), None, "{wrong}");
        }
    }
}
