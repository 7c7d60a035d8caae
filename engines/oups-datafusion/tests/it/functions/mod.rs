//! The functions of oups in SQL.

mod asof;
mod cancelled;
mod period;
mod resample;

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchReader, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::error::ArrowError;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, Durability, Store};

use crate::support::{batch, dataset, refusal};

/// Numbers that look random, the same for a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    pub(crate) fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// Ticks over some minutes, with ties: `time` in UTC, `sym` and `px` with nulls, and a `size`.
pub(crate) fn ticks(dice: &mut Dice, rows: usize) -> RecordBatch {
    const SECOND: i64 = 1_000_000;
    let mut time = 1_720_000_000 * SECOND;
    let mut times = Vec::new();
    for _ in 0..rows {
        time += dice.one_of(&[0, 0, 1, SECOND / 2, SECOND, 7 * SECOND, 40 * SECOND]);
        times.push(time);
    }
    let times = TimestampMicrosecondArray::from(times).with_timezone("UTC");
    let symbols: StringArray = (0..rows).map(|_| dice.one_of(&[None, Some("A"), Some("B"), Some("C")])).collect();
    let prices: Float64Array =
        (0..rows).map(|_| Some(dice.below(1000) as f64 / 8.0).filter(|price| *price > 9.0)).collect();
    let sizes = Int64Array::from_iter_values((0..rows).map(|_| dice.below(9) as i64));
    let columns: [(&str, ArrayRef); 4] =
        [("time", Arc::new(times)), ("sym", Arc::new(symbols)), ("px", Arc::new(prices)), ("size", Arc::new(sizes))];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, name == "sym" || name == "px")))
        .unwrap()
}

/// Writes rows to a dataset that is ordered on `time`.
pub(crate) fn write(store: &Store<AnyKey>, key: &str, rows: RecordBatch, group: u64) {
    let write = dataset(store, key).write(rows).ordered_on("time").row_group_target(group);
    write.durability(Durability::Unsynced).commit().unwrap();
}

/// Times in seconds since 1970 and their numbers.
pub(crate) fn seconds(seconds: impl IntoIterator<Item = i64>) -> RecordBatch {
    let times: Vec<i64> = seconds.into_iter().map(|second| second * 1_000_000).collect();
    let numbers = Int64Array::from_iter_values(0..times.len() as i64);
    let times = TimestampMicrosecondArray::from(times).with_timezone("UTC");
    batch(&[("time", Arc::new(times)), ("n", Arc::new(numbers))])
}

/// All rows that the library streams, as one batch.
pub(crate) fn all(rows: impl RecordBatchReader) -> RecordBatch {
    let schema = rows.schema();
    concat_batches(&schema, &rows.collect::<Result<Vec<_>, ArrowError>>().unwrap()).unwrap()
}

/// What is said of statements that are refused.
pub(crate) async fn refusals(ctx: &SessionContext, statements: &[&str]) -> String {
    let mut told = String::new();
    for statement in statements {
        told += &format!("{statement}\n    {}\n", refusal(ctx, statement).await);
    }
    told
}
