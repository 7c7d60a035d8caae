//! Patterns with `*` and `?`.

/// A pattern for a field's text: `*` stands for any number of characters, `?` for one. After a `\`, the characters `*`,
/// `?` and `\` stand for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Any,
    One,
    Literal(char),
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let mut tokens = Vec::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Any,
                '?' => Token::One,
                '\\' => Token::Literal(chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or(c)),
                _ => Token::Literal(c),
            });
        }
        Self { tokens }
    }

    /// The one text that the pattern matches, if it has no `*` or `?`.
    pub(super) fn literal(&self) -> Option<String> {
        let chars = self.tokens.iter().map(|token| match token {
            Token::Literal(c) => Some(*c),
            Token::Any | Token::One => None,
        });
        chars.collect()
    }

    /// Whether the pattern matches the whole text.
    ///
    /// At a mismatch only the last `*` takes one more character; what earlier ones took never has to change. So the
    /// time is at most the product of both lengths.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut tokens = self.tokens.as_slice();
        let mut rest = text.chars();
        let mut retry = None;
        loop {
            match tokens.split_first() {
                Some((Token::Any, after)) => {
                    tokens = after;
                    retry = Some((after, rest.clone()));
                    continue;
                }
                Some((token, after)) => {
                    let next = rest.next();
                    if next.is_some_and(|c| matches!(token, Token::One) || *token == Token::Literal(c)) {
                        tokens = after;
                        continue;
                    }
                    if next.is_none() {
                        return false;
                    }
                }
                None if rest.as_str().is_empty() => return true,
                None => {}
            }
            let Some((after_star, taken)) = &mut retry else {
                return false;
            };
            if taken.next().is_none() {
                return false;
            }
            tokens = after_star;
            rest = taken.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The meaning of a pattern, in exponential time.
    fn simple(tokens: &[Token], text: &[char]) -> bool {
        match (tokens.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((Token::Any, after)), None) => simple(after, text),
            (Some((Token::Any, after)), Some((_, rest))) => simple(after, text) || simple(tokens, rest),
            (Some((Token::One, after)), Some((_, rest))) => simple(after, rest),
            (Some((Token::Literal(a), after)), Some((b, rest))) => a == b && simple(after, rest),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_is_as_defined(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let glob = Glob::new(&pattern);
            let chars: Vec<char> = text.chars().collect();
            prop_assert_eq!(glob.matches(&text), simple(&glob.tokens, &chars));
        }
    }

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, matches) in [
            ("ber*", "berlin", true),
            ("ber*", "bern", true),
            ("ber*", "ber", true),
            ("ber*", "aber", false),
            ("*lin", "berlin", true),
            ("b?rn", "bern", true),
            ("b?rn", "brn", false),
            ("?", "é", true),
            ("", "", true),
            ("", "a", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            (r"a\b", r"a\b", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_end_soon() {
        assert!(!Glob::new(&"*a".repeat(50)).matches(&"a".repeat(49)));
        assert!(!Glob::new(&format!("{}c", "*a*b".repeat(100))).matches(&"ab".repeat(1000)));
    }
}
