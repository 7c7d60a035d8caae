//! `oups rm`: removes datasets.

use std::collections::BTreeSet;

use anyhow::bail;
use serde_json::json;

use super::print_json;
use crate::args::Rm;
use crate::args::usage::Usage;
use crate::store;
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Rm, out: &mut Stdout) -> anyhow::Result<()> {
    let store = store::store(&args.store)?;
    // All keys are looked up first, so that a wrong key is found before anything is removed.
    let datasets = args.keys.iter().map(|key| store::dataset(&store, key)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut met = BTreeSet::new();
    if let Some((twice, _)) = datasets.iter().find(|(key, _)| !met.insert(key)) {
        bail!(Usage(format!("dataset {twice} is named twice")));
    }
    for (key, dataset) in &datasets {
        let mut removal = dataset.remove();
        if let Some(timeout) = args.lock_timeout {
            removal = removal.lock_timeout(timeout);
        }
        removal.commit()?;
        if args.json {
            print_json(&json!({ "removed": key.to_string() }), out)?;
        } else {
            message(format_args!("removed {key}"));
        }
    }
    Ok(())
}
