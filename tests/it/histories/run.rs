//! Runs a history in the library and in the model, side by side.

use std::ops::Bound;

use oups_core::ordered::{BoundValue, OrderedType};
use oups_core::sizing::RowGroupTarget;
use oups_core::{
    AnyKey, Change, Combine, CommitReport, Dataset, DuplicatesOn, Durability, Insert, Keep, KeepRule, NewSettings,
    Resizes, Resolver, Result, SetsMetadata, Settings, Store,
};
use oups_tests::model::{self, Model, Target, compare};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::table::{Cell, Columns, Row, array_of, to_batch};
use tempfile::TempDir;

use super::history::{Metadata, Op, Options, Ordered, Rule, SUMMED, columns};
use super::look::{Files, Look};

pub(crate) const KEY: &str = "x";

/// The library's dataset and the model's, with the same history.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) store: Store<AnyKey>,
    pub(crate) dataset: Dataset,
    ordered: Ordered,
    pub(crate) columns: Columns,
    pub(crate) model: Model,
    pub(crate) settings: Known,
    before: Look,
}

/// The settings as the model has them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    target: Target,
    duplicates_on: Option<Vec<String>>,
    keep: Rule,
    max_off_target: Option<i64>,
}

impl Known {
    fn new() -> Self {
        Self { target: Target::Rows(1_000_000), duplicates_on: None, keep: Rule::Last, max_off_target: Some(16) }
    }

    fn with(&self, options: &Options) -> Self {
        let own = self.clone();
        Self {
            target: options.target.clone().unwrap_or(own.target),
            duplicates_on: options.duplicates_on.clone().unwrap_or(own.duplicates_on),
            keep: options.keep.unwrap_or(own.keep),
            max_off_target: options.max_off_target.unwrap_or(own.max_off_target),
        }
    }

    fn write(&self, rows: Option<Vec<Row>>, metadata: &Metadata) -> model::Write {
        let keep = match self.keep {
            Rule::Last => model::Keep::Last,
            Rule::First => model::Keep::First,
            Rule::Reject => model::Keep::Reject,
            Rule::Sum => model::Keep::Sum(SUMMED),
        };
        model::Write {
            rows,
            row_group_target: self.target.clone(),
            duplicates_on: self.duplicates_on.clone(),
            keep,
            max_off_target: self.max_off_target,
            metadata: metadata.clone(),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.row_group_target = target(&self.target);
        settings.duplicates_on = duplicates(self.duplicates_on.clone());
        settings.keep = keep(self.keep).rule();
        settings.max_off_target = self.max_off_target.map(|max| u64::try_from(max).unwrap());
        settings
    }
}

pub(super) fn run(ordered: Ordered, ops: &[Op]) {
    let mut world = World::new(ordered);
    for (at, op) in ops.iter().enumerate() {
        world.step(op, &format!("step {at}, {op:?}"));
    }
}

impl World {
    pub(crate) fn new(ordered: Ordered) -> Self {
        let folder = scratch();
        let store = new_store(folder.path());
        let dataset = dataset(&store, KEY);
        let columns = columns(ordered);
        let model = Model::new(columns.clone(), "at").keeping_equal();
        let before = Look::at(&dataset, folder.path(), &columns);
        Self { folder, store, dataset, ordered, columns, model, settings: Known::new(), before }
    }

    fn step(&mut self, op: &Op, name: &str) {
        let (model, settings) = (self.model.clone(), self.settings.clone());
        let expected = self.expect(op);
        let found = self.act(op);
        let now = Look::at(&self.dataset, self.folder.path(), &self.columns);
        let (Some(expected), Ok(found)) = (&expected, &found) else {
            assert!(expected.is_none() && found.is_err(), "{name}: expected {expected:?}, found {found:?}");
            assert_eq!(now.tree, self.before.tree, "{name}: refused with {:?}, but changed", found.as_ref().err());
            (self.model, self.settings) = (model, settings);
            return;
        };
        let flagged = self.before.files.as_ref().is_some_and(|files| files.flagged);
        let is_new = !model.exists && self.model.exists;
        let same =
            model.groups == self.model.groups && model.metadata == self.model.metadata && settings == self.settings;
        let changed = is_new || !same || expected.0 > 0 || (makes_durable(op) && flagged);
        self.compare(op, *expected, found, changed, &now, name);
        self.before = now;
    }

