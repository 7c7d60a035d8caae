//! Times the data plane on the benchmark's rows: encode, decode, range, merge. `cargo run --release -p oups-core
//! --example data_bench [ROWS] [FILE]`.

use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::*;
use oups_core::decode::{FileFacts, OrdRange, ReadOptions, RowGroupFile, View};
use oups_core::encode::RowGroupWriter;
use oups_core::fs::{Fs, LocalFs};
use oups_core::merge::Merge;
use oups_core::schema::DatasetSchema;
use oups_core::spool::Input;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn rows(n: i64, every: i64, seed: u64) -> Outcome<RecordBatch> {
    let mut state = seed;
    let (mut cents, mut price, mut spread, mut side) = (10_000i64, Vec::new(), Vec::new(), Vec::new());
    let (mut at, mut ts, mut qty) = (1_700_000_000_000_000_000, Vec::new(), Vec::new());
    for _ in 0..n {
        at += (random(&mut state) % 1_000_000) as i64 * every;
        ts.push(at);
        cents += (random(&mut state) % 21) as i64 - 10;
        price.push(cents as f64 / 100.0);
        spread.push((random(&mut state) % 5 + 1) as f64 / 100.0);
        qty.push((random(&mut state) % 1000 + 1) as i64);
        side.push(if random(&mut state) & 1 == 0 { "buy" } else { "sell" });
    }
    let bid = price
        .iter()
        .zip(&spread)
        .map(|(p, s)| ((p - s) * 100.0).round() / 100.0);
    let ask = price
        .iter()
        .zip(&spread)
        .map(|(p, s)| ((p + s) * 100.0).round() / 100.0);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("ts", Arc::new(TimestampNanosecondArray::from(ts))),
        ("seq", Arc::new(Int64Array::from_iter_values(0..n))),
        ("qty", Arc::new(Int64Array::from(qty))),
        ("bid", Arc::new(Float64Array::from_iter_values(bid))),
        ("ask", Arc::new(Float64Array::from_iter_values(ask))),
        ("price", Arc::new(Float64Array::from(price))),
        ("side", Arc::new(StringArray::from(side))),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn timed<T>(name: &str, rounds: usize, mut run: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    let mut best = f64::MAX;
    let mut result = run()?;
    for _ in 0..rounds {
        let start = Instant::now();
        result = run()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name:<28} {:9.3} ms", best * 1e3);
    Ok(result)
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let n: i64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let path = arguments.next().unwrap_or_else(|| "/tmp/data_bench.parquet".into());
    let path = std::path::PathBuf::from(path);
    let batch = rows(n, 1, 7)?;
    let schema = Arc::new(DatasetSchema::new("bench", batch.schema(), "ts")?);
    let slices: Vec<_> = (0..n as usize)
        .step_by(64 << 10)
        .map(|at| batch.slice(at, (n as usize - at).min(64 << 10)))
        .collect();
    let encode = || -> Outcome<_> {
        let mut writer = RowGroupWriter::new(Vec::with_capacity(16 << 20), "memory", &schema)?;
        slices.iter().try_for_each(|batch| writer.write(batch))?;
        Ok(writer.finish(vec![("oups:part".into(), "0".into())])?)
    };
    let (encoded, bytes) = timed("encode", 5, encode)?;
    println!("{:<28} {:9.3} MB", "size", bytes.len() as f64 / 1e6);
    std::fs::write(&path, &bytes)?;
    let facts = FileFacts {
        rows: encoded.rows,
        bytes: encoded.bytes,
        min: encoded.min,
        max: encoded.max,
    };
    let open = |view| -> Outcome<_> { Ok(RowGroupFile::open(LocalFs.open(&path)?, &path, &schema, view, &facts)?) };
    timed("open", 50, || open(View::Stored))?;
    for batch_rows in [8 << 10, 32 << 10, 64 << 10] {
        timed(&format!("decode, batches of {batch_rows}"), 10, || {
            let batches = open(View::Stored)?.batches(ReadOptions {
                batch_rows,
                ..ReadOptions::default()
            })?;
            let mut rows = 0;
            for batch in batches {
                rows += batch?.num_rows();
            }
            assert_eq!(rows, n as usize);
            Ok(())
        })?;
    }
    let keys = schema.keys(&batch)?;
    let middle = n as usize / 2;
    let range = OrdRange {
        start: Bound::Included(keys.value(middle)),
        end: Bound::Excluded(keys.value(middle + 1000)),
    };
    let found = timed("range of 1,000 rows", 100, || {
        let file = open(View::Stored)?;
        let rows = file.rows_in(&range)?;
        let options = ReadOptions {
            rows: Some(vec![rows]),
            ..ReadOptions::default()
        };
        let batches: Vec<_> = file.batches(options)?.collect::<oups_core::Result<_>>()?;
        Ok(batches.iter().map(RecordBatch::num_rows).sum::<usize>())
    })?;
    assert_eq!(found, 1000);
    for (name, every) in [("2 %", 50), ("50 %", 2), ("100 %", 1)] {
        let new = rows(n / every, every, 99)?;
        let input = Input::from_batches(&schema, &new.schema(), vec![new])?;
        timed(&format!("merge {name} new, in memory"), 5, || {
            let stored = slices.iter().cloned().map(Ok);
            let mut total = 0;
            for merged in Merge::new(&schema, stored, input.batches(0..input.rows())) {
                total += merged?.num_rows() as u64;
            }
            assert_eq!(total, n as u64 + input.rows());
            Ok(())
        })?;
    }
    let new = rows(n / 50, 50, 99)?;
    let input = Input::from_batches(&schema, &new.schema(), vec![new])?;
    timed("decode + merge 2 % + encode", 5, || {
        let stored = open(View::Plain)?.batches(ReadOptions::default())?;
        let mut writer = RowGroupWriter::new(Vec::with_capacity(16 << 20), "memory", &schema)?;
        for merged in Merge::new(&schema, stored, input.batches(0..input.rows())) {
            writer.write(&merged?.batch)?;
        }
        Ok(writer.finish(vec![])?)
    })?;
    Ok(())
}
