//! All rows of many datasets as one ordered stream.

use anyhow::{Result, ensure};
use oups::prelude::*;

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::Order;

/// Looks at every row as it comes, and then drops it: all rows would take too much memory.
pub(crate) fn ordered(inputs: &Inputs) -> Result<Report> {
    let (store, keys) = super::cross::stored(inputs)?;
    let written: u64 = keys.iter().map(|key| Ok(store.dataset(key)?.info()?.rows)).sum::<Result<u64>>()?;
    let (report, order) = Report::of(|| {
        let mut order = Order::default();
        for batch in store.query(&keys).ordered()? {
            order.add(&batch?)?;
        }
        Ok(order)
    })?;
    ensure!(order.rows == written, "{} rows of {written} came", order.rows);
    Ok(report.with("n", order.rows))
}
