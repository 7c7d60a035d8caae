//! `oups-bench WORKLOAD --rows N --dir D`: one workload of the comparison, and one JSON line about it.
//!
//! The workloads and their inputs are those of `compare/peers.py`, which runs the same work on other libraries. Only
//! the operation is timed, in a process of its own, with its inputs in memory. Every workload checks its result.
//! `RAYON_NUM_THREADS` sets how many threads encode and decode; the default is one per core.

mod inputs;
mod memory;
mod report;
mod store;
mod ticks;
mod work;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use inputs::Inputs;
use report::Report;

/// Times one workload on oups and prints one JSON line.
#[derive(Parser, Debug)]
#[command(name = "oups-bench", version)]
struct Args {
    /// The workload to run.
    workload: Workload,
    /// Rows of the main dataset.
    #[arg(long, default_value_t = 10_000_000)]
    rows: usize,
    /// Holds the inputs, `in<ROWS>/`, and the stores that workloads write, `out/oups/`.
    #[arg(long)]
    dir: PathBuf,
    /// Datasets: 2,000 for `keys`, 100,000 for `discover`, 1,000 for `ingest`.
    #[arg(long)]
    keys: Option<usize>,
    /// Row groups of the datasets that `groups` appends to.
    #[arg(long, value_delimiter = ',', default_value = "10,1000,10000")]
    groups: Vec<usize>,
    /// Consecutive rows of one dataset, in `ingest`.
    #[arg(long, default_value_t = 1)]
    in_a_row: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Workload {
    /// Make the inputs without Python.
    Gen,
    /// Write all rows into an empty store.
    Bulk,
    /// 200 durable writes of 5,000 rows, one after another.
    Append,
    /// 2 % late rows, half of them corrections, into all rows.
    Upsert,
    /// 50 ranges of 0.1 % of the rows each.
    Range,
    /// All rows, as Arrow batches.
    Scan,
    /// 10 ranges of 1 % over 100 datasets.
    Cross,
    /// Join each row with the newest of half as many others.
    Asof,
    /// All rows of 100 datasets as one ordered stream.
    Ordered,
    /// List the datasets of a store.
    Keys,
    /// As `bulk`, with nothing but arrow and parquet.
    LimitWrite,
    /// As `scan`, with nothing but arrow and parquet.
    LimitScan,
    /// Merge 100,000 scattered rows into a dataset.
    Memory,
    /// Write a stream of rows that are made while they are read.
    Stream,
    /// Write rows of one time, then all of them again.
    Equal,
    /// Append to datasets of few and of many row groups.
    Groups,
    /// List 100,000 datasets, against a bare walk of the folders.
    Discover,
    /// Ingest one stream with the mixed rows of 1,000 datasets, then all of it again, which must change nothing.
    Ingest,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let inputs = Inputs::new(&args.dir, args.rows);
    let report = match args.workload {
        Workload::Gen => return ticks::generate(&inputs),
        Workload::Bulk => work::bulk::bulk(&inputs),
        Workload::Append => work::append::append(&inputs),
        Workload::Upsert => work::upsert::upsert(&inputs),
        Workload::Range => work::range::range(&inputs),
        Workload::Scan => work::scan::scan(&inputs),
        Workload::Cross => work::cross::cross(&inputs),
        Workload::Asof => work::asof::asof(&inputs),
        Workload::Ordered => work::ordered::ordered(&inputs),
        Workload::Keys => work::keys::keys(&inputs, args.keys.unwrap_or(2_000)),
        Workload::LimitWrite => work::limits::write(&inputs),
        Workload::LimitScan => work::limits::scan(&inputs),
        Workload::Memory => work::bounded::memory(&inputs),
        Workload::Stream => work::bounded::stream(&inputs),
        Workload::Equal => work::bounded::equal(&inputs),
        Workload::Groups => work::groups::groups(&inputs, &args.groups),
        Workload::Discover => work::discover::discover(&inputs, args.keys.unwrap_or(100_000)),
        Workload::Ingest => work::ingest::ingest(&inputs, args.keys.unwrap_or(1_000), args.in_a_row),
    };
    print(args.workload, args.rows, &report?)
}

fn print(workload: Workload, rows: usize, report: &Report) -> Result<()> {
    let name = workload.to_possible_value().context("a workload without a name")?;
    println!("{}", report.line(name.get_name(), rows));
    Ok(())
}
