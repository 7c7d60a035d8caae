//! Explains names that do not exist, and suggests names that may have been meant.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::common::utils::quote_identifier;
use datafusion::common::{Column, DataFusionError, ResolvedTableReference, SchemaError, Span};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{Set, Statement, visit_relations};
use oups_cli::explain::hint::similar;
use oups_cli::store::similar_keys;

use super::{Asked, Told};
use crate::allowed::{ANOTHER, NOTHING_ELSE};
use crate::settings;
use crate::stores::Attached;

/// The largest number of names that an error lists.
const LISTED: usize = 30;

/// Explains a column that does not exist, or is ambiguous. `written` is the statement from the column on.
pub(super) fn column(error: &SchemaError, written: &str) -> Told {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => missing(error, field, valid_fields, written),
        SchemaError::AmbiguousReference { field } => {
            let name = quote_identifier(field.name());
            Told::plain(format!("column {name} is in more than one table: write TABLE.{name}"))
        }
        SchemaError::DuplicateQualifiedField { name, .. } | SchemaError::DuplicateUnqualifiedField { name } => {
            Told::plain(format!("two columns are named {}: give one another name with AS", quote_identifier(name)))
        }
    }
}

fn missing(error: &SchemaError, field: &Column, all: &[Column], written: &str) -> Told {
    let text = format!("no column {}", field.quoted_flat_name());
    let is_of_its_table = |other: &&Column| field.relation.is_none() || field.relation == other.relation;
    let is_same =
        |other: &&Column| other.name() != field.name() && other.name().to_lowercase() == field.name().to_lowercase();
    if let Some(same) = all.iter().filter(is_of_its_table).find(is_same) {
        return in_quotes(text, same.name());
    }
    match meant(error, field, all) {
        Some(meant) => Told::plain(format!("{text}; did you mean {meant}?")),
        None if written.starts_with('"') => {
            Told::hinted(text, format!("texts stand between single quotes: '{}'", field.name()))
        }
        None => {
            let names: BTreeSet<String> =
                all.iter().map(|column| quote_identifier(column.name()).into_owned()).collect();
            Told::plain(text + &listed(names))
        }
    }
}

/// The most similar name, or the engine's suggestion, which may be less similar. It has the name of its table only if it
/// needs it.
fn meant(error: &SchemaError, field: &Column, all: &[Column]) -> Option<String> {
    let names: Vec<String> = all.iter().map(|column| column.name().to_owned()).collect();
    let of_name = |name: &str| all.iter().filter(|column| column.name() == name).count();
    let text = error.to_string();
    let suggested = || text.split_once("Did you mean '")?.1.split_once("'?").map(|(name, _)| name);
    let column = match similar(field.name(), &names) {
        Some(name) => all.iter().find(|column| column.name() == name)?,
        None => suggested().and_then(|name| all.iter().find(|column| column.quoted_flat_name() == name))?,
    };
    let needs_no_table = field.relation.is_none() && of_name(column.name()) == 1;
    Some(if needs_no_table { quote_identifier(column.name()).into_owned() } else { column.quoted_flat_name() })
}

/// Explains a name that exists in other letters.
fn in_quotes(text: String, name: &str) -> Told {
    let quoted = quote_identifier(name);
    let text = format!("{text}; did you mean {quoted}?");
    Told::hinted(text, format!("SQL takes names without double quotes in small letters: write {quoted}"))
}

/// Lists the names, unless there are too many.
fn listed(names: BTreeSet<String>) -> String {
    if names.is_empty() || names.len() > LISTED {
        return String::new();
    }
    let (are, names): (&str, Vec<String>) = (if names.len() == 1 { "is" } else { "are" }, names.into_iter().collect());
    format!(": there {are} {}", names.join(", "))
}

/// Explains a function that does not exist, from the engine's text.
pub(super) fn function(text: &str) -> Option<Told> {
    let (name, rest) = text.strip_prefix("Invalid function '")?.split_once('\'')?;
    let meant = rest.split_once("Did you mean '").and_then(|(_, meant)| meant.split_once('\''));
    let meant = meant.map(|(meant, _)| format!("; did you mean {meant}?")).unwrap_or_default();
    Some(Told::plain(format!("no function {name}{meant}")))
}

/// Explains a call of a function with arguments that it does not take, from the engine's text.
pub(super) fn arguments(text: &str) -> Option<Told> {
    let (what, candidates) = text.split_once(" No function matches the given name and argument types ")?;
    if let Some((_, own)) = what.rsplit_once("user-defined coercion failed with: ") {
        let own = own.strip_prefix("Error during planning: ").unwrap_or(own);
        return Some(Told::plain(own.strip_suffix('.').unwrap_or(own)));
    }
    let found = candidates.split('\'').nth(1)?;
    let (_, candidates) = candidates.split_once("Candidate functions:")?;
    let candidates: Vec<&str> = candidates.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Some(Told::plain(format!("no function takes these arguments: {found}; there are {}", candidates.join(", "))))
}

