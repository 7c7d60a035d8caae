//! Errors in texts of the command line: they name the option and show the text with a mark at the place.

use anyhow::{Error, anyhow};
use oups::key::KeyError;
use oups::words::{short, shortened};
use oups::{AnyKey, KeyFilter, QueryError, Store};

use super::hint;
use crate::args::{Command, Range};
use crate::caret::{pointed, quoted_length, wrong_in_time};

/// The bounds as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    bounds: [(&'static str, Option<String>); 2],
}

impl Texts {
    pub(crate) fn of(command: &Command) -> Self {
        match command {
            Command::Read(args) => Self::of_range(&args.range),
            Command::Align(args) => Self::of_range(&args.range),
            Command::Asof(args) => Self::of_range(&args.range),
            Command::Resample(args) => Self::of_range(&args.range),
            Command::Delete(args) => Self::of_range(&args.range),
            _ => Self::default(),
        }
    }

    fn of_range(range: &Range) -> Self {
        Self { bounds: [("--start", range.start.clone()), ("--end", range.end.clone())] }
    }

    /// The error; if it is about one of the texts, with a mark at its place.
    pub(crate) fn point(&self, error: Error) -> Error {
        let pointed = error.downcast_ref().and_then(|error| self.in_bound(error).or_else(|| in_condition(error)));
        pointed.unwrap_or(error)
    }

    fn in_bound(&self, error: &oups::Error) -> Option<Error> {
        let oups::Error::Bound { dataset, expected, found, .. } = error else { return None };
        let mut bounds = self.bounds.iter().filter_map(|(option, text)| Some((option, text.as_deref()?)));
        let (option, text) = bounds.find(|(_, text)| *found == format!("the text `{text}`"))?;
        let (at, length) = wrong_in_time(text);
        let mark = pointed(text, at, length);
        Some(anyhow!("dataset {dataset}: {option}: expected {expected}, found `{}`{mark}", short(text)))
    }
}

fn in_condition(error: &oups::Error) -> Option<Error> {
    let oups::Error::Query(QueryError::Condition { dataset, text, at, expected, found, columns }) = error else {
        return None;
    };
    let mark = pointed(text, *at, quoted_length(text, *at, found));
    let near = hint::similar(found.trim_matches(['`', '"']), columns).map(|near| format!("did you mean `{near}`?"));
    Some(hint::told(
        format!("dataset {dataset}: --where: expected {}, found {}{mark}", shortened(expected, 400), short(found)),
        near,
    ))
}

/// The key filter of conditions `field=value`. The error marks the wrong condition.
pub(crate) fn filter(store: &Store<AnyKey>, conditions: &[String]) -> anyhow::Result<KeyFilter> {
    KeyFilter::parse(store.schema(), conditions).map_err(|error| {
        let wrong = conditions.iter().find(|condition| KeyFilter::parse(store.schema(), [condition]).is_err());
        match wrong {
            Some(condition) => in_filter(condition, error),
            None => error.into(),
        }
    })
}

fn in_filter(condition: &str, error: KeyError) -> Error {
    let (field, value) = condition.split_once('=').unwrap_or((condition, ""));
    match error {
        KeyError::UnknownField { field: name, similar, fields } => {
            let mark = pointed(condition, 1, field.chars().count());
            let text = format!("expected a field of the keys ({fields}), found `{name}`{mark}");
            hint::told(text, similar.map(|similar| format!("did you mean `{similar}`?")))
        }
        KeyError::Filter { expected, .. } => {
            let mark = pointed(condition, field.chars().count() + 2, value.chars().count());
            anyhow!("expected {expected}, found `{value}`{mark}")
        }
        other => other.into(),
    }
}
