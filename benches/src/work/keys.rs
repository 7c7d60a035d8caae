//! Which datasets a store has.

use anyhow::{Context, Result, ensure};
use oups::{Durability, Store};

use crate::inputs::{Inputs, read};
use crate::report::Report;
use crate::store::{Name, write};

pub(crate) fn keys(inputs: &Inputs, count: usize) -> Result<Report> {
    let out = inputs.fresh_out()?;
    let store = Store::<Name>::create(&out)?;
    let first = inputs.files("keys")?.into_iter().next().context("no file of a key")?;
    let rows = read(&first)?.first().context("no rows")?.slice(0, 10);
    for key in 0..count {
        let dataset = store.dataset(&Name::new(format!("K{key:05}")))?;
        write(&dataset, rows.clone()).durability(Durability::Unsynced).commit()?;
    }
    // Opening the store is part of it.
    let (report, keys) = Report::of(|| Ok(Store::<Name>::open(&out)?.keys(..)?))?;
    ensure!(keys.len() == count && keys.is_sorted(), "{} keys of {count} are there, in order", keys.len());
    Ok(report.with("n", keys.len()))
}