/// Explains a table function that does not exist, from the engine's text.
pub(super) fn table_function(asked: Asked<'_>, text: &str) -> Option<Told> {
    let name = text.strip_prefix("table function '")?.strip_suffix("' not found")?;
    let names: Vec<String> = asked.engine.ctx.state().table_functions().keys().cloned().collect();
    let text = format!("no table function {name}");
    let told = match similar(name, &names) {
        Some(meant) => Told::plain(format!("{text}; did you mean {meant}?")),
        None if is_of_files(name) => Told::hinted(text + NOTHING_ELSE, ANOTHER),
        None => Told::plain(text + &listed(names.into_iter().collect())),
    };
    Some(Told { span: span(&asked.parsed()?, name), ..told })
}

/// Whether the name looks like a file, or like a function that reads files.
fn is_of_files(name: &str) -> bool {
    let name = name.to_lowercase();
    ["parquet", "csv", "json", "arrow", "read_", "_scan", "://", "/", "glob"].iter().any(|part| name.contains(part))
}

/// Explains the first table of the statement that does not exist.
pub(super) fn table(asked: Asked<'_>) -> Option<Told> {
    let state = asked.engine.ctx.state();
    let catalogs = &state.config_options().catalog;
    let parsed = asked.parsed()?;
    let tables = state.resolve_table_references(&parsed).ok()?;
    tables.into_iter().find_map(|table| {
        let span = span(&parsed, table.table());
        let resolved = table.resolve(&catalogs.default_catalog, &catalogs.default_schema);
        Some(Told { span, ..absent(asked, &resolved, &catalogs.default_schema)? })
    })
}

/// The place of a table or a table function in the statement.
fn span(parsed: &Parsed, name: &str) -> Option<Span> {
    let Parsed::Statement(statement) = parsed else { return None };
    let found = visit_relations(&**statement, |relation| {
        let parts: Vec<_> = relation.0.iter().filter_map(|part| part.as_ident()).collect();
        match parts.last() {
            Some(last) if last.value.eq_ignore_ascii_case(name) => ControlFlow::Break(Span::union_iter(
                parts.iter().filter_map(|part| Span::try_from_sqlparser_span(part.span)),
            )),
            _ => ControlFlow::Continue(()),
        }
    });
    found.break_value().flatten()
}

fn absent(asked: Asked<'_>, table: &ResolvedTableReference, default: &str) -> Option<Told> {
    let Some(catalog) = asked.engine.ctx.catalog(&table.catalog) else {
        return Some(Told::plain(format!("no catalog {}", table.catalog)));
    };
    let Some(schema) = catalog.schema(&table.schema) else {
        let names: BTreeSet<String> = asked.stores.iter().map(|attached| attached.name.clone()).collect();
        return Some(near(format!("no store {}", table.schema), &table.schema, names));
    };
    if schema.table_exist(&table.table) {
        return None;
    }
    if let Some(attached) = asked.stores.named(&table.schema) {
        return Some(no_dataset(attached, &table.table));
    }
    // The engine counts table functions among the tables.
    if *table.schema == *default && asked.engine.ctx.state().table_functions().contains_key(&*table.table) {
        return None;
    }
    let text = format!("no table {}", table.table);
    if *table.schema != *default {
        return Some(near(text, &table.table, schema.table_names().into_iter().collect()));
    }
    Some(dataset(asked, &text, &table.table).unwrap_or_else(move || {
        if is_of_files(&table.table) {
            return Told::hinted(text + NOTHING_ELSE, ANOTHER);
        }
        near(text, &table.table, schema.table_names().into_iter().collect())
    }))
}

/// Explains a dataset that a store does not have.
pub(super) fn no_dataset(attached: &Attached, name: &str) -> Told {
    let text = format!("no dataset {name} in {}", attached.name);
    match similar_keys(&attached.store, name).first() {
        Some(key) => Told::plain(format!("{text}; did you mean {key}?")),
        None => Told::hinted(text, format!("`oups ls {}` lists its keys", attached.word())),
    }
}

/// Suggests the dataset with this name, if a store has it.
fn dataset(asked: Asked<'_>, text: &str, name: &str) -> Option<Told> {
    let has_it = |store: &oups::Store<oups::AnyKey>| store.dataset(&store.parse_key(name).ok()?).ok()?.exists().ok();
    let attached = asked.stores.iter().find(|attached| has_it(&attached.store) == Some(true))?;
    let meant = format!("{}.{}", quote_identifier(&attached.name), quote_identifier(name));
    Some(Told::plain(format!("{text}; did you mean {meant}?")))
}

/// Suggests the most similar name, or lists all names.
fn near(text: String, name: &str, names: BTreeSet<String>) -> Told {
    if let Some(same) = names.iter().find(|other| other.to_lowercase() == name.to_lowercase()) {
        return in_quotes(text, same);
    }
    let all: Vec<String> = names.iter().cloned().collect();
    match similar(name, &all) {
        Some(meant) => Told::plain(format!("{text}; did you mean {}?", quote_identifier(meant))),
        None => Told::plain(text + &listed(names)),
    }
}

/// Explains what is wrong with a `SET`.
pub(super) fn setting(asked: Asked<'_>, error: &DataFusionError) -> Option<Told> {
    let ctx = &asked.engine.ctx;
    let Parsed::Statement(statement) = asked.parsed()? else { return None };
    let Statement::Set(Set::SingleAssignment { variable, values, .. }) = *statement else { return None };
    let value = values.first().map(|value| value.to_string().trim_matches('\'').to_owned()).unwrap_or_default();
    Some(Told::plain(settings::wrong(ctx, &variable.to_string().to_lowercase(), &value, error)))
}
