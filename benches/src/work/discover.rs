//! Listing very many datasets, against a bare walk of the same folders.

use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use oups::{AnyKey, KeyFilter, Store, StoreKey, SubLevel, TopLevel};

use crate::inputs::Inputs;
use crate::report::Report;

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

/// Repetitions. The fastest counts: the others were disturbed.
const ROUNDS: usize = 7;
/// Datasets per folder.
const IN_A_FOLDER: usize = 100;

/// The report's `s` is the time with typed keys, `untyped_s` without the Rust type, `walk_s` that of the bare walk.
pub(crate) fn discover(inputs: &Inputs, keys: usize) -> Result<Report> {
    let root = inputs.fresh_out()?;
    let wanted = make(&root, keys)?;
    let (report, times) = Report::of(|| {
        let walk = fastest(|| bare_walk(&root, wanted))?;
        let typed = fastest(|| list::<Measure>(&root, wanted))?;
        Ok((walk, typed, fastest(|| list::<AnyKey>(&root, wanted))?))
    })?;
    let (walk, typed, untyped) = times;
    let report = report.with("s", typed).with("untyped_s", untyped).with("walk_s", walk);
    Ok(report.with("ratio", typed / walk).with("n", wanted))
}

/// Makes the folders and empty side files of a store. Returns the number of datasets.
fn make(root: &Path, keys: usize) -> Result<usize> {
    Store::<Measure>::create(root)?;
    let folders = keys.div_ceil(IN_A_FOLDER);
    for folder in 0..folders {
        let above = root.join(format!("temperature-{folder}"));
        fs::create_dir(&above)?;
        for dataset in 0..IN_A_FOLDER {
            let name = format!("{}min-{dataset}", dataset % 60);
            fs::create_dir(above.join(&name))?;
            File::create(above.join(format!("{name}.opdmd")))?;
            File::create(above.join(format!("{name}.lock")))?;
        }
    }
    Ok(folders * IN_A_FOLDER)
}

/// Lists the same folders with `std` alone: reads every name, and does nothing with it.
fn bare_walk(root: &Path, wanted: usize) -> Result<()> {
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
    ensure!(manifests == wanted, "the walk found {manifests} of {wanted}");
    Ok(())
}

fn list<K: StoreKey>(root: &Path, wanted: usize) -> Result<()> {
    let found = Store::<K>::open(root)?.discover(KeyFilter::all())?;
    ensure!(found.keys.len() == wanted && found.strangers.is_empty(), "the listing is wrong");
    Ok(())
}

fn fastest(mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}
