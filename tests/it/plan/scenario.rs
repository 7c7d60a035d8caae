//! Worked pictures: a few lines of text say what is stored and what is written, and the picture shows the plan and its
//! result.
//!
//! ```text
//! stored          (1 2 3) (4 5)     row groups by the values of their ordered column, or `10000 of 1000000 rows`
//! new             3 7
//! target          1000000
//! duplicates      dropped           if duplicates are dropped
//! max off target  3                 if the option is given
//! delete          2..4              instead of the four lines before
//! ```

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate};
use oups_core::bench::{plan_deletion, plan_write, row_group};
use oups_core::ordered::{Cut, OrdValue, Span};
use oups_core::{ChangePlan, RowGroup};
use oups_tests::model::{Keep, Target, Write};
use oups_tests::table::{Cell, ColType, Row};

use super::driver::{Dataset, ord, rules};

/// The picture of a scenario and, if row groups are given by value, the resulting row groups.
pub(crate) fn picture(scenario: &str) -> Result<String> {
    let line = |name: &str| {
        let text = scenario.lines().find_map(|line| line.strip_prefix(name))?;
        Some(text.trim()).filter(|text| !text.is_empty())
    };
    let timed = scenario.contains('T');
    let stored = line("stored").unwrap_or_default();
    let mut dataset = dataset(stored, timed)?;
    let show = |value: &OrdValue| match value {
        OrdValue::I64(value) => show(*value, timed),
        other => format!("{other:?}"),
    };
    let draw = |plan: &ChangePlan| plan.draw(&|_, value| show(value));
    if let Some(range) = line("delete") {
        let (start, end) = range.split_once("..").context("a range")?;
        let cut = |text| Ok::<_, anyhow::Error>(Cut::Before(ord(&cell(text, timed)?)));
        let span = Span::new(cut(start)?, cut(end)?).context("a range that holds something")?;
        return Ok(draw(&plan_deletion((&dataset.stored(), &dataset.ordered_type()), &span)));
    }
    let write = Write {
        rows: Some(rows_of(line("new").unwrap_or_default(), timed)?),
        row_group_target: match line("target").context("a target")? {
            text if text.bytes().all(|byte| byte.is_ascii_digit()) => Target::Rows(text.parse()?),
            text => Target::Period(text.to_owned()),
        },
        duplicates_on: line("duplicates").map(|_| vec!["at".to_owned()]),
        keep: Keep::Last,
        max_off_target: line("max off target").map(str::parse).transpose()?,
        metadata: vec![],
    };
    let (stored, new) = match stored.split_once(" of ") {
        Some((count, rows)) => (many(count, rows)?, write.rows.clone().unwrap_or_default()),
        None => (dataset.stored(), vec![]),
    };
    if !new.is_empty() {
        let new: Vec<OrdValue> = new.iter().map(|row| ord(&row[0])).collect();
        return Ok(draw(&plan_write((&stored, &dataset.ordered_type()), &new, rules(&dataset, &write)?)?));
    }
    let mut picture = draw(&dataset.plan(&write)?);
    dataset.write(&write)?;
    let groups = dataset.groups.iter().map(|rows| {
        let values = rows.iter().map(|row| show(&ord(&row[0])));
        format!("({})", values.collect::<Vec<_>>().join(" "))
    });
    let result = format!("result  {}", groups.collect::<Vec<_>>().join(" "));
    picture.push_str(&format!("\n{}\n", result.trim_end()));
    Ok(picture)
}

fn dataset(stored: &str, timed: bool) -> Result<Dataset> {
    let col_type = if timed { ColType::TimestampNs } else { ColType::Int64 };
    let mut dataset = Dataset::new(vec![("at".to_owned(), col_type)], "at");
    if !stored.contains(" of ") {
        let groups =
            stored.split(')').map(|group| group.trim().trim_start_matches('(')).filter(|group| !group.is_empty());
        dataset.groups = groups.map(|group| rows_of(group, timed)).collect::<Result<_>>()?;
    }
    Ok(dataset)
}

/// `count` row groups of `rows` rows each: the first has the values 0 to 9, the next 10 to 19, and so on.
fn many(count: &str, rows: &str) -> Result<Vec<RowGroup>> {
    let rows = rows.trim_end_matches(" rows").parse()?;
    let group = |at: i64| row_group(OrdValue::I64(at * 10), OrdValue::I64(at * 10 + 9), rows);
    Ok((0..count.parse()?).map(group).collect())
}

fn rows_of(values: &str, timed: bool) -> Result<Vec<Row>> {
    values.split_whitespace().map(|value| Ok(vec![cell(value, timed)?])).collect()
}

/// A whole number, or a time of 2024 as month, day and hour: `01-31T18`.
fn cell(text: &str, timed: bool) -> Result<Cell> {
    if !timed {
        return Ok(Cell::Int(text.parse().with_context(|| format!("{text} is not a number"))?));
    }
    let (Some((month, day)), Some((_, hour))) =
        (text.split_once('T').and_then(|at| at.0.split_once('-')), text.split_once('T'))
    else {
        bail!("{text} is not a time")
    };
    let date = NaiveDate::from_ymd_opt(2024, month.parse()?, day.parse()?).context("no such day")?;
    let at = date.and_hms_opt(hour.parse()?, 0, 0).context("no such hour")?;
    Ok(Cell::Int(at.and_utc().timestamp_nanos_opt().context("out of range")?))
}

fn show(value: i64, timed: bool) -> String {
    if timed { DateTime::from_timestamp_nanos(value).format("%m-%dT%H").to_string() } else { value.to_string() }
}
