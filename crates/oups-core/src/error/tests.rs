//! Every variant has a kind, and every variant about a dataset names it.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use arrow::error::ArrowError;

use super::kind::ErrorKind;
use super::query::{ColumnOf, OrderedOn};
use super::{Error, QueryError};
use crate::key::KeyError;
use crate::version::{Expected, Version};

const NAME: &str = "d";

fn text() -> String {
    "t".to_owned()
}

fn dataset() -> String {
    NAME.to_owned()
}

fn arrow() -> ArrowError {
    ArrowError::DivideByZero
}

fn source() -> Box<Error> {
    Box::new(Error::Forked { owner: 1, user: 2 })
}

/// One of each variant, except for `Query`.
fn of_each() -> Vec<(Error, ErrorKind)> {
    use ErrorKind::*;

    let (row, waited, files, version) = (1, Duration::from_secs(1), 2, Version::ABSENT);
    let path = || "p".into();
    let (column, value, found, expected) = (text, text, text, text);
    vec![
        (KeyError::Filter { found: text(), expected: text() }.into(), InvalidArgument),
        (Error::Io { action: "open", path: path(), source: io::Error::from(io::ErrorKind::StorageFull) }, Io),
        (Error::NotDurable { what: "commit", dataset: Some(dataset()), version, source: source() }, NotDurable),
        (
            Error::OutcomeUnknown {
                what: "commit",
                dataset: Some(dataset()),
                attempted: None,
                token: None,
                source: source(),
            },
            OutcomeUnknown,
        ),
        (Error::RepairStopped { dataset: dataset(), source: source() }, Reopen),
        (Error::Poisoned { dataset: dataset() }, Reopen),
        (Error::Damaged { path: path(), detail: text() }, Damaged),
        (Error::InTheWay { path: path(), expected: "a file", found: "a folder" }, Damaged),
        (Error::NewerFormat { path: path(), found: 2, supported: 1 }, Unsupported),
        (Error::NoStore { path: path() }, NotFound),
        (Error::StoreExists { path: path() }, AlreadyExists),
        (Error::ExportTarget { path: path(), found: "a file" }, AlreadyExists),
        (Error::ExportStopped { path: path() }, Stopped),
        (Error::StoreSchema { path: path(), expected: expected(), found: found() }, InvalidArgument),
        (Error::NoDataset { dataset: dataset(), store: path() }, NotFound),
        (Error::ManifestLost { dataset: dataset(), files }, Damaged),
        (Error::KeyFolded { dataset: dataset(), found: found() }, Damaged),
        (Error::NoOrderedColumn { dataset: dataset() }, InvalidArgument),
        (Error::UnknownColumn { dataset: dataset(), column: column(), columns: vec![] }, InvalidArgument),
        (Error::Schema { dataset: dataset(), column: column(), expected: expected(), found: found() }, InvalidData),
        (Error::UnsupportedType { dataset: dataset(), column: column(), found: found(), reason: "r" }, Unsupported),
        (
            Error::DictionaryFull {
                dataset: dataset(),
                column: column(),
                found: found(),
                limit: 128,
                row_group: text(),
            },
            InvalidData,
        ),
        (Error::Unsorted { dataset: dataset(), column: column(), row, previous: value(), value: value() }, InvalidData),
        (Error::Unorderable { dataset: dataset(), column: column(), row, value: "null" }, InvalidData),
        (Error::Bound { dataset: dataset(), column: column(), expected: expected(), found: found() }, InvalidArgument),
        (Error::Duplicate { dataset: dataset(), column: column(), value: value(), row, of: None }, InvalidData),
        (Error::Resolution { dataset: dataset(), value: value(), found: found() }, InvalidData),
        (Error::InvalidOption { option: "keep", expected: expected(), found: found() }, InvalidArgument),
        (Error::Input { dataset: dataset(), rows: 1, source: arrow() }, InvalidData),
        (Error::KeyColumn { column: column(), row: None, expected: expected(), found: found() }, InvalidData),
        (Error::Stopped { dataset: dataset(), by: Some(text()) }, Stopped),
        (Error::LockTimeout { dataset: dataset(), holder: None, waited }, Busy),
        (Error::Busy { datasets: vec![dataset(), text()], waited }, Busy),
        (Error::VersionConflict { dataset: dataset(), expected: Expected::from(version), found: version }, Conflict),
        (Error::SnapshotGone { dataset: dataset(), version, path: path() }, SnapshotGone),
        (Error::Forked { owner: 1, user: 2 }, Reopen),
        (Error::Arrow { dataset: dataset(), source: arrow() }, InvalidData),
    ]
}

