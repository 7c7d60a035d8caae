//! `oups init`: makes a store.

use anyhow::bail;
use oups::{AnyKey, Error, KeyError, KeySchema, Store};
use serde_json::json;

use super::print_json;
use crate::args::Init;
use crate::args::usage::Usage;
use crate::caret::{pointed, quoted_length};
use crate::explain::{hint, inside};
use crate::terminal::message::message;
use crate::terminal::shell;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Init, out: &mut Stdout) -> anyhow::Result<()> {
    let schema = KeySchema::parse(&args.schema, args.separator).map_err(usage)?;
    if let Some(inside) = inside::message(&args.store) {
        // A folder inside of a store is that of a dataset, or may become one.
        bail!("{inside}: a store cannot be inside another one, choose another folder");
    }
    let store = Store::<AnyKey>::create_for(&args.store, schema).map_err(|error| match error {
        Error::StoreExists { path } => {
            let hint = format!("`oups ls {}` lists its keys", shell::word(&path));
            hint::with(format!("{} is a store already", path.display()), hint)
        }
        error => error.into(),
    })?;
    let schema = store.schema();
    if args.json {
        let facts = json!({
            "store": store.root().display().to_string(),
            "schema": schema.levels_text(),
            "separator": schema.separator().to_string(),
        });
        return print_json(&facts, out);
    }
    message(format_args!("made a store of {schema} in {}", store.root().display()));
    Ok(())
}

/// The error, with a mark at its place in the schema.
fn usage(error: KeyError) -> Usage {
    match error {
        KeyError::SchemaText { schema, at, expected, found } => {
            let mark = pointed(&schema, at, quoted_length(&schema, at, &found));
            Usage(format!("--schema: expected {expected}, found {found}{mark}"))
        }
        other => Usage(other.to_string()),
    }
}
