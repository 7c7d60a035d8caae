//! The exit codes of the program: 0 done, 1 failed, 2 wrong usage, 3 perhaps done, 130 interrupted.

use std::process::ExitCode;

use oups::Outcome;
use oups::words::words_of;

use super::failures::Failures;
use super::hint::hint;
use crate::args::usage::Usage;
use crate::interrupt::{self, Interrupted};
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;

/// Prints the error of a result on standard error, and returns the exit code.
pub fn code(result: anyhow::Result<()>, out: &Stdout) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    if out.is_closed() {
        // `oups read … | head`: the reader has what it wanted.
        return ExitCode::SUCCESS;
    }
    match error.downcast_ref::<Interrupted>() {
        Some(interrupted) => interrupted.tell(),
        None => tell(&error),
    }
    if is_in_doubt(&error) {
        return ExitCode::from(IN_DOUBT);
    }
    if let Some(code) = interrupt::code() {
        return ExitCode::from(code);
    }
    if error.chain().any(|cause| cause.is::<Usage>()) { ExitCode::from(2) } else { ExitCode::FAILURE }
}

/// The exit code if a change is visible but perhaps not durable, or if it is not known whether it has happened.
const IN_DOUBT: u8 = 3;

/// Whether the change has or may have happened, so that it must not be repeated blindly.
fn is_in_doubt(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| match (cause.downcast_ref::<oups::Error>(), cause.downcast_ref::<Failures>()) {
        (Some(error), _) => !matches!(error.outcome(), Outcome::NotDone | Outcome::Partly),
        (None, Some(failures)) => failures.are_in_doubt(),
        (None, None) => false,
    })
}

/// Prints an error, with its hint if it has one.
pub fn tell(error: &anyhow::Error) {
    message(format_args!("error: {}", chain(error)));
    if let Some(hint) = hint(error) {
        message(format_args!("hint: {hint}"));
    }
}

/// Words of the library's errors, and the program's words for them. The first two are prefixes that Arrow puts before
/// errors of others.
const WORDS: [(&str, &str); 9] = [
    ("External error: ", ""),
    ("Io error: ", ""),
    ("`.evolve_schema()`", "--evolve-schema"),
    ("`evolve_schema`", "--evolve-schema"),
    ("(`ordered_on`)", "(--ordered-on)"),
    ("with `columns`", "with --columns"),
    ("`without_keys`", "--no-keys"),
    ("`at_one_moment`", "--one-moment"),
    ("(create one first)", "(make one first)"),
];

/// Names of options that the library's errors begin with.
const OPTIONS: [&str; 5] = ["ordered_on", "row_group_target", "duplicates_on", "max_off_target", "keep"];

/// The text, with options of the program in place of functions of the library.
fn in_options(text: &str) -> String {
    let text = WORDS.iter().fold(text.to_owned(), |text, (library, program)| text.replace(library, program));
    let option = OPTIONS.iter().find_map(|option| Some((option, text.strip_prefix(option)?.strip_prefix(": ")?)));
    match option {
        Some((option, rest)) => format!("--{}: {rest}", option.replace('_', "-")),
        None => text,
    }
}

/// The text of an error; of an Arrow error, without the name of its kind.
fn words(cause: &(dyn std::error::Error + 'static)) -> String {
    cause.downcast_ref().map_or_else(|| cause.to_string(), words_of)
}

/// The texts of the error and its causes, each once: many errors repeat their cause's text.
fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(|cause| in_options(&words(cause))) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(cause.trim()) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use oups::{Error, Version};

    use super::{chain, in_options, is_in_doubt};
    use crate::explain::failures::Failures;

    #[test]
    fn options_are_called_as_they_are_typed() {
        assert_eq!(in_options("ordered_on: `temp` is not valid"), "--ordered-on: `temp` is not valid");
        assert_eq!(in_options("b (`.evolve_schema()` would add it)"), "b (--evolve-schema would add it)");
        assert_eq!(in_options("keep: `x`"), "--keep: `x`");
        assert_eq!(in_options("keeper: `x`"), "keeper: `x`");
    }

    #[test]
    fn what_may_have_happened_is_not_called_failed() {
        let source = || Box::new(Error::NoStore { path: "x".into() });
        let (what, dataset, version) = ("commit", Some("a".to_owned()), Version::ABSENT);
        let visible = Error::NotDurable { what, dataset: dataset.clone(), version, source: source() };
        let unknown = Error::OutcomeUnknown { what, dataset, attempted: Some(version), token: None, source: source() };
        for error in [visible, unknown] {
            let mut failures = Failures::default();
            failures.count(&error);
            assert!(is_in_doubt(&failures.into()));
            assert!(is_in_doubt(&anyhow::Error::new(error).context("write")));
        }
        let mut failures = Failures::default();
        failures.count(&source());
        assert!(!is_in_doubt(&failures.into()) && !is_in_doubt(&anyhow::Error::new(*source())));
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow!("no such file");
        assert_eq!(chain(&error), "no such file");
        let error = anyhow!("no such file").context("cannot read a.csv: no such file").context("write");
        assert_eq!(chain(&error), "write: cannot read a.csv: no such file");
        let error: anyhow::Result<()> = Err(anyhow!("no such file")).context("cannot read a.csv");
        assert_eq!(chain(&error.unwrap_err()), "cannot read a.csv: no such file");
    }
}
