//! What stands before the cursor.

/// The name that is begun before the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The offset where the name begins, with its quote.
    pub(super) start: usize,
    /// What is typed of it, without quotes.
    pub(super) begun: String,
    pub(super) is_quoted: bool,
    /// The name before it and a dot, such as that of its store.
    pub(super) of: Option<String>,
}

impl Place {
    /// The place at the end of a line; none within a text or a comment.
    pub(super) fn of(line: &str) -> Option<Self> {
        let mut open: Option<(char, usize)> = None;
        for (at, c) in line.char_indices() {
            match open {
                Some((quote, _)) if quote == c => open = None,
                Some(_) => {}
                None if c == '\'' || c == '"' => open = Some((c, at)),
                None if line.get(at..).is_some_and(|rest| rest.starts_with("--")) => return None,
                None => {}
            }
        }
        match open {
            Some(('"', at)) => {
                let (before, begun) = (line.get(..at)?, line.get(at + 1..)?.to_owned());
                Some(Self { start: at, begun, is_quoted: true, of: owner(before) })
            }
            Some(_) => None,
            None => {
                let start = word(line);
                let (before, begun) = (line.get(..start)?, line.get(start..)?.to_owned());
                Some(Self { start, begun, is_quoted: false, of: owner(before) })
            }
        }
    }
}

/// The offset where the last word begins.
fn word(line: &str) -> usize {
    let is_of_word = |c: &(usize, char)| c.1.is_alphanumeric() || c.1 == '_';
    line.char_indices().rev().take_while(is_of_word).last().map_or(line.len(), |(at, _)| at)
}

/// The name before a dot at the end.
fn owner(before: &str) -> Option<String> {
    let before = before.strip_suffix('.')?;
    if let Some(quoted) = before.strip_suffix('"') {
        return quoted.rsplit_once('"').map(|(_, name)| name.to_owned());
    }
    let name = before.get(word(before)..)?;
    (!name.is_empty()).then(|| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_before_the_cursor() {
        let place = |line: &str| Place::of(line).map(|place| (place.start, place.begun, place.is_quoted, place.of));
        let plain =
            |start, begun: &str, of: Option<&str>| Some((start, begun.to_owned(), false, of.map(str::to_owned)));
        let quoted =
            |start, begun: &str, of: Option<&str>| Some((start, begun.to_owned(), true, of.map(str::to_owned)));
        assert_eq!(place(""), plain(0, "", None));
        assert_eq!(place("select größ"), plain(7, "größ", None));
        assert_eq!(place("select max(te"), plain(11, "te", None));
        assert_eq!(place("select Store.te"), plain(13, "te", Some("store")));
        assert_eq!(place("from store.\"JFK/"), quoted(11, "JFK/", Some("store")));
        assert_eq!(place("from \"T\".\"a b"), quoted(9, "a b", Some("T")));
        assert_eq!(place("select \"a'b\", 'x', \"Pri"), quoted(19, "Pri", None));
        for nothing in ["where a = 'JF", "select 1 -- te", "select 'it''s"] {
            assert_eq!(place(nothing), None, "{nothing}");
        }
    }
}
