//! A text of the command line with a mark below what is wrong in it.

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

#[cfg(test)]
mod tests {
    use super::pointed;

    #[test]
    fn the_mark_is_below_what_is_meant() {
        assert_eq!(pointed("größe:flot", 7, 4), "\n  größe:flot\n        ^^^^");
        assert_eq!(pointed("a:str,", 7, 0), "\n  a:str,\n        ^");
        assert_eq!(pointed("a\tb\n", 3, 1), "\n  a b \n    ^");
    }
}
