//! Settings of the engine by their names.

use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;
use oups_cli::explain::hint::similar;

/// Those of the threads and the memory have no value that could be listed.
const UNLISTED: &str = "datafusion.runtime.";

/// What is wrong with a setting that was not taken.
pub(crate) fn wrong(ctx: &SessionContext, name: &str, value: &str, error: &DataFusionError) -> String {
    unknown(ctx, name).unwrap_or_else(|| {
        let text = error.to_string();
        // The last of the causes is what the value lacks.
        let why = text.lines().next_back().unwrap_or_default();
        format!("{name} cannot be `{value}`: {}", why.strip_prefix("External error: ").unwrap_or(why))
    })
}

/// That there is no setting of this name, with the one that may have been meant; `None` if there is.
fn unknown(ctx: &SessionContext, name: &str) -> Option<String> {
    let names: Vec<String> = ctx.copied_config().options().entries().into_iter().map(|entry| entry.key).collect();
    if names.iter().any(|known| known == name) || name.starts_with(UNLISTED) {
        return None;
    }
    let meant = similar(name, &names).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    Some(format!("no setting {name}{meant}"))
}
