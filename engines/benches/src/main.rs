//! `oups-sql-bench DIR PYTHON [ROWS [DATASETS]]`: SQL over a store against DuckDB over the same files, as a table.
//!
//! Makes a store of ROWS ticks of 100 symbols and one of DATASETS datasets in DIR, where they are missing. PYTHON has the
//! packages duckdb and pyarrow. Every piece of work runs once to warm up, then five times in each engine, in turn; the
//! medians are compared. Both engines have as many threads as there are processors, and give Arrow.

mod duck;
mod ours;
mod store;
mod time;
mod work;

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

use anyhow::{Context, Result, ensure};

use duck::Duck;
use ours::Ours;
use time::{Timed, median};

/// Runs of each piece of work that count.
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (dir, python) = (args.first().context("DIR")?, args.get(1).context("PYTHON")?);
    let number = |at: usize, other: usize| args.get(at).map_or(Ok(other), |text| text.parse::<usize>());
    let (rows, datasets) = (number(2, 10_000_000)?, number(3, 100_000)?);
    std::fs::create_dir_all(dir)?;
    let dir = Path::new(dir).canonicalize()?;
    compare(&dir, Path::new(python), rows)?;
    planning(&dir, datasets)?;
    whole_process(&dir)
}

/// Seconds of each engine, and how they compare.
fn compare(dir: &Path, python: &Path, rows: usize) -> Result<()> {
    let threads = available_parallelism()?.get();
    let store = store::ticks(dir, rows)?;
    let ours = Ours::attach(&store, threads)?;
    let mut duck = Duck::start(python, store.root(), threads)?;
    println!("{rows} rows, {threads} threads, DuckDB {}", duck.version);
    println!("| work | oups SQL, s | DuckDB, s | ratio | goal | library, s |\n|---|---:|---:|---:|---:|---:|");
    let folder = store.root().to_str().context("the folder's path is not UTF-8")?;
    for work in work::all(folder, rows) {
        let (mut of_ours, mut of_duck, mut of_library) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let mine = ours.run(&work.ours).with_context(|| work.name)?;
            let theirs = duck.run(&work.theirs).with_context(|| work.name)?;
            ensure!(mine.rows == theirs.rows, "{}: {} rows against {}", work.name, mine.rows, theirs.rows);
            let alone = work.library.as_ref().map(|library| Timed::of(|| library(&store))).transpose()?;
            if round > 0 {
                of_ours.push(mine);
                of_duck.push(theirs);
                of_library.extend(alone);
            }
        }
        let (mine, theirs) = (median(&of_ours), median(&of_duck));
        let library = if of_library.is_empty() { "–".to_owned() } else { format!("{:.3}", median(&of_library)) };
        println!("| {} | {mine:.3} | {theirs:.3} | {:.2} | {} | {library} |", work.name, mine / theirs, work.goal);
    }
    Ok(())
}

/// Milliseconds to plan a statement over one of very many datasets.
fn planning(dir: &Path, datasets: usize) -> Result<()> {
    let ours = Ours::attach(&store::many(dir, datasets)?, 1)?;
    println!("\n| planning, {datasets} datasets | ms |\n|---|---:|");
    for (name, text) in [
        ("a dataset by its path text", "select ts, price from store.\"K000777\""),
        ("the table of the store, one key named", "select ts, price from store where name = 'K000777'"),
    ] {
        let runs = (0..=ROUNDS).map(|_| ours.plan(text)).collect::<Result<Vec<_>>>()?;
        println!("| {name} | {:.1} |", median(&runs[1..]) * 1e3);
    }
    Ok(())
}

/// Milliseconds of the whole program `oups-sql`, if it is built beside this one.
fn whole_process(dir: &Path) -> Result<()> {
    let program = std::env::current_exe()?.with_file_name("oups-sql");
    if !program.exists() {
        println!("\n{} is not built", program.display());
        return Ok(());
    }
    let run = || {
        Timed::of(|| {
            let mut command = Command::new(&program);
            command.arg(dir.join("store")).args(["-c", "select 1"]).stdout(Stdio::null()).stderr(Stdio::null());
            ensure!(command.status()?.success(), "oups-sql failed");
            Ok(1)
        })
    };
    let runs = (0..=ROUNDS).map(|_| run()).collect::<Result<Vec<_>>>()?;
    println!("\noups-sql -c 'select 1': {:.0} ms", median(&runs[1..]) * 1e3);
    Ok(())
}
