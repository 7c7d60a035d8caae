//! The first record of a CSV file: the names of its columns.

use std::collections::HashSet;

use super::Dialect;
use super::records::Records;
use crate::input::wrong::{Wrong, shown};

/// The names, each there and there once.
pub(super) fn names(records: &mut Records, dialect: &Dialect) -> Result<Vec<String>, Wrong> {
    let Some(record) = records.next()? else {
        return Err(Wrong::new("is empty: expected a header with the names of the columns"));
    };
    let line = record.line();
    let names: Vec<String> = record.fields().map(|field| field.text.to_owned()).collect();
    if let [only] = names.as_slice() {
        one_column(only, line, dialect)?;
    }
    let mut met = HashSet::new();
    for (place, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            return Err(Wrong::at(line, format!("column {} of the header has no name", place + 1)));
        }
        if !met.insert(name) {
            return Err(Wrong::at(line, format!("the header names column `{}` twice", shown(name))));
        }
    }
    Ok(names)
}

/// Refuses a header that looks like several columns with another delimiter between them, or like no header.
fn one_column(name: &str, line: u64, dialect: &Dialect) -> Result<(), Wrong> {
    let looks_like = |what: &str, advice: String| {
        Err(Wrong::at(line, format!("the header has one column, `{}`, {what}", shown(name))).advice(advice))
    };
    if name.starts_with(['#', '%']) && dialect.comment.is_none() {
        let comment = name.chars().next().unwrap_or('#');
        return looks_like("which looks like a comment", format!("--comment '{comment}' leaves such lines out"));
    }
    if dialect.delimiter_is_told {
        return Ok(());
    }
    let others = [(';', "';'"), ('\t', "tab"), ('|', "'|'"), (',', "','")];
    match others.iter().find(|(other, _)| name.contains(*other) && u32::from(*other) != u32::from(dialect.delimiter)) {
        Some((_, typed)) => looks_like("with other delimiters in it", format!("give --delimiter {typed}")),
        None => Ok(()),
    }
}
