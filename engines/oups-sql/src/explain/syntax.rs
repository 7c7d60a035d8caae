//! Explains syntax errors.

use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::Location;
use oups_cli::caret::pointed;

use super::{Told, place};
use crate::statement::Statement;

/// Says what was expected and what was found, with line and column, and a mark below the place.
pub(super) fn told(error: &ParserError, statement: &Statement) -> Told {
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
        ParserError::RecursionLimitExceeded => {
            let hint = "--set datafusion.sql_parser.recursion_limit=200 lets statements be nested more deeply";
            return Told::hinted("the statement is nested too deeply".to_owned(), hint);
        }
    };
    let (what, at) = located(text).unwrap_or_else(|| (text, end(statement)));
    let found = what.rsplit_once("found: ").map_or("", |(_, found)| found);
    let line = place::line(statement, at.line);
    let column = usize::try_from(at.column).unwrap_or(1);
    let is_there = line.chars().skip(column.saturating_sub(1)).take(found.chars().count()).eq(found.chars());
    let length = if is_there { found.chars().count() } else { 1 };
    let text = format!("syntax error at {}: {}", place::told(statement, at), words(what));
    Told::plain(text + &pointed(line, column, length))
}

/// Splits the parser's text into its message and the place at its end.
fn located(text: &str) -> Option<(&str, Location)> {
    let (what, place) = text.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some((what, Location { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? }))
}

/// The end of a statement, for errors without a place.
fn end(statement: &Statement) -> Location {
    let line = statement.text.lines().count().max(1);
    let column = statement.text.lines().next_back().unwrap_or_default().chars().count() + 1;
    Location { line: line as u64, column: column as u64 }
}

/// The message in lower case, with words instead of the parser's labels.
fn words(text: &str) -> String {
    let text = text
        .replace("Expected: ", "expected ")
        .replace(", found: EOF", ", found the end")
        .replace(", found: ", ", found ");
    let mut chars = text.chars();
    let begins_with_word = text.chars().nth(1).is_some_and(char::is_lowercase);
    match chars.next() {
        Some(first) if begins_with_word => first.to_lowercase().chain(chars).collect(),
        _ => text,
    }
}