    fn compare(&self, op: &Op, expected: (usize, usize), found: &CommitReport, changed: bool, now: &Look, name: &str) {
        if matches!(op, Op::Remove) {
            assert!(now.files.is_none(), "{name}: still there");
            assert_eq!(now.tree.keys().collect::<Vec<_>>(), ["oups.json"], "{name}: leftovers");
            return;
        }
        let files = now.files.as_ref().unwrap_or_else(|| panic!("{name}: no dataset"));
        assert_eq!(files.rows, self.model.rows(), "{name}: rows");
        assert_eq!(files.layout(), self.model.layout(), "{name}: row groups");
        assert_eq!(files.metadata, self.model.metadata, "{name}: metadata");
        assert_eq!(files.settings, self.settings.settings(), "{name}: settings");
        assert_eq!(
            (found.rows_written, found.rows_deleted),
            (expected.0 as u64, expected.1 as u64),
            "{name}: rows written"
        );
        // Every stored or new row is still stored, or the report counts it as deleted or dropped.
        let new = if let Op::Write { rows, .. } = op { rows.len() } else { 0 };
        let stored = self.before.files.as_ref().map_or(0, |files| files.rows.len());
        let told = found.rows_deleted + found.duplicates_dropped;
        assert_eq!(
            (stored + new) as u64,
            files.rows.len() as u64 + told,
            "{name}: rows that the report does not count"
        );
        if !matches!(op, Op::Write { rows, .. } if !rows.is_empty()) {
            assert_eq!(found.duplicates_dropped, 0, "{name}: stored rows dropped without new ones");
        }
        assert_eq!(found.version, files.version, "{name}: version");
        assert_eq!(found.changed, changed, "{name}: whether anything changed");
        let before = self.before.files.as_ref().map_or(0, |files| files.version.commit());
        match changed {
            true if before > 0 => assert_eq!(files.version.commit(), before + 1, "{name}: version"),
            true => {}
            false => assert_eq!(now.tree, self.before.tree, "{name}: nothing changed, but files"),
        }
        files.check(now, name);
        if let Some(before) = &self.before.files {
            self.untouched(before, files, now, expected.0, name);
        }
    }

    /// Checks that files of both versions have the same bytes, and hold all rows that were not written.
    fn untouched(&self, before: &Files, files: &Files, now: &Look, written: usize, name: &str) {
        let mut rows = 0;
        for (file, group) in files.names.iter().zip(&files.layout) {
            if before.names.contains(file) {
                rows += group.0;
                let path = format!("{KEY}/{file}");
                assert_eq!(now.tree[&path], self.before.tree[&path], "{name}: {file} has changed");
            }
        }
        assert_eq!(rows + written, files.rows.len(), "{name}: rows of untouched row groups");
    }

    /// The model's result: rows written and rows deleted; `None` if the operation is refused.
    pub(crate) fn expect(&mut self, op: &Op) -> Option<(usize, usize)> {
        if !self.model.exists && !matches!(op, Op::Write { .. }) {
            return None;
        }
        let nothing = Options { target: None, duplicates_on: None, keep: None, max_off_target: None };
        let (options, rows, metadata) = match op {
            Op::Write { rows, options, metadata, .. } => (options.clone(), Some(rows.clone()), metadata.clone()),
            Op::Rewrite { options, .. } => {
                // A change without rows has no rule for duplicates.
                (Options { duplicates_on: None, keep: None, ..options.clone() }, None, vec![])
            }
            Op::Compact => (Options { max_off_target: Some(Some(1)), ..nothing }, None, vec![]),
            Op::Metadata(metadata) => (Options { max_off_target: Some(None), ..nothing }, None, metadata.clone()),
            Op::Settings(options) => {
                self.settings = self.settings.with(options);
                return Some((0, 0));
            }
            Op::Delete { start, end, .. } => {
                let cell = |bound: &Bound<i64>| bound.map(|value| self.ordered.cell(value));
                let range = (cell(start), cell(end));
                return Some(self.model.delete(|value| contains(&range, value)));
            }
            Op::Sync => return Some((0, 0)),
            Op::Remove => {
                self.model = Model::new(self.columns.clone(), "at").keeping_equal();
                self.settings = Known::new();
                return Some((0, 0));
            }
        };
        let own = self.settings.with(&options);
        let exists = self.model.exists;
        let written = self.model.write(&own.write(rows, &metadata)).ok()?;
        if !exists {
            self.settings = own;
        }
        Some((written, 0))
    }

