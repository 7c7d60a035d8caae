//! Takes the wrappers off the engine's errors.

use std::error::Error;
use std::sync::Arc;

use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Span};

/// The error within all wrappers, and its place in the statement if a wrapper has one.
pub(super) fn bare(error: &DataFusionError) -> (&DataFusionError, Option<Span>) {
    let (mut error, mut span) = (error, None);
    loop {
        let inner = match error {
            DataFusionError::Diagnostic(diagnostic, inner) => {
                span = span.or(diagnostic.span);
                Some(&**inner)
            }
            DataFusionError::Context(_, inner) => Some(&**inner),
            DataFusionError::Shared(inner) => Some(&**inner),
            DataFusionError::Collection(all) => all.first(),
            DataFusionError::External(inner) => of_engine(&**inner),
            DataFusionError::ArrowError(inner, _) => match &**inner {
                ArrowError::ExternalError(inner) => of_engine(&**inner),
                _ => None,
            },
            DataFusionError::IoError(inner) => inner.get_ref().and_then(|inner| of_engine(inner)),
            _ => None,
        };
        match inner {
            Some(inner) => error = inner,
            None => return (error, span),
        }
    }
}

fn of_engine<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e DataFusionError> {
    error.downcast_ref().or_else(|| error.downcast_ref::<Arc<DataFusionError>>().map(|error| &**error))
}

/// A text of the engine without the syntax tree that it ends with, if it does: users have their statement.
pub(super) fn without_tree(text: &str) -> &str {
    let is_node = |word: &str| word.starts_with(|first: char| first.is_ascii_uppercase());
    let starts = text.match_indices(" { ").filter_map(|(brace, _)| {
        let start = text.get(..brace)?.rfind(' ')?;
        is_node(text.get(start + 1..brace)?).then_some(start)
    });
    starts.min().and_then(|start| text.get(..start)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use datafusion::common::{Diagnostic, Location};

    use super::*;

    #[test]
    fn wrappers_are_taken_off_however_they_are_nested() {
        let span = Span { start: Location { line: 1, column: 8 }, end: Location { line: 1, column: 9 } };
        let plan = DataFusionError::Plan("no".to_owned()).with_diagnostic(Diagnostic::new_error("x", Some(span)));
        let shared = DataFusionError::Shared(Arc::new(plan)).context("Optimizer rule 'x' failed");
        let arrow = DataFusionError::from(ArrowError::ExternalError(Box::new(shared)));
        let wrapped = DataFusionError::Collection(vec![DataFusionError::External(Box::new(arrow))]);
        let (error, found) = bare(&wrapped);
        assert_eq!(
            (error.to_string(), found.map(|span| span.start.column)),
            ("Error during planning: no".to_owned(), Some(8))
        );
    }

    #[test]
    fn a_syntax_tree_is_left_out() {
        assert_eq!(
            without_tree("this is not valid Substring { expr: Identifier(Ident { value: 1 }) }"),
            "this is not valid"
        );
        assert_eq!(without_tree("a name { in } braces"), "a name { in } braces");
        assert_eq!(without_tree(""), "");
    }
}
