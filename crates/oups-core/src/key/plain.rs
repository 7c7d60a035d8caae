//! A key as a person types it: the texts of its fields, not encoded.

use super::{AnyKey, FieldType, FieldValue, KeySchema};

/// The one key that the text can mean: levels are divided by `/`, the fields of a level by the separator.
///
/// A field may hold the separator if only one division fits the types of the fields. `None` if the text could mean no
/// key, or more than one. `None` also for likely typing errors: blanks at the ends of a field, an empty field, control
/// characters, and a `%` with hexadecimal digits, which is probably an encoded path with a mistake.
pub(super) fn parse(schema: &KeySchema, text: &str) -> Option<AnyKey> {
    let components: Vec<&str> = text.split('/').collect();
    if components.len() != schema.levels().len() || text.contains(char::is_control) || is_like_encoded(text) {
        return None;
    }
    let types: Vec<FieldType> = schema.field_types().collect();
    let mut texts = Vec::with_capacity(types.len());
    for (level, component) in components.into_iter().enumerate() {
        texts.extend(division(component, schema.separator().as_char(), types.get(schema.level_range(level))?)?);
    }
    AnyKey::from_texts(schema, &texts).ok().filter(|key| key.to_path().is_ok())
}

fn is_like_encoded(text: &str) -> bool {
    let is_hex = |digits: &str| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    text.match_indices('%').any(|(at, _)| text.get(at + 1..at + 3).is_some_and(is_hex))
}

/// The fields, if the text divides into fields of these types in exactly one way.
fn division<'t>(text: &'t str, separator: char, types: &[FieldType]) -> Option<Vec<&'t str>> {
    let divisions = divisions(text, separator, types);
    (divisions.ways == 1).then_some(divisions.one)
}

/// The ways to divide a text.
struct Divisions<'t> {
    /// How many; 2 stands for all larger numbers.
    ways: usize,
    /// One of them.
    one: Vec<&'t str>,
}

/// Divides from the last field to the first and remembers, for each start, how the rest divides. So the work grows with
/// separators² times fields, while the number of ways grows exponentially.
fn divisions<'t>(text: &'t str, separator: char, types: &[FieldType]) -> Divisions<'t> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices(separator).map(|(at, found)| at + found.len())).collect();
    let end_before = |start: usize| start - separator.len_utf8();
    // For each start: how the text from there divides into the fields after the current one.
    let mut after: Option<Vec<Divisions<'t>>> = None;
    for field_type in types.iter().rev() {
        let from = |(at, &start): (usize, &usize)| {
            let mut found = Divisions { ways: 0, one: Vec::new() };
            let Some(after) = &after else {
                let text = &text[start..];
                return match is_field(*field_type, text) {
                    true => Divisions { ways: 1, one: vec![text] },
                    false => found,
                };
            };
            for (rest, &next) in after.iter().zip(&starts).skip(at + 1) {
                let text = &text[start..end_before(next)];
                if rest.ways > 0 && is_field(*field_type, text) {
                    found.ways = (found.ways + rest.ways).min(2);
                    found.one = std::iter::once(text).chain(rest.one.iter().copied()).collect();
                }
            }
            found
        };
        after = Some(starts.iter().enumerate().map(from).collect());
    }
    let first = after.and_then(|after| after.into_iter().next());
    first.unwrap_or(Divisions { ways: 0, one: Vec::new() })
}

/// Whether the text can be typed for a field. Blanks at the ends are more likely a slip than meant.
fn is_field(field_type: FieldType, text: &str) -> bool {
    !text.is_empty() && text.trim() == text && FieldValue::parse(field_type, text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Separator;

    fn path(schema: &str, text: &str) -> Option<String> {
        let schema = KeySchema::parse(schema, Separator::Dash).unwrap();
        parse(&schema, text).map(|key| key.to_string())
    }

    #[test]
    fn a_text_that_means_one_key_is_that_key() {
        let is = |schema: &str, text: &str, key: &str| assert_eq!(path(schema, text).as_deref(), Some(key), "{text}");
        is("symbol:str", "BRK.B", "BRK%2EB");
        is("symbol:str", "BTC-USD", "BTC%2DUSD");
        is("symbol:str", "100%", "100%25");
        is("symbol:str", "NUL", "%4EUL");
        is("depth:int", "-3", "%2D3");
        is("kind:str,city:str/days:int", "temp-st. john's/7", "temp-st%2E john%27s/7");
        // Only one division has a number in the right place.
        is("symbol:str,day:int", "BRK-B-20240101", "BRK%2DB-20240101");
        is("day:int,symbol:str", "20240101-BRK-B", "20240101-BRK%2DB");
    }

    #[test]
    fn a_text_that_could_mean_two_keys_or_is_a_slip_is_none() {
        let none = |schema: &str, text: &str| assert_eq!(path(schema, text), None, "{text}");
        none("kind:str,city:str", "temp-new-york");
        none("a:int,b:int", "1--2-3");
        none("symbol:str,n:int", "a--3");
        for slip in ["JFK/", "/JFK", "JFK/1D", " JFK", "JFK ", "", "a\nb", "BRK%2eB", "%41"] {
            none("symbol:str", slip);
        }
        none("n:int", "07");
        none("kind:str,city:str", "temp-");
        none("symbol:str", &"x".repeat(300));
        // It divides in millions of ways, and the answer must come at once.
        none("a:str,b:str,c:str,d:str,e:str,f:str", &"x-".repeat(60));
    }
}
