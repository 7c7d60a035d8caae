//! The datasets of a query, opened together: one snapshot for each key, all held by one pin.

pub(crate) mod explain;

use std::collections::HashMap;
use std::sync::Arc;

use oups_core::QueryError;
use oups_core::ordered::Span;
use oups_core::schema::DatasetSchema;
use oups_core::{KeyFilter, Moment, OrderedOn, Snapshot, Snapshots, Store, StoreKey};

use crate::filter::Filter;
use crate::projection::key_fields::KeyColumns;
use crate::request::{Request, Versions};
use crate::{Error, Result};

/// Which datasets a query reads.
#[derive(Clone, Debug)]
pub(crate) enum Chosen<K> {
    Keys(Vec<K>),
    Filter(KeyFilter),
}

/// The datasets of a query, held by one pin.
#[derive(Debug)]
pub(crate) struct Opened<K> {
    pub(crate) keys: Vec<K>,
    pub(crate) positions: HashMap<K, usize>,
    /// One for each key.
    pub(crate) snapshots: Snapshots,
    /// The range on the ordered column, narrowed by the conditions. It is the same for all datasets. `None` if no value
    /// can be in it, or the query has no keys.
    pub(crate) span: Option<Span>,
}

impl<K: StoreKey> Opened<K> {
    /// # Errors
    ///
    /// [`QueryError::DuplicateKey`], [`oups_core::Error::NoDataset`], [`QueryError::OrderedColumns`],
    /// [`oups_core::Error::Bound`], [`QueryError::Condition`]; those of listing folders and reading manifests.
    pub(crate) fn new(store: &Store<K>, choice: Chosen<K>, request: &Request) -> Result<Self> {
        let (keys, snapshots) = match choice {
            Chosen::Keys(keys) => {
                positions(store, &keys)?;
                let snapshots = snapshots_of(store, &keys, request)?;
                (keys, snapshots)
            }
            Chosen::Filter(filter) => match &request.versions {
                Versions::Held(held) => passing(store, held, &filter)?,
                Versions::Newest(together) => store.snapshots_where(filter, *together)?,
            },
        };
        let positions = positions(store, &keys)?;
        check_ordered_columns(&snapshots)?;
        let span = match snapshots.first().map(Snapshot::dataset_schema) {
            Some(schema) => {
                let span = request.range.resolve(schema.dataset(), schema.ordered_on(), schema.ordered_type())?;
                Filter::narrowing(&request.conditions, schema, span)?.1
            }
            None => None,
        };
        tracing::debug!(datasets = keys.len(), moment = ?snapshots.moment(), "query");
        Ok(Self { keys, positions, snapshots, span })
    }

    pub(crate) fn moment(&self) -> Moment {
        self.snapshots.moment()
    }

    pub(crate) fn schemas(&self) -> Vec<Arc<DatasetSchema>> {
        self.snapshots.iter().map(|snapshot| snapshot.dataset_schema().clone()).collect()
    }
}

/// Snapshots of the datasets of these keys: those that the caller holds, or new ones.
///
/// # Errors
///
/// [`Error::NoDataset`]; the errors of reading manifests.
pub(crate) fn snapshots_of<K: StoreKey>(store: &Store<K>, keys: &[K], request: &Request) -> Result<Snapshots> {
    let held = match &request.versions {
        Versions::Held(held) => held,
        Versions::Newest(together) => return store.snapshots_with(keys, *together),
    };
    let by_name: HashMap<&str, &Snapshot> = held.iter().map(|snapshot| (snapshot.dataset(), snapshot)).collect();
    let found = |key| {
        let dataset = store.dataset(key)?;
        let absent = || Error::NoDataset { dataset: dataset.path_text().to_owned(), store: store.root().to_owned() };
        by_name.get(dataset.path_text()).map(|snapshot| Snapshot::clone(snapshot)).ok_or_else(absent)
    };
    Ok(Snapshots::of(keys.iter().map(found).collect::<Result<_>>()?, held.moment()))
}

/// The snapshots that the caller holds whose keys pass the filter, in key order.
fn passing<K: StoreKey>(store: &Store<K>, held: &Snapshots, filter: &KeyFilter) -> Result<(Vec<K>, Snapshots)> {
    let keyed = |snapshot: &Snapshot| Ok((K::parse_path(store.schema(), snapshot.dataset())?, snapshot.clone()));
    let mut passing = held.iter().map(keyed).collect::<Result<Vec<_>>>()?;
    passing.retain(|(key, _)| filter.matches(key));
    passing.sort_by(|(key, _), (other, _)| key.cmp(other));
    let (keys, snapshots) = passing.into_iter().unzip();
    Ok((keys, Snapshots::of(snapshots, held.moment())))
}

fn positions<K: StoreKey>(store: &Store<K>, keys: &[K]) -> Result<HashMap<K, usize>> {
    let mut positions = HashMap::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        if positions.insert(key.clone(), at).is_some() {
            return Err(QueryError::DuplicateKey { dataset: store.dataset(key)?.path_text().to_owned() }.into());
        }
    }
    Ok(positions)
}

fn check_ordered_columns(snapshots: &[Snapshot]) -> Result<()> {
    let Some((first, others)) = snapshots.split_first() else { return Ok(()) };
    others.iter().try_for_each(|other| check_same_order(first.dataset_schema(), other.dataset_schema(), true))
}

/// Checks that two datasets are ordered on columns of one type and, if `name` is true, of one name.
///
/// # Errors
///
/// [`QueryError::OrderedColumns`].
pub(crate) fn check_same_order(first: &DatasetSchema, other: &DatasetSchema, name: bool) -> Result<()> {
    if other.ordered_type() == first.ordered_type() && (!name || other.ordered_on() == first.ordered_on()) {
        return Ok(());
    }
    let ordered_on = |schema: &DatasetSchema| {
        Box::new(OrderedOn::new(schema.dataset(), schema.ordered_on(), schema.ordered_type().describe()))
    };
    Err(QueryError::OrderedColumns { first: ordered_on(first), other: ordered_on(other) }.into())
}

/// What a [`Query`](crate::Query) reads: the datasets of some keys, or those that a filter lets through.
#[derive(Clone, Debug)]
pub struct Datasets<K> {
    pub(crate) store: Store<K>,
    pub(crate) choice: Chosen<K>,
}

impl<K: StoreKey> Datasets<K> {
    pub(crate) fn open(self, request: &Request) -> Result<Opened<K>> {
        Opened::new(&self.store, self.choice, request)
    }
}

pub(crate) fn key_columns<K: StoreKey>(store: &Store<K>, opened: &Opened<K>, request: &Request) -> Result<KeyColumns> {
    if request.key_columns { KeyColumns::new(store.schema(), &opened.keys) } else { Ok(KeyColumns::none()) }
}
