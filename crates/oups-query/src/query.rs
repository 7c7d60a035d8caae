//! Reading several datasets of a store together.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

use oups_core::schema::DatasetSchema;
use oups_core::{Snapshot, Store, StoreKey};

use crate::chunk::Keys;
use crate::columns::Columns;
use crate::error::{Error, OrderedOn, Result};
use crate::intersections::Intersections;
use oups_core::ordered::{IntoRange, OrderedRange};

/// Gives a store its [`query`](Self::query).
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{Int64Array, RecordBatch};
/// use oups_core::{AnyKey, KeySchema, Separator, Store};
/// use oups_query::QueryStore;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
/// let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
/// let (berlin, oslo) = (store.parse_key("berlin")?, store.parse_key("oslo")?);
/// store.dataset(&berlin)?.write(rows((0..6).collect())?).ordered_on("day").row_group_target(1).commit()?;
/// store.dataset(&oslo)?.write(rows(vec![1, 4])?).ordered_on("day").commit()?;
///
/// let mut spans = Vec::new();
/// for chunk in store.query([&berlin, &oslo]).range(1..).intersections()? {
///     let chunk = chunk?;
///     let days = |key| chunk.get(key).map(|rows| rows.num_rows());
///     spans.push((chunk.start_text(), chunk.end_text(), days(&berlin), days(&oslo)));
/// }
/// let text = |value: &str| Some(value.to_owned());
/// assert_eq!(spans, [
///     (text("1"), text("3"), Some(2), Some(1)),
///     (text("3"), text("5"), Some(2), Some(1)),
///     (text("5"), None, Some(1), Some(0)),
/// ]);
/// # Ok(())
/// # }
/// ```
pub trait QueryStore<K> {
    /// Begins a read of the datasets of these keys. Nothing happens before one of the [`Query`]'s last methods is called.
    fn query<Q: Borrow<K>>(&self, keys: impl IntoIterator<Item = Q>) -> Query<K>;
}

impl<K: StoreKey> QueryStore<K> for Store<K> {
    fn query<Q: Borrow<K>>(&self, keys: impl IntoIterator<Item = Q>) -> Query<K> {
        Query {
            store: self.clone(),
            keys: keys.into_iter().map(|key| key.borrow().clone()).collect(),
            range: OrderedRange::default(),
            columns: None,
        }
    }
}

/// A read of several datasets being put together: all their rows and columns, until it is told otherwise.
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `intersections` is called"]
pub struct Query<K> {
    store: Store<K>,
    keys: Vec<K>,
    range: OrderedRange,
    columns: Option<Vec<String>>,
}

impl<K: StoreKey> Query<K> {
    /// Only rows whose ordered value is in the range. A later call replaces an earlier one.
    pub fn range(mut self, range: impl IntoRange) -> Self {
        self.range = range.into_range();
        self
    }

    /// Only these columns, in this order; every dataset has to have them.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Walks the datasets together, chunk by chunk: see [`Intersections`].
    ///
    /// All datasets are read as they are at one moment: one pin holds the snapshots until the iterator is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateKey`]; [`oups_core::Error::NoDataset`] for a key that has none; [`Error::OrderedColumns`] if
    /// they are not ordered on one column, name and type; [`oups_core::Error::Bound`], [`Error::DuplicateColumn`],
    /// [`oups_core::Error::UnknownColumn`]; those of reading the manifests.
    pub fn intersections(self) -> Result<Intersections<K>> {
        let positions = positions(&self.store, &self.keys)?;
        let snapshots = self.store.snapshots(&self.keys)?;
        let Some(first) = snapshots.first().cloned() else { return Ok(Intersections::none()) };
        check_ordered_columns(&snapshots)?;
        let schema = first.schema();
        let span = self.range.resolve(schema.dataset(), schema.ordered_on(), schema.ordered_type())?;
        let columns = snapshots.iter().map(|snapshot| Columns::find(self.columns.as_deref(), snapshot.schema()));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        tracing::debug!(datasets = snapshots.len(), ordered_on = schema.ordered_on(), "intersections");
        let keys = Keys { keys: self.keys, positions, ordered: first.schema().ordered_type().clone() };
        Ok(Intersections::new(Arc::new(keys), snapshots, columns, span))
    }
}

fn positions<K: StoreKey>(store: &Store<K>, keys: &[K]) -> Result<HashMap<K, usize>> {
    let mut positions = HashMap::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        if positions.insert(key.clone(), at).is_some() {
            return Err(Error::DuplicateKey { dataset: store.dataset(key)?.path_text().to_owned() });
        }
    }
    Ok(positions)
}

fn check_ordered_columns(snapshots: &[Snapshot]) -> Result<()> {
    let Some((first, others)) = snapshots.split_first() else { return Ok(()) };
    let ordered_on = |schema: &DatasetSchema| OrderedOn {
        dataset: schema.dataset().to_owned(),
        column: schema.ordered_on().to_owned(),
        column_type: schema.ordered_type().describe(),
    };
    let first = first.schema();
    let differs = |other: &&Arc<DatasetSchema>| {
        other.ordered_on() != first.ordered_on() || other.ordered_type() != first.ordered_type()
    };
    match others.iter().map(Snapshot::schema).find(differs) {
        None => Ok(()),
        Some(other) => {
            Err(Error::OrderedColumns { first: Box::new(ordered_on(first)), other: Box::new(ordered_on(other)) })
        }
    }
}
