//! Draws a plan as a small text picture.

use std::fmt::Write;
use std::ops::Range;

use super::{MergePlan, Reason, Step, StoredGroup};
use crate::ordered::OrdValue;

/// Up to this many row groups of one step are drawn one by one.
const DRAWN: usize = 6;

/// Draws a plan: a strip with a mark for each row group, a line for each step, and the cost.
///
/// In the strip, `■` is a row group that stays, `□` one that is rewritten, `×` one that is removed, and `+5` are five
/// new rows. Parentheses enclose what is merged together. An empty line follows. `show` writes a value of the ordered
/// column.
#[must_use]
pub(crate) fn render(plan: &MergePlan, groups: &[StoredGroup], show: &dyn Fn(&OrdValue) -> String) -> String {
    let lines: Vec<Line> = plan.steps.iter().map(|step| Line::new(step, groups, show)).collect();
    let strip: Vec<String> = plan.steps.iter().map(marks).collect();
    if strip.is_empty() {
        return "nothing stored, nothing new\n".to_owned();
    }
    let mut out = format!("{}\n\n", strip.join(" "));
    let width = |cell: fn(&Line) -> &str| lines.iter().map(|line| cell(line).chars().count()).max().unwrap_or(0);
    let (groups_width, rows_width) = (width(|line| &line.groups), width(|line| &line.rows));
    let (new_width, span_width) = (width(|line| &line.new), width(|line| &line.span));
    for line in &lines {
        let Line { verb, groups, rows, new, span, note } = line;
        let text = format!(
            "{verb:<7}  {groups:>groups_width$}  {rows:>rows_width$}  {new:>new_width$}  {span:<span_width$}  {note}"
        );
        let _ = writeln!(out, "{}", text.trim_end());
    }
    let _ = writeln!(out, "{}", summary(plan, groups));
    out
}

/// The cells of one step's line.
struct Line {
    verb: &'static str,
    groups: String,
    rows: String,
    new: String,
    span: String,
    note: &'static str,
}

impl Line {
    fn new(step: &Step, stored: &[StoredGroup], show: &dyn Fn(&OrdValue) -> String) -> Self {
        let old = |verb, at: Range<usize>, note| Self {
            verb,
            groups: count(at.len() as u64, "row group"),
            rows: count(rows_of(stored, at.clone()), "row"),
            new: String::new(),
            span: span_of(stored, at).map(|(min, max)| interval(min, max, show)).unwrap_or_default(),
            note,
        };
        match step {
            Step::Keep { groups } => old("keep", groups.clone(), ""),
            Step::Trim { group } => old("trim", *group..group + 1, "reaches out of the deleted range"),
            Step::Drop { groups } => old("drop", groups.clone(), "within the deleted range"),
            Step::Merge { groups, rows, reason, span } => {
                let (has_groups, has_rows) = (!groups.is_empty(), !rows.is_empty());
                let (verb, note) = match (has_groups, has_rows, reason) {
                    (false, _, _) => ("insert", ""),
                    (true, false, _) => ("rewrite", "off target"),
                    (true, true, Reason::NewRows) => ("merge", ""),
                    (true, true, Reason::OffTarget) => ("merge", "with off-target neighbours"),
                };
                let mut line = old(verb, groups.clone(), note);
                if !has_groups {
                    (line.groups, line.rows) = (String::new(), String::new());
                }
                if has_rows {
                    line.new = format!("+ {} new", thousands(rows.end - rows.start));
                }
                line.span = interval(&span.0, &span.1, show);
                line
            }
        }
    }
}

/// The marks of a step in the strip.
fn marks(step: &Step) -> String {
    match step {
        Step::Keep { groups } => repeated('■', groups.len()),
        Step::Trim { .. } => "(□)".to_owned(),
        Step::Drop { groups } => repeated('×', groups.len()),
        Step::Merge { groups, rows, .. } => {
            let old = repeated('□', groups.len());
            let new = if rows.is_empty() { String::new() } else { format!("+{}", thousands(rows.end - rows.start)) };
            let gap = if old.is_empty() || new.is_empty() { "" } else { " " };
            format!("({old}{gap}{new})")
        }
    }
}

fn repeated(mark: char, times: usize) -> String {
    match times {
        0..=DRAWN => vec![mark.to_string(); times].join(" "),
        _ => format!("{mark} {mark} … {mark}"),
    }
}

/// The last line: the cost of the plan.
fn summary(plan: &MergePlan, stored: &[StoredGroup]) -> String {
    let (mut kept, mut old, mut new, mut dropped) = (0, 0, 0, 0);
    for step in &plan.steps {
        match step {
            Step::Keep { groups } => kept += groups.len() as u64,
            Step::Trim { group } => old += rows_of(stored, *group..group + 1),
            Step::Drop { groups } => dropped += groups.len() as u64,
            Step::Merge { groups, rows, .. } => {
                old += rows_of(stored, groups.clone());
                new += rows.end - rows.start;
            }
        }
    }
    let mut parts = Vec::new();
    let mut tell = |verb: &str, number: u64, noun: &str| {
        if number > 0 {
            parts.push(format!("{verb} {}", count(number, noun)));
        }
    };
    tell("keeps", kept, "row group");
    tell("drops", dropped, "row group");
    tell("rewrites", old, "row");
    tell("takes", new, "new row");
    format!("= {}", parts.join(", "))
}

fn rows_of(stored: &[StoredGroup], at: Range<usize>) -> u64 {
    stored.get(at).unwrap_or_default().iter().map(|group| group.rows).fold(0, u64::saturating_add)
}

fn span_of(stored: &[StoredGroup], at: Range<usize>) -> Option<(&OrdValue, &OrdValue)> {
    let groups = stored.get(at)?;
    Some((&groups.first()?.min, &groups.last()?.max))
}

fn interval(min: &OrdValue, max: &OrdValue, show: &dyn Fn(&OrdValue) -> String) -> String {
    format!("[{}, {}]", show(min), show(max))
}

/// A count with its noun.
fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with a comma between every three digits.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
