//! Quotes words of commands that messages show, so that a shell takes them.

use std::path::Path;

/// The path as one word of a shell's command line, in quotes if it needs them.
pub fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%,:=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_a_shell_would_take_apart_is_quoted() {
        let word = |text: &str| word(Path::new(text));
        assert_eq!(word("data/Kraków-1.d"), "data/Kraków-1.d");
        assert_eq!(word("my data"), "'my data'");
        assert_eq!(word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(word(""), "''");
    }
}