    pub(crate) fn act(&self, op: &Op) -> Result<CommitReport> {
        let durability = |unsynced: bool| if unsynced { Durability::Unsynced } else { Durability::Synced };
        match op {
            Op::Write { rows, options, metadata, unsynced } => {
                let rows = to_batch(&self.columns, rows).unwrap();
                let half = rows.num_rows() / 2;
                let batches = vec![rows.slice(0, half), rows.slice(half, rows.num_rows() - half)];
                let write = with(self.dataset.write(batches).ordered_on("at"), options, self.settings.keep);
                set(write, metadata).durability(durability(*unsynced)).commit()
            }
            Op::Rewrite { options, unsynced } => {
                resized(self.dataset.rewrite(), options).durability(durability(*unsynced)).commit()
            }
            Op::Delete { start, end, unsynced } => {
                let range = (self.bound(start), self.bound(end));
                self.dataset.delete(range).durability(durability(*unsynced)).commit()
            }
            Op::Compact => self.dataset.compact().commit(),
            Op::Metadata(metadata) => set(self.dataset.change_metadata(), metadata).commit(),
            Op::Settings(options) => change(self.dataset.change_settings(), options).commit(),
            Op::Sync => self.dataset.sync().commit(),
            Op::Remove => {
                self.store.dataset(&self.store.parse_key(KEY)?)?.remove().commit().map(|_| CommitReport::default())
            }
        }
    }

    fn bound(&self, bound: &Bound<i64>) -> Bound<BoundValue> {
        bound.map(|value| {
            let array = array_of(self.ordered.col_type(), &[self.ordered.cell(value)]).unwrap();
            OrderedType::new(array.data_type()).unwrap().from_array(&array).unwrap().remove(0).into()
        })
    }
}

fn contains((start, end): &(Bound<Cell>, Bound<Cell>), value: &Cell) -> bool {
    let above = match start {
        Bound::Included(start) => compare(start, value).is_le(),
        Bound::Excluded(start) => compare(start, value).is_lt(),
        Bound::Unbounded => true,
    };
    let below = match end {
        Bound::Included(end) => compare(value, end).is_le(),
        Bound::Excluded(end) => compare(value, end).is_lt(),
        Bound::Unbounded => true,
    };
    above && below
}

fn target(target: &Target) -> RowGroupTarget {
    match target {
        Target::Rows(rows) => RowGroupTarget::try_from(*rows).unwrap(),
        Target::Period(text) => text.parse().unwrap(),
    }
}

fn duplicates(columns: Option<Vec<String>>) -> DuplicatesOn {
    match columns {
        None => DuplicatesOn::Off,
        Some(columns) if columns.is_empty() => DuplicatesOn::All,
        Some(columns) => DuplicatesOn::Columns(columns),
    }
}

fn keep(rule: Rule) -> Keep {
    match rule {
        Rule::Last => Keep::Last,
        Rule::First => Keep::First,
        Rule::Reject => Keep::Reject,
        Rule::Sum => Resolver::combine([("v", Combine::Sum)]).into(),
    }
}

fn resized<W: Resizes>(mut change: Change<W>, options: &Options) -> Change<W> {
    if let Some(given) = &options.target {
        change = change.row_group_target(target(given));
    }
    if let Some(max) = options.max_off_target {
        change = change.max_off_target(max.map(|max| u64::try_from(max).unwrap()));
    }
    change
}

pub(crate) fn with(write: Change<Insert>, options: &Options, stored: Rule) -> Change<Insert> {
    let mut write = resized(write, options);
    if let Some(columns) = &options.duplicates_on {
        write = write.duplicates_on(duplicates(columns.clone()));
    }
    // The program's own rule is not stored: a write gives it again.
    if let Some(rule) = options.keep.or((stored == Rule::Sum).then_some(stored)) {
        write = write.keep(keep(rule));
    }
    write
}

fn set<W: SetsMetadata>(write: Change<W>, metadata: &Metadata) -> Change<W> {
    metadata.iter().fold(write, |write, (key, value)| match value {
        Some(value) => write.metadata(key, value),
        None => write.unset_metadata(key),
    })
}

fn change(mut change: Change<NewSettings>, options: &Options) -> Change<NewSettings> {
    if let Some(given) = &options.target {
        change = change.row_group_target(target(given));
    }
    if let Some(columns) = &options.duplicates_on {
        change = change.duplicates_on(duplicates(columns.clone()));
    }
    if let Some(rule) = options.keep {
        change = change.keep(KeepRule::from(keep(rule)));
    }
    if let Some(max) = options.max_off_target {
        change = change.max_off_target(max.map(|max| u64::try_from(max).unwrap()));
    }
    change
}

/// Whether an operation makes earlier unsynced commits durable, even if it changes nothing else.
fn makes_durable(op: &Op) -> bool {
    match op {
        Op::Write { unsynced, .. } | Op::Rewrite { unsynced, .. } | Op::Delete { unsynced, .. } => !unsynced,
        Op::Compact | Op::Metadata(_) | Op::Sync => true,
        _ => false,
    }
}
