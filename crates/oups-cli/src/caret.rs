//! Shows a text of the command line with a mark below what is wrong in it.

use chrono::NaiveDate;

/// The characters of a long text that are shown before the start of the mark, and from there on.
const BEFORE: usize = 60;
const FROM: usize = 100;

/// The text, and below it a mark of `length` characters that starts at character `at`, counted from 1. The mark never
/// goes beyond the text. Of a long text, only the part around the mark is shown.
///
/// ```text
///   origin:flot
///          ^^^^
/// ```
pub fn pointed(text: &str, at: usize, length: usize) -> String {
    // A tab would shift the mark, and a line break would move it to another line.
    let line: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let at = at.saturating_sub(1).min(line.len());
    let (start, end) = match line.len() > BEFORE + FROM {
        true => (at.saturating_sub(BEFORE), line.len().min(at + FROM)),
        false => (0, line.len()),
    };
    let (before, behind) = (if start > 0 { "… " } else { "" }, if end < line.len() { " …" } else { "" });
    let shown: String = line.get(start..end).unwrap_or_default().iter().collect();
    let blanks = " ".repeat(before.chars().count() + at - start);
    let mark = "^".repeat(length.min(end - at).max(1));
    format!("\n  {before}{shown}{behind}\n  {blanks}{mark}")
}

/// The number of characters, from character `at` on (counted from 1), that an error quotes as found. Blanks and the
/// case of letters may differ between quote and text.
pub(crate) fn quoted_length(text: &str, at: usize, found: &str) -> usize {
    let Some(found) = found.strip_prefix('`').and_then(|found| found.strip_suffix('`')) else { return 1 };
    let mut found = found.chars().filter(|c| !c.is_whitespace()).peekable();
    let mut length = 0;
    for (count, c) in (1..).zip(text.chars().skip(at.saturating_sub(1))) {
        if found.next_if(|wanted| wanted.eq_ignore_ascii_case(&c)).is_some() {
            length = count;
        } else if !c.is_whitespace() {
            break;
        }
    }
    length.max(1)
}

/// The first part of a time that no calendar or clock has: its first character, counted from 1, and its length. If the
/// text does not look like a time, the part is the whole text.
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

/// The runs of digits, each with the number of characters before it.
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
        assert_eq!(pointed("ab", 2, 9), "\n  ab\n   ^");
        assert_eq!([quoted_length("a:flot", 3, "`flot`"), quoted_length("x", 1, "the end")], [4, 1]);
        assert_eq!(quoted_length("t > 2024-01-01 and x", 5, "`2024 - 01 - 01`"), 10);
        assert_eq!(quoted_length("a  AND b", 4, "`and b`"), 5);
    }

    #[test]
    fn of_a_long_text_only_the_marked_place_is_shown() {
        let text = format!("{}flot{}", "a".repeat(1000), "b".repeat(1000));
        let shown = pointed(&text, 1001, 4);
        assert!(shown.chars().count() < 250, "{shown}");
        let (line, mark) = shown.trim_start_matches('\n').split_once('\n').unwrap();
        let marked: String = line.chars().zip(mark.chars()).filter(|(_, mark)| *mark == '^').map(|(c, _)| c).collect();
        assert_eq!(marked, "flot");
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
