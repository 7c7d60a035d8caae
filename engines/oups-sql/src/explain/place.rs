//! Shows the places of errors in a statement.

use datafusion::common::Span;
use datafusion::sql::sqlparser::tokenizer::Location;
use oups_cli::caret::pointed;

use crate::source::Name;
use crate::statement::Statement;

/// The line with a mark below the place. A text of several lines also gets the number of the line.
pub(super) fn mark(statement: &Statement, span: Span) -> String {
    let begin = Location { line: span.start.line, column: span.start.column };
    let text = line(statement, begin.line);
    let column = usize::try_from(begin.column).unwrap_or(1);
    let end = if span.end.line == span.start.line { usize::try_from(span.end.column).unwrap_or(1) } else { usize::MAX };
    let is_one_line =
        *statement.of == Name::Command && statement.begins.line == 1 && statement.text.lines().count() <= 1;
    let place = if is_one_line { String::new() } else { format!(" ({})", told(statement, begin)) };
    place + &pointed(text, column, end.saturating_sub(column))
}

/// The text of the statement from a place on.
pub(super) fn written(statement: &Statement, span: Option<Span>) -> &str {
    let Some(start) = span.map(|span| span.start) else { return "" };
    let before = usize::try_from(start.column.saturating_sub(1)).unwrap_or(usize::MAX);
    let line = line(statement, start.line);
    line.char_indices().nth(before).and_then(|(at, _)| line.get(at..)).unwrap_or_default()
}

/// The line and the column in the whole text, and the name of the text.
pub(super) fn told(statement: &Statement, at: Location) -> String {
    let Location { line, column } = statement.in_whole(at);
    match &*statement.of {
        Name::Command => format!("line {line}, column {column}"),
        name => format!("{name}, line {line}, column {column}"),
    }
}

/// All lines of the statement.
pub(super) fn whole(statement: &Statement) -> String {
    statement.text.lines().map(|line| format!("\n  {line}")).collect()
}

/// A line of the statement, the first being 1.
pub(super) fn line(statement: &Statement, number: u64) -> &str {
    let before = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    statement.text.lines().nth(before).unwrap_or_default()
}
