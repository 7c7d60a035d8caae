//! A text of the command line with a mark below what is wrong in it.

use chrono::NaiveDate;

/// The text, and below it a mark of so many characters under the one at `at`, the first being 1.
///
/// ```text
///   origin:flot
///          ^^^^
/// ```
pub(crate) fn pointed(text: &str, at: usize, length: usize) -> String {
    // A tab would put the mark elsewhere, and a line break on another line.
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\n  {line}\n  {}{}", " ".repeat(at.saturating_sub(1)), "^".repeat(length.max(1)))
}

/// How long what was found is, where an error quotes it.
pub(crate) fn quoted_length(found: &str) -> usize {
    let quoted = found.strip_prefix('`').and_then(|found| found.strip_suffix('`'));
    quoted.map_or(1, |found| found.chars().count())
}

/// The part of a time that no calendar or clock has: where it is, from 1, and its length. All of what is not like a time.
pub(crate) fn wrong_in_time(text: &str) -> (usize, usize) {
    let all = (1, text.chars().count());
    let numbers = numbers(text);
    let value = |at: usize| numbers.get(at).and_then(|(_, digits)| digits.parse::<u32>().ok());
    let is_date = text.starts_with(|c: char| c.is_ascii_digit()) && numbers.first().is_some_and(|(_, y)| y.len() == 4);
    let (Some(year), Some(month), true) = (value(0), value(1), is_date) else { return all };
    let day_fits = |day| NaiveDate::from_ymd_opt(year as i32, month, day).is_some();
    let limits: [&dyn Fn(u32) -> bool; 6] = [
        &|_| true,
        &|month| (1..=12).contains(&month),
        &day_fits,
        &|hour| hour < 24,
        &|minute| minute < 60,
        &|second| second < 60,
    ];
    let wrong = limits.iter().zip(0..).find(|(fits, at)| value(*at).is_some_and(|value| !fits(value)));
    wrong.and_then(|(_, at)| numbers.get(at)).map_or(all, |(at, digits)| (at + 1, digits.len()))
}

/// The runs of digits, and how many characters are before each.
fn numbers(text: &str) -> Vec<(usize, String)> {
    let mut numbers: Vec<(usize, String)> = Vec::new();
    let mut before = None;
    for (at, c) in text.chars().enumerate() {
        match numbers.last_mut() {
            _ if !c.is_ascii_digit() => {}
            Some((_, digits)) if before.is_some_and(|c: char| c.is_ascii_digit()) => digits.push(c),
            _ => numbers.push((at, c.to_string())),
        }
        before = Some(c);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_below_what_is_meant() {
        assert_eq!(pointed("größe:flot", 7, 4), "\n  größe:flot\n        ^^^^");
        assert_eq!(pointed("a:str,", 7, 0), "\n  a:str,\n        ^");
        assert_eq!(pointed("a\tb\n", 3, 1), "\n  a b \n    ^");
        assert_eq!([quoted_length("`flot`"), quoted_length("the end")], [4, 1]);
    }

    #[test]
    fn the_part_of_a_time_that_is_wrong() {
        let wrong = |text: &str| {
            let (at, length) = wrong_in_time(text);
            text.chars().skip(at - 1).take(length).collect::<String>()
        };
        assert_eq!(wrong("2013-02-30"), "30");
        assert_eq!(wrong("2013-13-01T00:00"), "13");
        assert_eq!(wrong("2013-02-08T24:00"), "24");
        assert_eq!(wrong("2013-02-08T12:60:00Z"), "60");
        assert_eq!(wrong("2013-02-08T12:00:61.5"), "61");
        for all in ["gestern früh", "", "8.2.2013", "2013", "2013-02-08T12:00:00+xx"] {
            assert_eq!(wrong(all), all);
        }
    }
}
