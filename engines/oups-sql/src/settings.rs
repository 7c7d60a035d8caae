//! Finds what is wrong with a setting of the engine.

use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;
use oups_cli::explain::hint::similar;

/// Settings with this prefix are not in the engine's list.
const UNLISTED: &str = "datafusion.runtime.";

/// The reason why the engine refused a setting.
pub(crate) fn wrong(ctx: &SessionContext, name: &str, value: &str, error: &DataFusionError) -> String {
    unknown(ctx, name).unwrap_or_else(|| {
        let text = error.to_string();
        // The last cause is about the value.
        let why = text.lines().next_back().unwrap_or_default();
        format!("{name} cannot be `{value}`: {}", why.strip_prefix("External error: ").unwrap_or(why))
    })
}

/// The error for a setting that does not exist, with the one that may have been meant.
fn unknown(ctx: &SessionContext, name: &str) -> Option<String> {
    let names: Vec<String> = ctx.copied_config().options().entries().into_iter().map(|entry| entry.key).collect();
    if names.iter().any(|known| known == name) || name.starts_with(UNLISTED) {
        return None;
    }
    let meant = similar(name, &names).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    Some(format!("no setting {name}{meant}"))
}
