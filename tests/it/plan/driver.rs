//! A trivial executor: carries out a plan in memory.

use std::num::NonZeroU64;
use std::ops::Range;

use anyhow::{Context, Result, anyhow};
use oups_core::bench::{Cutter, plan_write, row_group};
use oups_core::ordered::{OrdValue, OrderedType};
use oups_core::sizing::{RowGroupTarget, Sizing};
use oups_core::{ChangePlan, RowGroup, Step};
use oups_tests::model::{Target, Write, compare, merge};
use oups_tests::table::{Cell, Columns, Row};

/// Row groups in memory.
#[derive(Clone, Debug)]
pub(crate) struct Dataset {
    pub(crate) columns: Columns,
    pub(crate) ordered: usize,
    pub(crate) groups: Vec<Vec<Row>>,
}

/// Rows of a chunk for the cutter: few, so that cuts fall inside chunks and at their edges.
const CHUNK: usize = 3;

impl Dataset {
    pub(crate) fn new(columns: Columns, ordered_on: &str) -> Self {
        let ordered = columns.iter().position(|(name, _)| name == ordered_on).unwrap();
        Self { columns, ordered, groups: vec![] }
    }

    /// Plans a write.
    pub(crate) fn plan(&self, write: &Write) -> Result<ChangePlan> {
        let new = write.rows.as_deref().unwrap_or_default();
        let values: Vec<OrdValue> = new.iter().map(|row| ord(&row[self.ordered])).collect();
        let plan = plan_write((&self.stored(), &self.ordered_type()), &values, rules(self, write)?)?;
        check_cover(&plan, self.groups.len(), new.len() as u64);
        Ok(plan)
    }

    /// Plans and carries out a write. Returns the number of rows in new row groups.
    pub(crate) fn write(&mut self, write: &Write) -> Result<usize> {
        let plan = self.plan(write)?;
        let sizing = rules(self, write)?.0;
        let key = self.key(write)?;
        let new = write.rows.as_deref().unwrap_or_default();

        let mut written = 0;
        let mut groups: Vec<Vec<Row>> = Vec::new();
        for step in plan.steps() {
            match step {
                Step::Keep { groups: kept } => groups.extend_from_slice(&self.groups[kept.clone()]),
                Step::Merge { groups: merged, rows, span, .. } => {
                    let existing = self.groups[merged.clone()].concat();
                    let rows = new[rows.start as usize..rows.end as usize].to_vec();
                    let all = || existing.iter().chain(&rows).map(|row| ord(&row[self.ordered]));
                    assert_eq!((all().min().as_ref(), all().max().as_ref()), (Some(&span.0), Some(&span.1)));
                    let result = merge(existing, rows, self.ordered, key.as_deref(), write.keep);
                    let result = result.map_err(|refused| anyhow!(refused.0))?;
                    written += result.len();
                    groups.extend(self.cut(&result, sizing));
                }
                _ => panic!("a write deletes nothing: {step:?}"),
            }
        }
        self.groups = groups;
        self.check_invariants();
        Ok(written)
    }

    /// The row groups, as a manifest would list them.
    pub(crate) fn stored(&self) -> Vec<RowGroup> {
        let end = |row: &Row| ord(&row[self.ordered]);
        let stored = |group: &Vec<Row>| row_group(end(&group[0]), end(&group[group.len() - 1]), group.len() as u64);
        self.groups.iter().map(stored).collect()
    }

    pub(crate) fn ordered_type(&self) -> OrderedType {
        OrderedType::new(&self.columns[self.ordered].1.data_type()).unwrap()
    }

    fn key(&self, write: &Write) -> Result<Option<Vec<usize>>> {
        let Some(names) = &write.duplicates_on else {
            return Ok(None);
        };
        if names.is_empty() {
            return Ok(Some((0..self.columns.len()).collect()));
        }
        let index =
            |name: &String| self.columns.iter().position(|(column, _)| column == name).context("no such column");
        let named = names.iter().map(index).collect::<Result<Vec<_>>>()?;
        Ok(Some([vec![self.ordered], named].concat()))
    }

    fn cut(&self, rows: &[Row], sizing: Sizing) -> Vec<Vec<Row>> {
        let mut cutter = Cutter::new(sizing);
        let mut groups: Vec<Vec<Row>> = Vec::new();
        for chunk in rows.chunks(CHUNK) {
            let cuts = match &mut cutter {
                Cutter::Rows(cutter) => cutter.cuts(chunk.len()),
                Cutter::Periods(cutter) => {
                    let value = |row: &Row| match &row[self.ordered] {
                        Cell::Int(value) => *value,
                        other => panic!("{other:?} is not a timestamp"),
                    };
                    cutter.cuts(&chunk.iter().map(value).collect::<Vec<_>>())
                }
            };
            for (at, row) in chunk.iter().enumerate() {
                match groups.last_mut() {
                    Some(group) if !cuts.contains(&at) => group.push(row.clone()),
                    _ => groups.push(vec![row.clone()]),
                }
            }
        }
        groups
    }

    fn check_invariants(&self) {
        let value = |row: &Row| row[self.ordered].clone();
        assert!(self.groups.iter().all(|group| !group.is_empty()));
        let rows = self.groups.concat();
        assert!(rows.windows(2).all(|pair| compare(&value(&pair[0]), &value(&pair[1])).is_le()), "ascending");
    }
}

/// The target for the ordered column, whether duplicates are dropped, and how many off-target row groups are
/// tolerated.
pub(crate) fn rules(dataset: &Dataset, write: &Write) -> Result<(Sizing, bool, Option<NonZeroU64>)> {
    let target = match &write.row_group_target {
        Target::Rows(rows) => RowGroupTarget::try_from(*rows)?,
        Target::Period(text) => text.parse()?,
    };
    let max_off_target = match write.max_off_target {
        None => None,
        Some(max) => Some(u64::try_from(max).ok().and_then(NonZeroU64::new).context("max_off_target below 1")?),
    };
    let (name, col_type) = &dataset.columns[dataset.ordered];
    let sizing = target.sizing(name, &col_type.data_type())?;
    Ok((sizing, write.duplicates_on.is_some(), max_off_target))
}

/// Checks that a plan holds every row group and every new row exactly once, in order.
fn check_cover(plan: &ChangePlan, groups: usize, rows: u64) {
    let (mut next_group, mut next_row) = (0, 0);
    for step in plan.steps() {
        let (step_groups, step_rows): (Range<usize>, Range<u64>) = match step {
            Step::Keep { groups } | Step::Drop { groups } => (groups.clone(), next_row..next_row),
            Step::Trim { group } => (*group..group + 1, next_row..next_row),
            Step::Merge { groups, rows, .. } => (groups.clone(), rows.clone()),
            _ => panic!("a step of a new kind: {step:?}"),
        };
        assert!(!step_groups.is_empty() || !step_rows.is_empty(), "no step is empty: {plan:?}");
        assert_eq!((step_groups.start, step_rows.start), (next_group, next_row), "{plan:?}");
        (next_group, next_row) = (step_groups.end, step_rows.end);
    }
    assert_eq!((next_group, next_row), (groups, rows), "{plan:?}");
}

/// A cell as a value of the ordered column.
pub(crate) fn ord(cell: &Cell) -> OrdValue {
    match cell {
        Cell::Int(value) => OrdValue::I64(*value),
        Cell::Text(text) => OrdValue::Bytes(text.as_bytes().into()),
        other => panic!("{other:?} is not ordered on here"),
    }
}
