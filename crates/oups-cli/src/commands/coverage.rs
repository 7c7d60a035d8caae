//! `oups coverage`: shows which spans datasets cover.

use std::io::{IsTerminal, Write, stdout};
use std::path::Path;

use comfy_table::Table;
use oups::ordered::OrdValue;
use oups::{AnyKey, Store};
use serde_json::{Value, json};

use super::datasets::each_dataset;
use super::{ls, print_json};
use crate::args::{Coverage, Drawing};
use crate::chart::blocks::{self, Look};
use crate::chart::covered::{Covered, Gap, Group, length_text};
use crate::chart::panel::panels;
use crate::chart::svg;
use crate::explain::places;
use crate::output::grid::{Column, Grid};
use crate::output::{file, value};
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;
use crate::terminal::verbose;

/// The number of gaps that are listed, the longest ones.
const LONGEST: usize = 10;

pub(crate) fn run(args: Coverage, out: &mut Stdout) -> anyhow::Result<()> {
    let store = store::store(&args.store)?;
    let keys = store.keys(places::filter(&store, &args.filter)?)?;
    if args.json {
        return each_dataset(&store, &keys, |key, snapshot| {
            print_json(&facts(&store, key, &Covered::of(key.to_string(), snapshot)), out)
        });
    }
    let mut covered = Vec::new();
    each_dataset(&store, &keys, |key, snapshot| {
        covered.push(Covered::of(key.to_string(), snapshot));
        Ok(())
    })?;
    if covered.is_empty() {
        message("no dataset matches");
        return Ok(());
    }
    let summary = summary(&covered);
    match &args.svg {
        Some(path) => draw_svg(covered, path, out)?,
        None => draw(covered, look(args.look), out)?,
    }
    out.finish()?;
    message(summary);
    Ok(())
}

fn summary(covered: &[Covered]) -> String {
    let rows = covered.iter().map(Covered::rows).sum();
    let gaps = covered.iter().map(|covered| covered.gaps.len() as u64).sum();
    let datasets = counted(covered.len() as u64, "dataset");
    format!("{datasets}, {}, {}", counted(rows, "row"), counted(gaps, "gap"))
}

fn facts(store: &Store<AnyKey>, key: &AnyKey, covered: &Covered) -> Value {
    let show = |value: &OrdValue| value::json(&covered.ordered, value);
    let group = |group: &Group| json!({ "rows": group.rows, "bytes": group.bytes, "min": show(&group.min), "max": show(&group.max) });
    let gap = |gap: &Gap| {
        let (start, end) = covered.ends(*gap)?;
        Some(json!({ "start": show(start), "end": show(end), "length": gap.length }))
    };
    let mut facts = ls::key_facts(store.schema(), key);
    let more = json!({
        "ordered_on": covered.ordered_on,
        "rows": covered.rows(),
        "bytes": covered.bytes(),
        "min": covered.groups.first().map(|group| show(&group.min)),
        "max": covered.groups.last().map(|group| show(&group.max)),
        "density": covered.density(),
        "row_groups": covered.groups.iter().map(group).collect::<Vec<_>>(),
        "gaps": covered.gaps.iter().filter_map(gap).collect::<Vec<_>>(),
    });
    if let Value::Object(more) = more {
        facts.extend(more);
    }
    facts.into()
}

fn draw_svg(covered: Vec<Covered>, path: &Path, out: &mut Stdout) -> anyhow::Result<()> {
    let document = svg::document(&panels(covered));
    if path == Path::new("-") {
        return Ok(writeln!(out, "{document}")?);
    }
    file::write(path, |file| Ok(writeln!(file, "{document}")?))?;
    message(format_args!("drew {}", path.display()));
    Ok(())
}

/// How to draw for this terminal.
pub(super) fn look(drawing: Drawing) -> Look {
    const NO_TERMINAL: u16 = 100;
    let width = drawing.width.or_else(|| Table::new().width()).unwrap_or(NO_TERMINAL);
    Look { width: width.into(), ascii: drawing.ascii, coloured: verbose::colours(stdout().is_terminal()) }
}

fn draw(covered: Vec<Covered>, look: Look, out: &mut Stdout) -> anyhow::Result<()> {
    let gaps = longest_gaps(&covered);
    for (at, panel) in panels(covered).iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        blocks::draw(panel, look, out)?;
    }
    if !gaps.rows.is_empty() {
        writeln!(out)?;
        gaps.print(Some(look.width), out)?;
    }
    Ok(())
}

fn longest_gaps(covered: &[Covered]) -> Grid {
    let all = covered.iter().flat_map(|covered| covered.gaps.iter().map(move |gap| (covered, *gap)));
    let mut gaps: Vec<(&Covered, Gap)> = all.collect();
    gaps.sort_by(|a, b| b.1.length.total_cmp(&a.1.length));
    let row = |(covered, gap): &(&Covered, Gap)| {
        let ends = covered.ends(*gap).map(|(before, behind)| (covered.text(before), covered.text(behind)));
        let (before, behind) = ends.unwrap_or_default();
        vec![length_text(covered.kind(), gap.length), covered.key.clone(), before, behind]
    };
    let mut rows: Vec<_> = gaps.iter().take(LONGEST).map(row).collect();
    if let Some(more) = gaps.len().checked_sub(LONGEST).filter(|more| *more > 0) {
        let rest = "…".to_owned();
        rows.push(vec![format!("… {} …", counted(more as u64, "more gap")), rest.clone(), rest.clone(), rest]);
    }
    Grid { columns: ["gap", "key", "after", "before"].map(Column::left).into(), rows }
}
