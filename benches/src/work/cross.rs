//! Ranges over many datasets, walked together.

use anyhow::{Context, Result};
use oups::prelude::*;

use crate::inputs::{Inputs, read};
use crate::report::Report;
use crate::store::{Name, count_ordered, write};

pub(crate) fn cross(inputs: &Inputs) -> Result<Report> {
    let (store, keys) = stored(inputs)?;
    let spans = inputs.spans("cross")?;
    let (report, chunks) = Report::of(|| {
        let read = |span| store.query(&keys).range(span).intersections()?.collect::<Result<Vec<_>, _>>();
        Ok(spans.iter().cloned().map(read).collect::<Result<Vec<_>, _>>()?)
    })?;
    let mut n = 0;
    for chunks in &chunks {
        for key in &keys {
            n += count_ordered(chunks.iter().filter_map(|chunk| chunk.get(key)))?;
        }
    }
    Ok(report.with("n", n))
}

/// A store with the datasets of all keys.
pub(crate) fn stored(inputs: &Inputs) -> Result<(Store<Name>, Vec<Name>)> {
    let store = Store::<Name>::create(inputs.fresh_out()?)?;
    let mut keys = Vec::new();
    for file in inputs.files("keys")? {
        let key = Name::new(file.file_stem().context("no name")?.to_string_lossy());
        write(&store.dataset(&key)?, read(&file)?).commit()?;
        keys.push(key);
    }
    Ok((store, keys))
}
