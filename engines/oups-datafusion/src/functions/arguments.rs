//! What a table function is given: constants, and options in one text.

use datafusion::common::{DataFusionError, Result, plan_datafusion_err, plan_err};
use datafusion::logical_expr::Expr;
use oups::key::nearest;

/// A table function as users call it: its name, and those of its arguments. The last argument may be left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<const N: usize> {
    pub(super) name: &'static str,
    pub(super) arguments: [&'static str; N],
}

impl<const N: usize> Call<N> {
    /// The texts that it was given; an empty one for the last, if that was left out.
    ///
    /// # Errors
    ///
    /// If there are too few or too many, or one is not a constant text or whole number.
    pub(super) fn texts(&self, given: &[Expr]) -> Result<[String; N]> {
        if given.len() != N && given.len() + 1 != N {
            return plan_err!("{} has {} arguments here: write {}", self.name, given.len(), self.usage());
        }
        let mut texts = [const { String::new() }; N];
        for ((text, name), given) in texts.iter_mut().zip(self.arguments).zip(given) {
            let wrong = || self.error(format!("`{name}` must be a constant text, not {given}"));
            let Expr::Literal(value, _) = given else { return Err(wrong()) };
            *text = match value.try_as_str() {
                Some(Some(value)) => value.to_owned(),
                None if value.data_type().is_integer() && !value.is_null() => value.to_string(),
                _ => return Err(wrong()),
            };
        }
        Ok(texts)
    }

    /// The error of a call that is not as it should be.
    pub(super) fn error(&self, what: impl std::fmt::Display) -> DataFusionError {
        plan_datafusion_err!("{}: {what}", self.name)
    }

    /// The options in a text, of those that are known.
    ///
    /// # Errors
    ///
    /// If the text is not made of options, has one that is not known, or one twice.
    pub(super) fn options(&self, text: &str, known: &'static [&'static str]) -> Result<Options> {
        let pairs = pairs(text).map_err(|what| self.error(what))?;
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let near = nearest(name, known, 1).pop().map(|near| format!("; did you mean `{near}`?"));
                let near = near.unwrap_or_else(|| format!("; there are {}", known.join(", ")));
                return Err(self.error(format!("no option `{name}`{near}")));
            }
            if pairs.iter().skip(at + 1).any(|(other, _)| other == name) {
                return Err(self.error(format!("option `{name}` is given twice")));
            }
        }
        Ok(Options(pairs))
    }

    fn usage(&self) -> String {
        let (last, others) = self.arguments.split_last().unwrap_or((&"", &[]));
        format!("{}({}[, {last}])", self.name, others.join(", "))
    }
}

/// Options by their names, each once.
#[derive(Clone, Debug)]
pub(super) struct Options(Vec<(String, String)>);

impl Options {
    /// The value of an option, if it was given.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The range from `start` until before `end`.
    pub(super) fn range(&self) -> (std::ops::Bound<String>, std::ops::Bound<String>) {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let bound = |name| self.get(name).map(str::to_owned);
        (bound("start").map_or(Unbounded, Included), bound("end").map_or(Unbounded, Excluded))
    }
}

/// The only option with texts between quotes, in which nothing is a separator.
const QUOTED: &str = "where";

/// Options that are refused where a value is wrong, whatever it is: commas in them are theirs without a `;` behind them.
const WITH_COMMAS: [&str; 2] = ["by", QUOTED];

/// The pairs `name=value` of a text, separated by `,`. A value that holds a comma is ended by `;`, unless it is one of those in
/// which a comma can be nothing else. A comma before a further `name=` always begins that. Spaces around names and values do
/// not count.
///
/// # Errors
///
/// In words, if the text is something else.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((name, after)) = named(rest) else {
            return Err(format!("expected `name=value`, found `{rest}`"));
        };
        let (end, ended) = end_of(after, name == QUOTED);
        let (value, left) = after.split_at(end);
        let value = value.trim();
        if value.contains(',') && ended != Some(';') && !WITH_COMMAS.contains(&name) {
            return Err(format!("`{name}={value}` holds a comma: end it with `;` if that is the value"));
        }
        pairs.push((name.to_owned(), value.to_owned()));
        rest = left.strip_prefix([',', ';']).unwrap_or(left).trim_start();
    }
    Ok(pairs)
}

/// A name before a `=`, and what comes behind that.
fn named(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.split_once('=')?;
    let name = name.trim();
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(is_of_name)).then_some((name, after))
}

/// Where a value ends, and the separator that ends it; none at the end of the text.
fn end_of(text: &str, quoted: bool) -> (usize, Option<char>) {
    let mut within = None;
    for (at, c) in text.char_indices() {
        let behind = text.get(at + 1..).unwrap_or_default();
        match (within, c) {
            (Some(quote), _) if quote == c => within = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if quoted => within = Some(c),
            (None, ';') => return (at, Some(c)),
            (None, ',') if behind.trim().is_empty() || named(behind).is_some() => return (at, Some(c)),
            _ => {}
        }
    }
    (text.len(), None)
}

/// Names in a text, separated by `,`; if there is a `;`, by that alone, so that a name may hold commas.
pub(super) fn names(text: &str) -> Vec<&str> {
    let separator = if text.contains(';') { ';' } else { ',' };
    text.split(separator).map(str::trim).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, String> {
        Ok(pairs(text)?.iter().map(|(name, value)| format!("[{name}|{value}]")).collect())
    }

    #[test]
    fn a_comma_ends_a_value_where_a_name_follows() {
        for (text, expected) in [
            ("", ""),
            (" strict = true , tolerance=5min ", "[strict|true][tolerance|5min]"),
            ("strict=true,", "[strict|true]"),
            ("by=a,b;strict=true", "[by|a,b][strict|true]"),
            ("by=a,b,strict=true", "[by|a,b][strict|true]"),
            ("strict=true,by=a,b", "[strict|true][by|a,b]"),
            ("start=a,b;end=c,d;", "[start|a,b][end|c,d]"),
            ("start=;end=", "[start|][end|]"),
            ("where=px in (1, 2) and size >= 3,strict=true", "[where|px in (1, 2) and size >= 3][strict|true]"),
            ("where=name in ('a;b','c,d=e') ;by=x", "[where|name in ('a;b','c,d=e')][by|x]"),
            ("where=\"odd, name=\" = 'it''s';by=x", "[where|\"odd, name=\" = 'it''s'][by|x]"),
            ("start=O'Brien,end=P'x", "[start|O'Brien][end|P'x]"),
            ("level-field.x=ä,Ö=ü", "[level-field.x|ä][Ö|ü]"),
        ] {
            assert_eq!(parsed(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_name_and_a_value_is_refused() {
        for text in ["strict", "=5", ";", "a b=c", "start=a,b", "end=b,strict,by=x"] {
            assert!(parsed(text).is_err(), "{text}: {:?}", parsed(text));
        }
    }

    #[test]
    fn names_may_hold_commas_where_semicolons_separate_them() {
        assert_eq!(names("a, b"), ["a", "b"]);
        assert_eq!(names("a,b;"), ["a,b"]);
        assert_eq!(names("a,b;c"), ["a,b", "c"]);
        assert!(names(" ").is_empty());
    }
}
