//! Every kind of commit.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use oups_core::{AnyKey, Dataset};
use oups_core::{Durability, Result, Store};

/// The dataset that all acts are about.
pub(crate) const KEY: &str = "a-1/b";

/// An act on a store.
pub(crate) type Act = fn(&Store<AnyKey>) -> Result<()>;

/// A kind of commit.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The acts before.
    pub(crate) before: &'static [Act],
    /// The act that is hit.
    pub(crate) act: Act,
    /// The number of acts, from the last one back, that promise less because something was not synced.
    pub(crate) unsynced: usize,
    /// Whether the last act makes all of them durable.
    pub(crate) ends_synced: bool,
}

const fn kind(name: &'static str, before: &'static [Act], act: Act) -> Kind {
    Kind { name, before, act, unsynced: 0, ends_synced: true }
}

const fn unsynced_kind(name: &'static str, before: &'static [Act], act: Act, unsynced: usize) -> Kind {
    Kind { name, before, act, unsynced, ends_synced: false }
}

const fn syncing_kind(name: &'static str, before: &'static [Act], act: Act, unsynced: usize) -> Kind {
    Kind { name, before, act, unsynced, ends_synced: true }
}

pub(crate) const KINDS: &[Kind] = &[
    kind("first write", &[], first),
    kind("append", &[first], append),
    kind("prepend", &[first], prepend),
    kind("insert", &[first], insert),
    kind("overlap", &[first], overlap),
    kind("upsert", &[first, insert, unique], upsert),
    kind("coalesce", &[first, append, insert], coalesce),
    kind("metadata", &[first], metadata),
    kind("metadata after insert", &[first, insert], metadata),
    kind("insert under a reader", &[first], insert_under_a_reader),
    kind("metadata after a reader", &[first, insert_under_a_reader], metadata),
    kind("remove", &[first, insert], remove),
    kind("remove under a reader", &[first, insert], remove_under_a_reader),
    kind("make again", &[first, remove], first),
    kind("make again after a reader", &[first, remove_under_a_reader], first),
    unsynced_kind("unsynced first write", &[], unsynced_first, 1),
    unsynced_kind("unsynced append", &[first], unsynced_append, 1),
    unsynced_kind("unsynced insert", &[first], unsynced_insert, 1),
    unsynced_kind("unsynced insert after insert", &[first, insert], unsynced_insert, 1),
    syncing_kind("synced after unsynced", &[first, unsynced_insert], append, 2),
    syncing_kind("sync", &[first, unsynced_insert], sync, 2),
    syncing_kind("delete all, unsynced", &[first, unsynced_insert], delete_all_unsynced, 2),
    unsynced_kind("unsynced insert after another", &[first, unsynced_insert], unsynced_overlap, 2),
    unsynced_kind("unsynced append after a rewrite", &[first, unsynced_insert, unsynced_overlap], unsynced_append, 3),
    syncing_kind("sync after two rewrites", &[first, unsynced_insert, unsynced_overlap], sync, 3),
    kind("delete", &[first], delete),
    kind("compact", &[first], compact),
    kind("settings", &[first], settings),
];

pub(crate) fn rows(range: impl Iterator<Item = i64>, tag: i64) -> RecordBatch {
    let time: Int64Array = range.collect();
    let tags: Int64Array = time.iter().map(|_| Some(tag)).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _), ("tag", Arc::new(tags) as _)]).unwrap()
}

pub(crate) fn dataset(store: &Store<AnyKey>) -> Result<Dataset> {
    store.dataset(&store.parse_key(KEY)?)
}

pub(crate) fn first(store: &Store<AnyKey>) -> Result<()> {
    let write =
        dataset(store)?.write(rows(0..10, 1)).ordered_on("time").row_group_target(4).metadata("a", "1").commit();
    write.map(drop)
}

fn unsynced_first(store: &Store<AnyKey>) -> Result<()> {
    let dataset = dataset(store)?;
    let write = dataset.write(rows(0..10, 1)).ordered_on("time").row_group_target(4);
    write.durability(Durability::Unsynced).commit().map(drop)
}

fn append(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(20..25, 2)).commit().map(drop)
}

fn prepend(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(-9..-3, 2)).commit().map(drop)
}

pub(crate) fn insert(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([5, 5, 6].into_iter(), 3)).commit().map(drop)
}

fn overlap(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(-5..30, 4)).commit().map(drop)
}

fn unique(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([5].into_iter(), 6)).duplicates_on(["time"]).commit().map(drop)
}

fn upsert(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([1, 1, 8, 9, 30].into_iter(), 7)).duplicates_on(["time"]).commit().map(drop)
}

fn coalesce(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.rewrite().row_group_target(100).max_off_target(1).metadata("coalesced", "yes").commit().map(drop)
}

fn metadata(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.rewrite().metadata("b", "2").unset_metadata("a").commit().map(drop)
}

fn insert_under_a_reader(store: &Store<AnyKey>) -> Result<()> {
    let _reader = dataset(store)?.snapshot()?;
    insert(store)
}

fn remove(store: &Store<AnyKey>) -> Result<()> {
    store.dataset(&store.parse_key(KEY)?)?.remove().commit().map(drop)
}

fn remove_under_a_reader(store: &Store<AnyKey>) -> Result<()> {
    let _reader = dataset(store)?.snapshot()?;
    remove(store)
}

fn unsynced_append(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([40, 41].into_iter(), 5)).durability(Durability::Unsynced).commit().map(drop)
}

fn unsynced_insert(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([2, 7, 40].into_iter(), 5)).durability(Durability::Unsynced).commit().map(drop)
}

fn unsynced_overlap(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(-5..30, 4)).durability(Durability::Unsynced).commit().map(drop)
}

fn delete(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.delete(2..9).commit().map(drop)
}

fn delete_all_unsynced(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.delete(..).durability(Durability::Unsynced).commit().map(drop)
}

fn compact(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.compact().row_group_target(100).commit().map(drop)
}

fn settings(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.change_settings().row_group_target(3).max_off_target(None).commit().map(drop)
}

fn sync(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.sync().commit().map(drop)
}