fn of_each_query() -> Vec<(QueryError, ErrorKind)> {
    use ErrorKind::{InvalidArgument, InvalidData};

    let (column, column_type, expected, found) = (text, text, text, text);
    let ordered = || Box::new(OrderedOn { dataset: dataset(), column: column(), column_type: column_type() });
    let of = || Box::new(ColumnOf { dataset: dataset(), column_type: column_type() });
    vec![
        (QueryError::DuplicateColumn { column: column() }, InvalidArgument),
        (QueryError::DuplicateKey { dataset: dataset() }, InvalidArgument),
        (QueryError::OrderedColumns { first: ordered(), other: ordered() }, InvalidArgument),
        (QueryError::ColumnTypes { column: column(), first: of(), other: of() }, InvalidArgument),
        (QueryError::KeyColumn { column: column() }, InvalidArgument),
        (QueryError::SameName { column: column() }, InvalidArgument),
        (QueryError::Tolerance { column: column(), expected: expected(), found: found() }, InvalidArgument),
        (QueryError::Period { column: column(), expected: expected(), found: found() }, InvalidArgument),
        (QueryError::Aggregate { column: column(), aggregate: text(), column_type: text() }, InvalidArgument),
        (QueryError::Overflow { dataset: dataset(), column: column() }, InvalidData),
        (QueryError::TooLarge { dataset: dataset(), source: arrow() }, InvalidData),
        (
            QueryError::Condition {
                dataset: dataset(),
                text: text(),
                at: 1,
                expected: expected(),
                found: found(),
                columns: Box::default(),
            },
            InvalidArgument,
        ),
        (QueryError::NotTaken { verb: "count", option: "columns" }, InvalidArgument),
        (QueryError::TestLength { expected: 2, found: 1 }, InvalidArgument),
        (QueryError::Arrow(arrow()), InvalidData),
    ]
}

/// The names of the variants of the first enum in a source.
fn variants(source: &str) -> BTreeSet<String> {
    let body = source.split("pub enum ").nth(1).unwrap().split("\n}").next().unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let named = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    named.map(|line| line.split([' ', '(', ',']).next().unwrap().to_owned()).collect()
}

fn variant(error: &impl std::fmt::Debug) -> String {
    format!("{error:?}").split([' ', '(']).next().unwrap().to_owned()
}

#[test]
fn every_variant_has_its_kind() {
    let mut met = BTreeSet::from(["Query".to_owned()]);
    for (error, kind) in of_each() {
        assert_eq!(error.kind(), kind, "{error:?}");
        met.insert(variant(&error));
    }
    assert_eq!(met, variants(include_str!("mod.rs")));
    let mut met = BTreeSet::new();
    for (error, kind) in of_each_query() {
        met.insert(variant(&error));
        let error = Error::from(error);
        assert_eq!(error.kind(), kind, "{error:?}");
    }
    assert_eq!(met, variants(include_str!("query.rs")));
}

#[test]
fn every_variant_has_its_text() {
    for (error, _) in of_each() {
        assert!(!error.to_string().is_empty(), "{error:?}");
    }
    let error = Error::from(QueryError::DuplicateColumn { column: text() });
    assert_eq!(error.to_string(), QueryError::DuplicateColumn { column: text() }.to_string());
}

/// The text of a cause is in the text of its error, or it follows: nothing is told twice.
#[test]
fn causes_are_those_of_the_fields() {
    use std::error::Error as _;

    let causes = of_each().into_iter().filter(|(error, _)| error.source().is_some());
    let names: Vec<String> = causes.map(|(error, _)| variant(&error)).collect();
    assert_eq!(names, ["Io", "NotDurable", "OutcomeUnknown", "RepairStopped", "Input", "Arrow"]);
}

#[test]
fn an_error_about_a_dataset_names_it() {
    let all = of_each().into_iter().map(|(error, _)| error);
    for error in all.chain(of_each_query().into_iter().map(|(error, _)| error.into())) {
        let tells = format!("{error:?}").contains(&format!("\"{NAME}\""));
        assert_eq!(error.dataset(), tells.then_some(NAME), "{error:?}");
    }
}

#[test]
fn advice_is_one_sentence() {
    let all = of_each().into_iter().map(|(error, _)| error);
    for error in all.chain(of_each_query().into_iter().map(|(error, _)| error.into())) {
        if let Some(advice) = error.advice() {
            let is_sentence = !advice.is_empty() && !advice.ends_with('.') && !advice.starts_with([';', ' ', '(']);
            assert!(is_sentence, "{error:?}: {advice}");
        }
    }
    let full = Error::Io { action: "write", path: "p".into(), source: io::ErrorKind::StorageFull.into() };
    assert_eq!(full.advice(), Some("make room and try again"));
    let other = Error::Io { action: "write", path: "p".into(), source: io::ErrorKind::NotFound.into() };
    assert_eq!(other.advice(), None);
    let [store, data] =
        ["s/oups.json", "s/a/x.parquet"].map(|path| Error::Damaged { path: path.into(), detail: text() });
    assert!(!store.advice().unwrap().contains("repair") && data.advice().unwrap().contains("repair"));
}
