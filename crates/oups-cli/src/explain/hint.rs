//! Hints: what to do about an error, in the program's own words. The library's errors name its functions.

use std::fmt;

use crate::terminal::shell;
use oups::key::nearest;
use oups::{Error, Version};

/// An error with a hint that only the place where it occurred knows.
#[derive(Debug)]
struct Hinted {
    error: Box<dyn std::error::Error + Send + Sync>,
    hint: String,
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Hinted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.error.as_ref())
    }
}

/// The error with this hint.
pub fn with(error: impl Into<Box<dyn std::error::Error + Send + Sync>>, hint: String) -> anyhow::Error {
    Hinted { error: error.into(), hint }.into()
}

/// An error with this text, and with the hint if it is given.
pub fn told(text: String, hint: Option<String>) -> anyhow::Error {
    match hint {
        Some(hint) => with(text, hint),
        None => anyhow::Error::msg(text),
    }
}

/// The most similar name, if one is similar enough.
pub fn similar<'n>(name: &str, names: &'n [String]) -> Option<&'n String> {
    nearest(name, names, 1).pop()
}

/// The hint for an error; `None` if the error itself says what to do.
pub fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(hinted) = error.chain().find_map(|cause| cause.downcast_ref::<Hinted>()) {
        return Some(hinted.hint.clone());
    }
    error.chain().find_map(|cause| cause.downcast_ref::<Error>()).and_then(for_error)
}

/// The hint for times of CSV and JSON that are not in RFC 3339.
pub const TIME_FORMAT: &str = "--time-format says how times are written, such as '%d.%m.%Y %H:%M'";

/// The hint for a damaged `oups.json`: stores with the same schema have the same bytes in it.
pub const OTHER_STORE_FILE: &str = "`oups init OTHER --schema …` with the same schema makes the same oups.json in a folder of its own: copy it from there";

fn for_error(error: &Error) -> Option<String> {
    Some(match error {
        Error::NoStore { path } => format!("`oups init {} --schema …` makes one", shell::word(path)),
        Error::NoOrderedColumn { .. } => "add --ordered-on COLUMN".to_owned(),
        Error::UnknownColumn { column, columns, .. } => format!("did you mean `{}`?", similar(column, columns)?),
        Error::Damaged { path, .. } if path.ends_with("oups.json") => OTHER_STORE_FILE.to_owned(),
        Error::LockTimeout { .. } => "try again later, or with a longer --lock-timeout".to_owned(),
        Error::VersionConflict { .. } => "`oups info` shows what is there now".to_owned(),
        Error::NotDurable { dataset, version, .. } => visible(dataset.as_deref(), *version),
        Error::OutcomeUnknown { dataset, attempted, .. } => in_doubt(dataset.as_deref(), *attempted),
        _ => return None,
    })
}

/// What to do if a change is visible, but a power loss may undo it.
fn visible(dataset: Option<&str>, version: Version) -> String {
    let look = match dataset {
        None => "that it is still there".to_owned(),
        Some(dataset) if version == Version::ABSENT => {
            format!("with `oups info STORE {dataset}` that it is still gone")
        }
        Some(dataset) => format!("with `oups info STORE {dataset}` that it is still at version {}", version.commit()),
    };
    format!("do not repeat it: check the disk, and after a power loss look {look}")
}

/// What to do if it is not known whether a change has happened.
fn in_doubt(dataset: Option<&str>, attempted: Option<Version>) -> String {
    let look = match (dataset, attempted) {
        (Some(dataset), Some(version)) => match version.draw() {
            None => format!("look with `oups info STORE {dataset}`; if there is no such dataset, it has happened"),
            Some(draw) => format!(
                "look with `oups info STORE {dataset} --json`; version {} with draw {draw} is this change",
                version.commit()
            ),
        },
        _ => "look whether it is there, with `oups ls`".to_owned(),
    };
    format!("do not repeat it blindly: {look}")
}

/// `did you mean …?` for a few names; `None` without names.
pub fn did_you_mean(names: &[String]) -> Option<String> {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => None,
        [name] => Some(format!("did you mean {name}?")),
        [all @ .., last] => Some(format!("did you mean {} or {last}?", all.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_people_do() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(did_you_mean(&names[..0]), None);
        assert_eq!(did_you_mean(&names[..1]).unwrap(), "did you mean `a`?");
        assert_eq!(did_you_mean(&names[..2]).unwrap(), "did you mean `a` or `b`?");
        assert_eq!(did_you_mean(&names).unwrap(), "did you mean `a`, `b` or `c`?");
    }

    #[test]
    fn a_hint_is_found_under_context() {
        let error = || Error::NoOrderedColumn { dataset: "a".to_owned() };
        assert_eq!(hint(&anyhow::Error::new(error())).unwrap(), "add --ordered-on COLUMN");
        assert_eq!(hint(&with(error(), "x".to_owned()).context("y")).unwrap(), "x");
    }
}
