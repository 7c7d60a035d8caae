//! Completes names.

use std::collections::BTreeSet;

use datafusion::common::utils::quote_identifier;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::known::{Known, Names};
use super::place::Place;

/// The words of statements that run here.
const WORDS: &str = "all analyze and as asc between by case cast create cross deallocate desc describe distinct drop else end \
                     except execute exists explain false first from full group having in inner insert intersect interval \
                     into is join last left like limit not null nulls offset on or order outer over partition prepare \
                     recursive right select set show table then true union using values verbose view when where with";

/// The completions of the shell.
pub(super) struct Completion {
    known: Known,
}

impl Completion {
    pub(super) fn new(known: Known) -> Self {
        Self { known }
    }
}

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..cursor).unwrap_or_default();
        let Some(place) = Place::of(before) else { return Ok((cursor, Vec::new())) };
        let names = self.known.names();
        let found = match before.trim_start().starts_with('\\') {
            true => of_command(&place, &names),
            false => of_statement(&place, &names),
        };
        let pairs = found.into_iter().map(|name| Pair { display: name.clone(), replacement: name }).collect();
        Ok((place.start, pairs))
    }
}

impl Helper for Completion {}
impl Highlighter for Completion {}
impl Validator for Completion {}
impl Hinter for Completion {
    type Hint = String;
}

/// What `\d` takes.
fn of_command(place: &Place, names: &Names) -> BTreeSet<String> {
    match datasets(place, names) {
        Some(found) => found,
        None => beginning(place, &names.tables),
    }
}

fn of_statement(place: &Place, names: &Names) -> BTreeSet<String> {
    let mut found = beginning(place, &names.columns);
    if place.of.is_some() {
        found.extend(datasets(place, names).into_iter().flatten());
        return found;
    }
    found.extend(beginning(place, &names.tables));
    // All functions and words are too many to choose from.
    if !place.is_quoted && !place.begun.is_empty() {
        let is_large = !place.begun.contains(char::is_lowercase);
        let small = place.begun.to_lowercase();
        let words = names.functions.iter().map(String::as_str).chain(WORDS.split_whitespace());
        let words = words.filter(|word| word.starts_with(&small));
        found.extend(words.map(|word| if is_large { word.to_uppercase() } else { word.to_owned() }));
    }
    found
}

/// The datasets, if the place is behind the name of a store.
fn datasets(place: &Place, names: &Names) -> Option<BTreeSet<String>> {
    let all = names.datasets.get(place.of.as_ref()?)?;
    let from = all.partition_point(|text| *text < place.begun);
    let of_begin = all.iter().skip(from).take_while(|text| text.starts_with(&place.begun));
    Some(of_begin.map(|text| written(text, place)).collect())
}

/// The names that begin so, in whatever letters.
fn beginning(place: &Place, names: &BTreeSet<String>) -> BTreeSet<String> {
    let begun = place.begun.to_lowercase();
    let found = names.iter().filter(|name| name.to_lowercase().starts_with(&begun));
    found.map(|name| written(name, place)).collect()
}

/// The name in quotes, if it needs them or has them already.
fn written(name: &str, place: &Place) -> String {
    match place.is_quoted {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => quote_identifier(name).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let datasets = ["EWR/1h", "JFK/1D", "JFK/1h", "oslo"].map(str::to_owned).to_vec();
        Names {
            tables: set(&["store", "summer"]),
            columns: set(&["airport", "temp", "Temperature", "lot size"]),
            functions: set(&["sum", "substr", "max"]),
            datasets: [("store".to_owned(), datasets)].into(),
        }
    }

    fn of(line: &str) -> Vec<String> {
        of_statement(&Place::of(line).unwrap(), &names()).into_iter().collect()
    }

    #[test]
    fn names_are_completed_and_quoted_where_they_need_it() {
        assert_eq!(of("select te"), ["\"Temperature\"", "temp"]);
        assert_eq!(of("select \"te"), ["\"Temperature\"", "\"temp\""]);
        assert_eq!(of("select lo"), ["\"lot size\""]);
        assert_eq!(of("select su"), ["substr", "sum", "summer"]);
        assert_eq!(of("SEL"), ["SELECT"]);
        assert_eq!(of("select "), ["\"Temperature\"", "\"lot size\"", "airport", "store", "summer", "temp"]);
        assert!(of("select nothing_like_it").is_empty());
    }

    #[test]
    fn datasets_follow_their_store() {
        assert_eq!(of("from store.\"JFK"), ["\"JFK/1D\"", "\"JFK/1h\""]);
        assert_eq!(of("from store.JF"), ["\"JFK/1D\"", "\"JFK/1h\""]);
        assert_eq!(of("from store.os"), ["oslo"]);
        assert_eq!(of("select s.te"), ["\"Temperature\"", "temp"]);
    }

    #[test]
    fn a_command_takes_tables_and_datasets() {
        let of = |line: &str| of_command(&Place::of(line).unwrap(), &names()).into_iter().collect::<Vec<_>>();
        assert_eq!(of("\\d s"), ["store", "summer"]);
        assert_eq!(of("\\d store.\"E"), ["\"EWR/1h\""]);
        assert!(of("\\d te").is_empty());
    }
}
