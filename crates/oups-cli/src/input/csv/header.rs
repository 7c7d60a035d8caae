//! The header of a CSV file: the first record, with the names of the columns.

use std::collections::HashSet;

use super::Dialect;
use super::records::{Record, Records};
use crate::input::wrong::{Wrong, shown};

/// The names of the columns. Each column must have a name, and no two the same.
pub(super) fn names(records: &mut Records, dialect: &Dialect) -> Result<Vec<String>, Wrong> {
    let empty = || Wrong::new("is empty: expected a header with the names of the columns");
    let record = records.next()?.ok_or_else(empty)?;
    let told = record.fields().next().and_then(|field| delimiter_told(field.text, record.len(), dialect));
    if let Some(delimiter) = told {
        records.delimit_by(delimiter);
        return names_of(records.next()?.ok_or_else(empty)?, &Dialect { delimiter, ..dialect.clone() });
    }
    names_of(record, dialect)
}

/// The delimiter of a first line such as `sep=;`, which spreadsheets write.
fn delimiter_told(text: &str, fields: usize, dialect: &Dialect) -> Option<u8> {
    let is_sep = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    match (text.as_bytes().get(4..).filter(|_| is_sep)?, fields) {
        ([], 2) => Some(dialect.delimiter),
        ([delimiter @ (b';' | b',' | b'\t' | b'|')], 1) => Some(*delimiter),
        _ => None,
    }
}

fn names_of(record: Record<'_>, dialect: &Dialect) -> Result<Vec<String>, Wrong> {
    let line = record.line();
    let names: Vec<String> = record.fields().map(|field| field.text.to_owned()).collect();
    if let [only] = names.as_slice() {
        one_column(only, line, dialect)?;
    }
    let mut met = HashSet::new();
    for (place, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            let advice = "name it in the file; pandas leaves its index out with `to_csv(index=False)`";
            let wrong = Wrong::at(line, format!("column {} of the header has no name", place + 1));
            return Err(wrong.advice(advice));
        }
        if !met.insert(name) {
            return Err(Wrong::at(line, format!("the header names column `{}` twice", shown(name))));
        }
    }
    Ok(names)
}

/// Refuses a header of one column that looks like several columns with another delimiter, or like a comment.
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
