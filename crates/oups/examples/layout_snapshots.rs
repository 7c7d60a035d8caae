//! A program that keeps its results in a store, and a snapshot test of the store's layout. `store.layout()` has no
//! sizes, ids or times of writing, so the same writes give the same text. A changed key, target, rule for duplicates or
//! result shows as a difference in review.
//!
//! `cargo run --example layout_snapshots`, `cargo test --example layout_snapshots`

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{Float64Array, Int64Array, RecordBatch};
use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Run {
    model: String,
    seed: u32,
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = train_all(&folder.path().join("runs"))?;
    println!("{}", store.layout()?);
    Ok(())
}

/// The program: two models, two seeds, the loss of each step.
fn train_all(path: &Path) -> Result<Store<Run>> {
    let store = Store::<Run>::open_or_create(path)?;
    for (model, steps) in [("linear", 1_000), ("tree", 2_500)] {
        for seed in [1, 2] {
            let dataset = store.dataset(&Run { model: model.into(), seed })?;
            dataset
                .write(losses(0..steps)?)
                .ordered_on("step")
                .row_group_target(1_000)
                .duplicates_on(["step"])
                .commit()?;
        }
    }
    // This run is resumed from an earlier step. Its steps replace those of the first try.
    store.dataset(&Run { model: "tree".into(), seed: 2 })?.write(losses(2_400..2_900)?).commit()?;
    Ok(store)
}

fn losses(steps: std::ops::Range<i64>) -> Result<RecordBatch> {
    let loss: Float64Array = steps.clone().map(|step| Some(1.0 / (step + 1) as f64)).collect();
    let steps = Int64Array::from_iter_values(steps);
    Ok(RecordBatch::try_from_iter([("step", Arc::new(steps) as _), ("loss", Arc::new(loss) as _)])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_lie_as_reviewed() {
        let folder = tempfile::tempdir().unwrap();
        let store = train_all(&folder.path().join("runs")).unwrap();
        insta::assert_snapshot!(store.layout().unwrap());
    }
}
