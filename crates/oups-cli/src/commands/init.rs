//! `oups init`: a new store.

use oups::{AnyKey, KeyError, KeySchema, Store};
use serde_json::json;

use super::print_json;
use crate::args::Init;
use crate::exit::{Usage, message};
use crate::pointed::{pointed, quoted_length};
use crate::stdout::Stdout;

pub(crate) fn run(args: Init, out: &mut Stdout) -> anyhow::Result<()> {
    let schema = KeySchema::parse(&args.schema, args.separator).map_err(usage)?;
    let store = Store::<AnyKey>::create_for(&args.store, schema)?;
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

/// The error, with a mark at the place that it speaks of.
fn usage(error: KeyError) -> Usage {
    match error {
        KeyError::SchemaText { schema, at, expected, found } => {
            let mark = pointed(&schema, at, quoted_length(&schema, at, &found));
            Usage(format!("--schema: expected {expected}, found {found}{mark}"))
        }
        other => Usage(other.to_string()),
    }
}
