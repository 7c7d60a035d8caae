//! Listing 100,000 datasets, against a bare walk of the same folders.
//!
//! `cargo run --release -p oups-bench --bin discover [FOLDERS] [DATASETS PER FOLDER]`. The target is a ratio of at most 3.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use oups::{AnyKey, KeyFilter, Store, StoreKey, SubLevel, TopLevel};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Measure {
    quantity: String,
    station: u32,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
    version: u16,
}

/// Repetitions, of which the fastest counts: the others were disturbed.
const ROUNDS: usize = 7;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let folders = arguments.next().transpose()?.unwrap_or(1_000);
    let datasets = arguments.next().transpose()?.unwrap_or(100);
    let root = tempfile::tempdir()?;
    make(root.path(), folders, datasets)?;

    let wanted = folders * datasets;
    let walk = fastest(|| bare_walk(root.path()))?;
    let typed = fastest(|| list::<Measure>(root.path(), wanted))?;
    let untyped = fastest(|| list::<AnyKey>(root.path(), wanted))?;
    let ratio = |time: Duration| time.as_secs_f64() / walk.as_secs_f64();
    println!("{wanted} datasets in {folders} folders");
    println!("bare walk     {walk:>10.1?}");
    println!("typed keys    {typed:>10.1?}  {:.2}x", ratio(typed));
    println!("untyped keys  {untyped:>10.1?}  {:.2}x", ratio(untyped));
    Ok(())
}

/// The folders and side files of a store, empty.
fn make(root: &Path, folders: usize, datasets: usize) -> Result<()> {
    Store::<Measure>::create(root)?;
    for folder in 0..folders {
        let above = root.join(format!("temperature-{folder}"));
        fs::create_dir(&above)?;
        for dataset in 0..datasets {
            let name = format!("{}min-{dataset}", dataset % 60);
            fs::create_dir(above.join(&name))?;
            File::create(above.join(format!("{name}.opdmd")))?;
            File::create(above.join(format!("{name}.lock")))?;
        }
    }
    Ok(())
}

/// The same folders, listed with `std` alone: every name is read, nothing is made of it.
fn bare_walk(root: &Path) -> Result<()> {
    let mut manifests = 0;
    for folder in fs::read_dir(root)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for entry in fs::read_dir(folder.path())? {
            let entry = entry?;
            let is_manifest = entry.file_type()?.is_file() && entry.file_name().as_encoded_bytes().ends_with(b".opdmd");
            manifests += usize::from(is_manifest);
        }
    }
    ensure!(manifests > 0, "the walk found nothing");
    Ok(())
}

fn list<K: StoreKey>(root: &Path, wanted: usize) -> Result<()> {
    let found = Store::<K>::open(root)?.discover(KeyFilter::all())?;
    ensure!(found.keys.len() == wanted && found.strangers.is_empty(), "the listing is wrong");
    Ok(())
}

fn fastest(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut time = || {
        let start = Instant::now();
        run()?;
        Ok(start.elapsed())
    };
    let times: Vec<Duration> = (0..ROUNDS).map(|_| time()).collect::<Result<_>>()?;
    times.into_iter().min().context("no rounds")
}
