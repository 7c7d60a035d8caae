//! The stores of the command line, and their names in statements.

use std::path::PathBuf;

use anyhow::{Result, bail};
use datafusion::sql::sqlparser::ast::ObjectName;
use oups::{AnyKey, Store};
use oups_cli::args::sql::Sql;
use oups_cli::args::usage::Usage;
use oups_cli::store::store;
use oups_cli::terminal::shell;

/// A store as a table and a schema.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub(crate) name: String,
    path: PathBuf,
    pub(crate) store: Store<AnyKey>,
}

impl Attached {
    /// Its folder as a word of a shell command.
    pub(crate) fn word(&self) -> String {
        shell::word(&self.path)
    }
}

/// All that are attached.
#[derive(Clone, Debug)]
pub(crate) struct Stores(Vec<Attached>);

/// The name of the first store.
const FIRST: &str = "store";

/// Names of the engine's own schemas.
const TAKEN: [&str; 2] = ["public", "information_schema"];

impl Stores {
    /// Opens the stores of the command line.
    ///
    /// # Errors
    ///
    /// [`Usage`] if a name is given twice or is one of the engine's; an error if a folder is not a store.
    pub(crate) fn open(args: &Sql) -> Result<Self> {
        let mut stores =
            vec![Attached { name: FIRST.to_owned(), path: args.store.clone(), store: store(&args.store)? }];
        for (name, path) in &args.attach {
            if stores.iter().any(|other| other.name == *name) || TAKEN.contains(&name.as_str()) {
                bail!(Usage(format!("--attach {name}: there is a table or schema of this name already")));
            }
            stores.push(Attached { name: name.clone(), path: path.clone(), store: store(path)? });
        }
        Ok(Self(stores))
    }

    /// For tests: a store that is open already, as the first one.
    #[cfg(test)]
    pub(crate) fn of_one(store: Store<AnyKey>) -> Self {
        Self(vec![Attached { name: FIRST.to_owned(), path: store.root().to_owned(), store }])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Attached> {
        self.0.iter()
    }

    /// The store that has this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Attached> {
        self.iter().find(|attached| attached.name == name)
    }

    /// The store that a name in a statement belongs to, as the table of the store or as one of its datasets.
    pub(crate) fn of(&self, name: &ObjectName, folds: bool) -> Option<&Attached> {
        let parts: Vec<String> = name
            .0
            .iter()
            .filter_map(|part| part.as_ident())
            .map(|ident| {
                // SQL turns names without quotes into small letters.
                if folds && ident.quote_style.is_none() { ident.value.to_lowercase() } else { ident.value.clone() }
            })
            .collect();
        match parts.as_slice() {
            [table] => self.named(table),
            // The schema of a dataset is its store; a store as a table is in the default schema.
            [.., schema, table] => self.named(schema).or_else(|| self.named(table)),
            [] => None,
        }
    }
}
