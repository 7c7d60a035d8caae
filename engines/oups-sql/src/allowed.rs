//! Which statements may run: queries, and statements that change only the session. All others are refused.

use std::ops::ControlFlow;

use anyhow::{Error, Result, anyhow};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    DescribeAlias, FromTable, ObjectName, ObjectType, Statement, TableFactor, TableObject, visit_statements,
};
use oups_cli::explain::hint;

use crate::stores::{Attached, Stores};

/// The result of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rows,
    /// Rows with texts of many lines, which a table would cut.
    Plan,
    /// The number of rows that were inserted.
    Insert,
    /// A change of the session, without rows.
    Effect,
}

impl Kind {
    pub(crate) fn has_rows(self) -> bool {
        matches!(self, Self::Rows | Self::Plan)
    }
}

/// The rules of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'s> {
    pub(crate) stores: &'s Stores,
    /// Whether stores may be written to.
    pub(crate) writes: bool,
    /// Whether names without quotes are turned into small letters.
    pub(crate) folds: bool,
}

impl Rules<'_> {
    /// The kind of result of a statement that may run.
    ///
    /// # Errors
    ///
    /// If the statement may not run. The hint says what to use instead.
    pub(crate) fn kind(&self, parsed: &Parsed) -> Result<Kind> {
        match parsed {
            // This also visits statements within it, such as the one of a PREPARE.
            Parsed::Statement(statement) => match visit_statements(&**statement, |part| self.refused(part)) {
                ControlFlow::Break(error) => Err(error),
                ControlFlow::Continue(()) => Ok(kind(statement)),
            },
            Parsed::Explain(explain) => self.kind(&explain.statement).map(|_| Kind::Plan),
            Parsed::Reset(_) => Ok(Kind::Effect),
            Parsed::CopyTo(_) => Err(copy()),
            Parsed::CreateExternalTable(_) => Err(external()),
        }
    }

    fn refused(&self, statement: &Statement) -> ControlFlow<Error> {
        let refusal = match statement {
            Statement::Query(_)
            | Statement::Explain { .. }
            | Statement::ExplainTable { .. }
            | Statement::ShowVariable { .. }
            | Statement::ShowTables { .. }
            | Statement::ShowColumns { .. }
            | Statement::ShowFunctions { .. }
            | Statement::ShowCreate { .. }
            | Statement::Set(_)
            | Statement::Prepare { .. }
            | Statement::Execute { .. }
            | Statement::Deallocate { .. } => None,
            Statement::CreateTable(table) if table.external => Some(external()),
            Statement::CreateTable(table) => self.of(&table.name).map(taken),
            Statement::CreateView(view) => self.of(&view.name).map(taken),
            Statement::Insert(insert) if !self.writes => match &insert.table {
                TableObject::TableName(name) => self.of(name).map(|_| read_only()),
                _ => Some(read_only()),
            },
            Statement::Insert(_) => None,
            Statement::Drop { object_type: ObjectType::Table | ObjectType::View, names, .. } => {
                names.iter().find_map(|name| self.of(name)).map(dropped)
            }
            Statement::Copy { .. } => Some(copy()),
            other => Some(self.change(other)),
        };
        refusal.map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }

    /// The refusal of a statement that would change rows, or that this program does not have.
    fn change(&self, statement: &Statement) -> Error {
        let what = statement.to_string().split_whitespace().next().unwrap_or_default().to_owned();
        let target = match statement {
            Statement::Update(update) => table(&update.table.relation),
            Statement::Merge(merge) => table(&merge.table),
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
                tables.first().and_then(|first| table(&first.relation))
            }
            Statement::Truncate(truncate) => truncate.table_names.first().map(|target| &target.name),
            Statement::Drop { names, .. } => names.first(),
            _ => return hint::with(format!("{what} does not run here"), RUNS.to_owned()),
        };
        let store = target.and_then(|name| self.of(name));
        let word = store.map_or_else(|| "STORE".to_owned(), Attached::word);
        let instead = match statement {
            Statement::Delete(_) => format!("`oups delete {word} KEY --start X --end Y` deletes the rows of a range"),
            Statement::Truncate(_) => format!("`oups delete {word} KEY --all` deletes all rows of a dataset"),
            Statement::Drop { .. } => format!("`oups rm {word} KEY` removes a dataset"),
            _ => {
                "INSERT with --write corrects rows, where the dataset knows by --duplicates-on which ones are the same"
                    .to_owned()
            }
        };
        hint::with(format!("{what} does not run here"), instead)
    }

    fn of(&self, name: &ObjectName) -> Option<&Attached> {
        self.stores.of(name, self.folds)
    }
}

const RUNS: &str =
    "queries, EXPLAIN, SET, SHOW, CREATE VIEW, CREATE TABLE … AS, DESCRIBE, PREPARE, EXECUTE and INSERT do";

fn kind(statement: &Statement) -> Kind {
    match statement {
        Statement::Explain { describe_alias: DescribeAlias::Explain, .. } => Kind::Plan,
        Statement::Insert(_) => Kind::Insert,
        Statement::Set(_)
        | Statement::Prepare { .. }
        | Statement::Deallocate { .. }
        | Statement::CreateTable(_)
        | Statement::CreateView(_)
        | Statement::Drop { .. } => Kind::Effect,
        _ => Kind::Rows,
    }
}

fn table(factor: &TableFactor) -> Option<&ObjectName> {
    match factor {
        TableFactor::Table { name, .. } => Some(name),
        _ => None,
    }
}

fn copy() -> Error {
    hint::with(
        "COPY does not run here".to_owned(),
        "--output FILE writes the rows of a query, all or nothing".to_owned(),
    )
}

fn external() -> Error {
    hint::with(format!("CREATE EXTERNAL TABLE does not run here{NOTHING_ELSE}"), ANOTHER.to_owned())
}

/// The reason why no statement reads files.
pub(crate) const NOTHING_ELSE: &str = ": this program reads the stores that it was given, nothing else";

/// The hint for a statement that reads files.
pub(crate) const ANOTHER: &str =
    "--attach NAME=STORE gives it another store; `oups write` and `oups ingest` put files into one";

fn taken(store: &Attached) -> Error {
    anyhow!("{} is a store: a table or view needs another name", store.name)
}

fn read_only() -> Error {
    hint::with("the store is open for reading only".to_owned(), "--write".to_owned())
}

fn dropped(store: &Attached) -> Error {
    let text = format!("DROP does not run on the store {}", store.name);
    hint::with(text, format!("`oups rm {} KEY` removes a dataset", store.word()))
}
