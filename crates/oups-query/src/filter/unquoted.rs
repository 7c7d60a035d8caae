//! Dates and times without quotes, which SQL reads as a subtraction or not at all.

use oups_core::QueryError;

use crate::Error;

/// The error, saying so where it is at a time without quotes.
pub(super) fn of_unquoted_time(condition: &str, error: Error) -> Error {
    let Error::Query(QueryError::Condition { dataset, text, at, expected, found, columns }) = error else {
        return error;
    };
    match time_around(condition, at) {
        Some((at, time)) => {
            let expected = format!("times between single quotes (put it in quotes: '{time}')");
            QueryError::Condition { dataset, text, at, expected, found: format!("`{time}`"), columns }.into()
        }
        None => QueryError::Condition { dataset, text, at, expected, found, columns }.into(),
    }
}

/// The date or time that the character at this place, counted from 1, belongs to, and where it begins.
fn time_around(text: &str, at: usize) -> Option<(usize, String)> {
    let chars: Vec<char> = text.chars().collect();
    let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+');
    let at = at.checked_sub(1)?;
    chars.get(at).filter(|c| is_part(c))?;
    let start = chars.get(..at)?.iter().rposition(|c| !is_part(c)).map_or(0, |before| before + 1);
    let run = |from: usize| -> String { chars.iter().skip(from).take_while(|c| is_part(c)).collect() };
    let mut time = run(start);
    let behind = run(start + time.chars().count() + 1);
    if is_like(&time, "0000-00-00") && is_like(&behind, "00:00") {
        time = format!("{time} {behind}");
    }
    (is_like(&time, "0000-00-00") || is_like(&time, "00:00")).then_some((start + 1, time))
}

/// Whether the text begins like the form, in which `0` is any digit.
fn is_like(text: &str, form: &str) -> bool {
    let alike = |(found, wanted): (char, char)| if wanted == '0' { found.is_ascii_digit() } else { found == wanted };
    text.len() >= form.len() && text.chars().zip(form.chars()).all(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_found_from_any_of_its_characters() {
        let condition = "t > 2024-01-01T12:00:00 and x = 1";
        for at in 5..=23 {
            assert_eq!(time_around(condition, at), Some((5, "2024-01-01T12:00:00".to_owned())), "{at}");
        }
        assert_eq!(time_around("t>2024-01-01 12:00", 3), Some((3, "2024-01-01 12:00".to_owned())));
        assert_eq!(time_around("12:30 < t", 1), Some((1, "12:30".to_owned())));
    }

    #[test]
    fn other_places_are_not_times() {
        for (text, at) in
            [("t > '2024-01-01'", 5), ("a - b", 1), ("x > 2024", 5), ("x > 2024-1", 5), ("t >", 4), ("", 0)]
        {
            assert_eq!(time_around(text, at), None, "{text}");
        }
    }
}
