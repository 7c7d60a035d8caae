//! Prints what a change did, or would do, for people and for programs.

use std::io::Write;

use oups::{ChangePlan, CommitReport};
use serde_json::{Value, json};

use super::print_json;
use crate::output::value;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;

/// Prints what a change of a dataset did: as JSON on standard output, or as a message.
pub(super) fn tell(key: &str, written: &CommitReport, json: bool, out: &mut Stdout) -> anyhow::Result<()> {
    if json {
        return print_json(&facts(key, written), out);
    }
    message(line(key, written));
    Ok(())
}

/// Prints what a change did that touched no row.
pub(super) fn tell_changed(
    what: &str,
    key: &str,
    done: &CommitReport,
    json: bool,
    out: &mut Stdout,
) -> anyhow::Result<()> {
    if json || !done.changed {
        return tell(key, done, json, out);
    }
    message(format_args!("{key}: version {}: changed {what}", done.version.commit()));
    Ok(())
}

/// What a change did, as one line for people.
pub(super) fn line(key: &str, written: &CommitReport) -> String {
    format!("{key}: {}", summary(written))
}

fn summary(written: &CommitReport) -> String {
    if !written.changed {
        let dropped = dropped(written).map(|dropped| format!(": {dropped}")).unwrap_or_default();
        return format!("nothing to change, still at version {}{dropped}", written.version.commit());
    }
    let mut done = Vec::new();
    if written.rows_deleted > 0 {
        done.push(format!("deleted {}", counted(written.rows_deleted, "row")));
    }
    if written.files_written > 0 {
        let groups = counted(written.files_written as u64, "row group");
        done.push(format!("wrote {groups} with {}", counted(written.rows_written, "row")));
    }
    if written.files_replaced > 0 {
        // Without new files, the old ones were not replaced but dropped.
        let verb = if written.files_written > 0 { "replaced" } else { "dropped" };
        done.push(format!("{verb} {}", counted(written.files_replaced as u64, "row group")));
    }
    done.extend(dropped(written));
    if done.is_empty() && written.version.commit() == 1 {
        done.push("made without rows".to_owned());
    } else if done.is_empty() {
        done.push("no row group had to be rewritten".to_owned());
    }
    format!("version {}: {}", written.version.commit(), done.join(", "))
}

/// The dropped duplicates. Nothing is said of none, because most datasets have no rule for duplicates.
fn dropped(written: &CommitReport) -> Option<String> {
    (written.duplicates_dropped > 0).then(|| format!("dropped {}", counted(written.duplicates_dropped, "duplicate")))
}

pub(super) fn facts(key: &str, written: &CommitReport) -> Value {
    json!({
        "key": key,
        "version": written.version.commit(),
        "draw": written.version.draw(),
        "changed": written.changed,
        "rows_written": written.rows_written,
        "rows_deleted": written.rows_deleted,
        "duplicates_dropped": written.duplicates_dropped,
        "files_written": written.files_written,
        "files_replaced": written.files_replaced,
    })
}

/// Prints what a change of a dataset would do.
pub(super) fn tell_plan(key: &str, plan: &ChangePlan, json: bool, out: &mut Stdout) -> anyhow::Result<()> {
    if json {
        return print_json(&plan_facts(key, plan), out);
    }
    write!(out, "{}", plan.draw(&value::text))?;
    out.finish()?;
    message(format_args!("{key}: this was a dry run, nothing is changed"));
    Ok(())
}

pub(super) fn plan_facts(key: &str, plan: &ChangePlan) -> Value {
    json!({
        "key": key,
        "dry_run": true,
        "new_rows": plan.new_rows(),
        "rows_rewritten": plan.rows_rewritten(),
        "row_groups_kept": plan.row_groups_kept(),
        "row_groups_rewritten": plan.row_groups_rewritten(),
        "row_groups_dropped": plan.row_groups_dropped(),
    })
}
