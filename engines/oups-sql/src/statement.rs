//! Splits texts into single statements, each with its place.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use datafusion::common::config::SqlParserOptions;
use datafusion::common::{DataFusionError, Result};
use datafusion::sql::parser::{DFParserBuilder, Statement as Parsed};
use datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect, dialect_from_str};
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer, TokenizerError};

use crate::source::{Name, Text};

/// The text of one statement, without the `;` at its end.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) text: String,
    /// The text that it is part of.
    pub(crate) of: Arc<Name>,
    /// The place in that text where it begins. Lines and columns count from 1.
    pub(crate) begins: Location,
}

impl Statement {
    /// Converts a place in the statement to one in the whole text.
    pub(crate) fn in_whole(&self, at: Location) -> Location {
        let column = if at.line == 1 { at.column + self.begins.column - 1 } else { at.column };
        Location { line: at.line + self.begins.line - 1, column }
    }

    /// Parses the statement.
    ///
    /// # Errors
    ///
    /// If its syntax is wrong.
    pub(crate) fn parsed(&self, options: &SqlParserOptions) -> Result<Parsed> {
        let dialect = dialect(options);
        let limit = options.recursion_limit.get();
        let parser = DFParserBuilder::new(self.text.as_str()).with_dialect(&*dialect).with_recursion_limit(limit);
        let mut statements: VecDeque<Parsed> = parser.build()?.parse_statements()?;
        statements.pop_front().ok_or_else(|| DataFusionError::Plan("there is no statement".to_owned()))
    }
}

fn dialect(options: &SqlParserOptions) -> Box<dyn Dialect> {
    dialect_from_str(options.dialect).unwrap_or_else(|| Box::new(GenericDialect {}))
}

/// Splits a text into statements. If the tokenizer fails, the rest of the text is one statement, and parsing it gives the
/// error.
pub(crate) fn split(text: &Text, options: &SqlParserOptions) -> Vec<Statement> {
    let Pieces { mut ended, rest, .. } = Pieces::of(text, options);
    ended.extend(rest.map(|(statement, _)| statement));
    ended
}

/// Splits a text to which more may be added. Returns the statements that have ended, and where the text begins that has not:
/// behind the last `;`, or in a quote or comment that is still open.
pub(crate) fn typed(text: &Text, options: &SqlParserOptions) -> (Vec<Statement>, Option<usize>) {
    let Pieces { mut ended, rest, wrong } = Pieces::of(text, options);
    match rest {
        // No further line mends it.
        Some((statement, _)) if wrong.is_some_and(|wrong| !is_open(&wrong)) => {
            ended.push(statement);
            (ended, None)
        }
        rest => (ended, rest.map(|(_, start)| start)),
    }
}

/// Whether the tokenizer failed because a quote or a comment does not end.
fn is_open(wrong: &TokenizerError) -> bool {
    ["Unterminated", "EOF"].iter().any(|word| wrong.message.contains(word))
}

/// A text, taken apart.
struct Pieces {
    ended: Vec<Statement>,
    /// What no `;` ends, and the offset where it begins.
    rest: Option<(Statement, usize)>,
    wrong: Option<TokenizerError>,
}

impl Pieces {
    fn of(text: &Text, options: &SqlParserOptions) -> Self {
        let mut tokens = Vec::new();
        let dialect = dialect(options);
        let wrong = Tokenizer::new(&*dialect, &text.text).tokenize_with_location_into_buf(&mut tokens).err();
        let mut walk = Walk::new(&text.text);
        let statement = |start: usize, end: usize, begins: Location| {
            let text_of = text.text.get(start..end).unwrap_or_default().trim_end().to_owned();
            Statement { text: text_of, of: text.name.clone(), begins }
        };
        let mut ended = Vec::new();
        let mut begun: Option<(usize, Location)> = None;
        let mut behind = Location { line: 1, column: 1 };
        for token in tokens {
            behind = token.span.end;
            match token.token {
                Token::SemiColon => {
                    let end = walk.offset(token.span.start);
                    ended.extend(begun.take().map(|(start, begins)| statement(start, end, begins)));
                }
                Token::Whitespace(_) | Token::EOF => {}
                _ if begun.is_none() => begun = Some((walk.offset(token.span.start), token.span.start)),
                _ => {}
            }
        }
        // The place in the error may be the end of what is wrong.
        let at_error = wrong.is_some().then(|| (walk.offset(behind), behind));
        let rest = begun.or(at_error).map(|(start, begins)| (statement(start, text.text.len(), begins), start));
        Self { ended, rest, wrong }
    }
}

