//! Explains errors of the engine: first what is wrong, then where, then what to do.

mod bare;
mod names;
mod place;
mod syntax;

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Span};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::sql::parser::Statement as Parsed;
use oups::words::words_of;
use oups_cli::explain::hint;
use oups_datafusion::{done_in_part, error_of};

use crate::damage;
use crate::engine::Engine;
use crate::panics::internal;
use crate::statement::Statement;
use crate::stores::{Attached, Stores};

/// The statement of an error, with what explains it.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) statement: &'a Statement,
    pub(crate) engine: &'a Engine,
    pub(crate) stores: &'a Stores,
    /// Its plan, once it runs.
    pub(crate) plan: Option<&'a Arc<dyn ExecutionPlan>>,
}

/// An explained error, with its hint and its place in the statement.
#[derive(Debug, Default)]
struct Told {
    text: String,
    hint: Option<String>,
    span: Option<Span>,
}

impl Told {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn hinted(text: String, hint: impl Into<String>) -> Self {
        Self { text, hint: Some(hint.into()), span: None }
    }
}

/// An error of the engine with other words. It still holds the error of the store, if there was one.
#[derive(Debug)]
struct Failed {
    text: String,
    error: DataFusionError,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The engine's errors between are only wrappers. A store's error that got other words is left out.
        error_of(&self.error).filter(|error| self.text.contains(&error.to_string())).map(|error| error as _)
    }
}

impl Asked<'_> {
    /// Explains the error, with a mark under its place.
    pub(crate) fn explain(self, error: DataFusionError) -> anyhow::Error {
        let (bare, span) = bare::bare(&error);
        let mut told = match error_of(&error) {
            Some(found) => self.of_store(found),
            None => self.of_engine(bare, span),
        };
        if let Some(done) = done_in_part(&error) {
            told.text += &format!("; {done}");
        }
        // A syntax error has its mark already.
        let span = told.span.or(span).filter(|_| !matches!(bare, DataFusionError::SQL(..)));
        if let Some(span) = span {
            told.text += &place::mark(self.statement, span);
        }
        let failed = Failed { text: told.text, error };
        match told.hint {
            Some(hint) => hint::with(failed, hint),
            None => failed.into(),
        }
    }

    /// Explains a panic of the statement.
    pub(crate) fn panicked(self, what: &str) -> anyhow::Error {
        let told = self.damaged().unwrap_or_else(|| self.internal(what));
        match told.hint {
            Some(hint) => hint::with(told.text, hint),
            None => anyhow::Error::msg(told.text),
        }
    }

    /// The parsed statement.
    fn parsed(self) -> Option<Parsed> {
        self.statement.parsed(&self.engine.ctx.copied_config().options().sql_parser).ok()
    }

    fn of_store(self, error: &oups::Error) -> Told {
        let text = error.to_string();
        match error {
            oups::Error::Damaged { path, .. } => {
                let store = self.stores.iter().find(|attached| path.starts_with(attached.store.root()));
                let word = store.map_or_else(|| "STORE".to_owned(), Attached::word);
                Told::hinted(text, format!("`oups verify {word}` finds all that is damaged"))
            }
            oups::Error::NoDataset { dataset, store } => names::table(self).unwrap_or_else(|| {
                let attached = self.stores.iter().find(|attached| attached.store.root() == store);
                attached.map_or_else(|| Told::plain(text), |attached| names::no_dataset(attached, dataset))
            }),
            oups::Error::Key(_) => names::table(self).unwrap_or_else(|| Told::plain(text)),
            _ => Told::plain(text),
        }
    }

    /// Explains a file that the engine could not decode, if it is damaged.
    fn damaged(self) -> Option<Told> {
        let found = damage::find(self.plan?, self.stores)?;
        Some(self.of_store(&found))
    }

    fn of_engine(self, error: &DataFusionError, span: Option<Span>) -> Told {
        let decoding = match error {
            DataFusionError::ParquetError(_) => true,
            DataFusionError::ArrowError(error, _) => matches!(**error, ArrowError::ParquetError(_)),
            _ => false,
        };
        if decoding && let Some(told) = self.damaged() {
            return told;
        }
        match error {
            DataFusionError::SQL(error, _) => syntax::told(error, self.statement),
            DataFusionError::SchemaError(error, _) => names::column(error, place::written(self.statement, span)),
            DataFusionError::Plan(text) => self.of_plan(text),
            DataFusionError::Execution(text) => Told::plain(text.as_str()),
            DataFusionError::NotImplemented(text) => {
                Told::plain(format!("the engine does not have this: {}", bare::without_tree(text)))
            }
            DataFusionError::ArrowError(error, _) => Told::plain(words_of(error)),
            DataFusionError::IoError(error) => Told::plain(error.to_string()),
            DataFusionError::ResourcesExhausted(text) => self.of_memory(text),
            DataFusionError::Internal(text) => self.internal(text),
            DataFusionError::ExecutionJoin(error) => self.internal(&error.to_string()),
            other => names::setting(self, other).unwrap_or_else(|| Told::plain(other.message())),
        }
    }

    fn of_plan(self, text: &str) -> Told {
        let found =
            names::function(text).or_else(|| names::arguments(text)).or_else(|| names::table_function(self, text));
        let found = found.or_else(|| if text.ends_with("not found") { names::table(self) } else { None });
        found.unwrap_or_else(|| Told::plain(bare::without_tree(text)))
    }

    fn of_memory(self, text: &str) -> Told {
        let detail = text.lines().next_back().unwrap_or_default();
        let text = format!("--memory: {} bytes do not suffice: {detail}", self.engine.memory);
        Told::hinted(text, "give more with --memory, or have less done at once with --threads")
    }

    /// Explains an internal error. The report needs the statement.
    fn internal(self, text: &str) -> Told {
        Told::plain(internal(text) + &place::whole(self.statement))
    }
}
