//! The memory of queries over many datasets, measured from outside: the peak of a process of its own.
//!
//! `OUPS_STRESS=long cargo test -p oups-tests --test it -- query::memory --nocapture` has the sizes of `docs/query.md`.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use oups_core::{AnyKey, Durability, KeyFilter, KeySchema, Separator, Store};
use oups_query::QueryStore;
use oups_tests::process::tool;
use oups_tests::scratch;
use rayon::prelude::*;

use super::numbers;
use crate::concurrency::is_long;
use crate::os_failures::{folder_of, run};

/// Runs `ask` in a process of its own, on a store that this one has filled.
fn in_a_process(test: &str, fill: fn(&Store<AnyKey>), ask: fn(&Store<AnyKey>)) {
    if let Some(folder) = folder_of(test) {
        return ask(&Store::open(&folder).unwrap());
    }
    let folder = scratch();
    fill(&new_store(folder.path()));
    run(tool("env"), test, folder.path(), "");
}

fn new_store(root: &Path) -> Store<AnyKey> {
    Store::create_for(root, KeySchema::parse("key:int", Separator::default()).unwrap()).unwrap()
}

fn write(store: &Store<AnyKey>, key: i64, rows: RecordBatch, target: u64) {
    let dataset = store.dataset(&store.parse_key(&key.to_string()).unwrap()).unwrap();
    let write = dataset.write(rows).ordered_on("t").row_group_target(target);
    write.durability(Durability::Unsynced).commit().unwrap();
}

/// The peak memory of this process, in MiB; `None` if the system does not report it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? >> 10)
}

/// The number of keys, rows per key, and bytes per row.
fn wide_rows() -> (i64, i64, usize) {
    if is_long() { (5_000, 200, 1 << 10) } else { (300, 120, 8 << 10) }
}

#[test]
fn an_ordered_stream_of_wide_rows_stays_within_its_room() {
    let fill = |store: &Store<AnyKey>| {
        let (keys, rows, bytes) = wide_rows();
        let text = "x".repeat(bytes);
        (0..keys).into_par_iter().for_each(|key| {
            let columns: [(&str, ArrayRef); 2] = [
                ("t", Arc::new(Int64Array::from_iter_values(0..rows))),
                ("s", Arc::new(StringArray::from_iter_values((0..rows).map(|_| &text)))),
            ];
            write(store, key, RecordBatch::try_from_iter(columns).unwrap(), 1_000_000);
        });
    };
    in_a_process("query::memory::an_ordered_stream_of_wide_rows_stays_within_its_room", fill, |store| {
        let (keys, rows, bytes) = wide_rows();
        let stream = store.query_where(KeyFilter::all()).batch_size(256).ordered().unwrap();
        let opened = peak();
        let (mut found, mut last) = (0, (0, -1));
        for batch in stream {
            let batch = batch.unwrap();
            for row in numbers(&batch, "t").into_iter().zip(numbers(&batch, "key")) {
                assert!(last < row);
                last = row;
                found += 1;
            }
        }
        assert_eq!(found, keys * rows);
        if let (Some(opened), Some(peak)) = (opened, peak()) {
            let all = (keys as u64 * rows as u64 * bytes as u64) >> 20;
            println!(
                "\ntried {keys} datasets, {all} MiB of rows side by side: {peak} MiB at most, {opened} once opened"
            );
            // Memory for blocks, for decoding, and for the metadata of each file.
            assert!(peak - opened < 150 + keys as u64 / 64, "{peak} MiB at most, {opened} once opened");
        }
    });
}

/// The number of seconds that the datasets cover, and rows per row group.
fn densities() -> (i64, i64) {
    if is_long() { (1_000_000, 20_000) } else { (30_000, 1_000) }
}

/// Seconds between rows: one for the first key, a day for the last.
fn step(key: i64) -> f64 {
    86_400f64.powf(key as f64 / 99.0)
}

#[test]
fn chunks_of_a_hundred_densities_hold_two_row_groups_a_key() {
    let fill = |store: &Store<AnyKey>| {
        let (seconds, group) = densities();
        (0..100).into_par_iter().for_each(|key| {
            let rows = (seconds as f64 / step(key)).ceil() as i64;
            let time = |row: i64| (row as f64 * step(key)) as i64;
            let columns: [(&str, ArrayRef); 2] = [
                ("t", Arc::new(Int64Array::from_iter_values((0..rows).map(time)))),
                ("n", Arc::new(Int64Array::from_iter_values((0..rows).map(|row| row.wrapping_mul(0x9e37_79b9))))),
            ];
            write(store, key, RecordBatch::try_from_iter(columns).unwrap(), group as u64);
        });
    };
    in_a_process("query::memory::chunks_of_a_hundred_densities_hold_two_row_groups_a_key", fill, |store| {
        let (seconds, group) = densities();
        let before = peak();
        let (mut chunks, mut rows, mut most) = (0, 0, 0);
        for chunk in store.query_where(KeyFilter::all()).intersections().unwrap() {
            let chunk = chunk.unwrap();
            assert!(chunk.iter().all(|(_, batch)| batch.num_rows() as i64 <= 2 * group));
            chunks += 1;
            rows += chunk.rows();
            most = most.max(chunk.rows());
        }
        let expected: i64 = (0..100).map(|key| (seconds as f64 / step(key)).ceil() as i64).sum();
        assert_eq!(rows as i64, expected);
        assert!(chunks as i64 <= seconds / group && most < rows / 5, "{chunks} chunks of up to {most} of {rows} rows");
        if let (Some(before), Some(peak)) = (before, peak()) {
            println!(
                "\ntried 100 densities, {rows} rows in {chunks} chunks of up to {most}: {peak} MiB at most, {before} before"
            );
        }
    });
}