/// Finds places in a text in one walk over it, so places must be asked for in ascending order.
struct Walk<'t> {
    chars: Peekable<CharIndices<'t>>,
    at: Location,
    length: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        Self { chars: text.char_indices().peekable(), at: Location { line: 1, column: 1 }, length: text.len() }
    }

    /// The number of bytes before the place.
    fn offset(&mut self, at: Location) -> usize {
        while (self.at.line, self.at.column) < (at.line, at.column) {
            match self.chars.next() {
                Some((_, '\n')) => self.at = Location { line: self.at.line + 1, column: 1 },
                Some(_) => self.at.column += 1,
                None => break,
            }
        }
        self.chars.peek().map_or(self.length, |(offset, _)| *offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> Vec<(String, u64, u64)> {
        let text = Text::typed(text);
        let statements = split(&text, &SqlParserOptions::default());
        statements.into_iter().map(|one| (one.text, one.begins.line, one.begins.column)).collect()
    }

    fn one(text: &str, line: u64, column: u64) -> (String, u64, u64) {
        (text.to_owned(), line, column)
    }

    #[test]
    fn a_text_is_taken_apart_at_what_ends_statements() {
        assert_eq!(statements("select 1"), [one("select 1", 1, 1)]);
        assert_eq!(statements(" a ;; b\n;\n\n  c d \n"), [one("a", 1, 2), one("b", 1, 7), one("c d", 4, 3)]);
        for none in ["", " ; ;\n", "-- nothing;\n/* nothing; */"] {
            assert!(statements(none).is_empty(), "{none:?}");
        }
    }

    #[test]
    fn what_is_in_a_text_or_a_comment_ends_none() {
        let text = "select ';', \"a;b\" /* ; */ -- ;\n, 'größer;'; x";
        let all = statements(text);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], one(text.strip_suffix("; x").unwrap(), 1, 1));
        assert_eq!(all[1], one("x", 2, 14));
    }

    #[test]
    fn a_text_that_does_not_end_is_told_and_not_lost() {
        for text in ["a; 'open; b", "a; b 'open", "a; \"open", "a; /* open"] {
            let all = statements(text);
            assert_eq!(all.len(), 2, "{text}");
            let text = Text::typed(text);
            let last = split(&text, &SqlParserOptions::default()).pop().unwrap();
            assert!(last.parsed(&SqlParserOptions::default()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_text_goes_on_until_its_statement_ends() {
        let typed = |text: &str| {
            let text = Text::typed(text);
            let (ended, rest) = typed(&text, &SqlParserOptions::default());
            let rest = rest.map(|start| text.text[start..].to_owned());
            (ended.into_iter().map(|one| one.text).collect::<Vec<_>>(), rest)
        };
        let goes_on = |text: &str| (vec![], Some(text.to_owned()));
        for text in ["select 1", "select ';", "select \"a;", "select $$ ; ", "select /* ; ", "/* ; ", "select $a$ ;$$ "]
        {
            assert_eq!(typed(text), goes_on(text), "{text}");
        }
        assert_eq!(typed(" a; b;"), (vec!["a".to_owned(), "b".to_owned()], None));
        // White space at the end may be part of a text.
        assert_eq!(typed("a; 'b "), (vec!["a".to_owned()], Some("'b ".to_owned())));
        for nothing in ["", " ", ";", "-- a;"] {
            assert_eq!(typed(nothing), (vec![], None), "{nothing:?}");
        }
        // Nothing that follows makes this a statement.
        assert_eq!(typed("select U&'\\00'"), (vec!["select U&'\\00'".to_owned()], None));
    }

    #[test]
    fn places_are_those_of_the_whole_text() {
        let text = Text::typed("a;\n  b\n c");
        let second = split(&text, &SqlParserOptions::default()).pop().unwrap();
        assert_eq!(second.in_whole(Location { line: 1, column: 1 }), Location { line: 2, column: 3 });
        assert_eq!(second.in_whole(Location { line: 2, column: 2 }), Location { line: 3, column: 2 });
    }
}
