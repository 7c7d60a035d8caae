//! One statement, one version: what a statement reads of a dataset is the same however often it names it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use chrono::{DateTime, Utc};
use datafusion::catalog::Session;
use datafusion::common::Result;
use oups::{AnyKey, Error, Moment, Snapshot, Store, Together};

use crate::error::{Raised, external};
use crate::keys::KeyCondition;

/// The statements that run, by the time that the engine gives to each when it plans it. They last as long as a plan of them.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    running: Mutex<HashMap<DateTime<Utc>, Weak<Statement>>>,
}

impl Statements {
    /// The statement that is planned: the one that the session was given, else the one of its time.
    pub(crate) fn current(&self, state: &dyn Session) -> Arc<Statement> {
        if let Some(statement) = state.config().get_extension::<Statement>() {
            return statement;
        }
        let Some(time) = state.execution_props().query_execution_start_time else { return Arc::default() };
        let mut running = lock(&self.running);
        running.retain(|_, statement| statement.strong_count() > 0);
        if let Some(statement) = running.get(&time).and_then(Weak::upgrade) {
            return statement;
        }
        let statement = Arc::default();
        running.insert(time, Arc::downgrade(&statement));
        statement
    }
}

/// A dataset as a statement reads it.
pub(crate) type Read = (AnyKey, Snapshot);

/// What one statement reads, by the folders of the stores.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    stores: Mutex<HashMap<PathBuf, Arc<Mutex<Pins>>>>,
}

impl Statement {
    /// The datasets of a store that meet a condition, at the versions that the statement reads. Those that it does not have
    /// yet are found and pinned, and those that it has are looked at again with them, to see whether all are of one moment.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a manifest not be read, and where the condition cannot be evaluated;
    /// [`Error::Busy`] where one moment is demanded and none was found.
    pub(crate) fn read(
        &self,
        store: &Store<AnyKey>,
        condition: &KeyCondition,
        together: Together,
    ) -> Result<Vec<Read>> {
        let pins = self.pins(store.root());
        let mut pins = lock(&pins);
        if let Some(known) = pins.known(condition) {
            return Ok(known);
        }
        pins.look(store, std::slice::from_ref(condition), together)?;
        Ok(pins.known(condition).unwrap_or_default())
    }

    /// Finds and pins, at one moment, the datasets of a store that meet any of the conditions.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn begin(&self, store: &Store<AnyKey>, conditions: &[KeyCondition], together: Together) -> Result<()> {
        lock(&self.pins(store.root())).look(store, conditions, together)
    }

    /// Whether the datasets that were read until now are as they were at one moment, of each store for itself.
    pub(crate) fn moment(&self) -> Moment {
        let stores: Vec<_> = lock(&self.stores).values().cloned().collect();
        let exact = stores.iter().all(|pins| lock(pins).moment == Moment::Exact);
        if exact { Moment::Exact } else { Moment::GroupsWhole }
    }

    fn pins(&self, root: &Path) -> Arc<Mutex<Pins>> {
        lock(&self.stores).entry(root.to_owned()).or_default().clone()
    }
}

/// What a statement reads of one store.
#[derive(Debug, Default)]
struct Pins {
    snapshots: BTreeMap<AnyKey, Snapshot>,
    /// Which of these each condition wants.
    answers: Vec<(KeyCondition, Vec<AnyKey>)>,
    moment: Moment,
}

impl Pins {
    /// What a condition wants, if it was asked before.
    fn known(&self, condition: &KeyCondition) -> Option<Vec<Read>> {
        let (_, keys) = self.answers.iter().find(|(other, _)| other.is(condition))?;
        Some(keys.iter().filter_map(|key| Some((key.clone(), self.snapshots.get(key)?.clone()))).collect())
    }

    /// Adds what conditions want. All conditions so far are asked again with them: of one moment are all datasets only if
    /// none has moved since, and none has come or gone.
    fn look(&mut self, store: &Store<AnyKey>, conditions: &[KeyCondition], together: Together) -> Result<()> {
        let began = Instant::now();
        let list = || {
            let mut keys = BTreeSet::new();
            for condition in self.answers.iter().map(|(condition, _)| condition).chain(conditions) {
                keys.extend(condition.list(store)?);
            }
            Ok::<_, Raised>(Vec::from_iter(keys))
        };
        let (keys, snapshots) = store.snapshots_of(list, together).map_err(|Raised(error)| error)?;
        let moment = snapshots.moment();
        let found: BTreeMap<AnyKey, Snapshot> = keys.into_iter().zip(snapshots).collect();
        let moved = self.moved(&found)?;
        if !moved.is_empty() && matches!(together, Together::Demanded(_)) {
            return Err(external(Error::Busy { datasets: moved, waited: began.elapsed() }));
        }
        if !moved.is_empty() || moment != Moment::Exact {
            self.moment = Moment::GroupsWhole;
        }
        for condition in conditions {
            let wanted = condition.passing(found.keys().cloned().collect())?;
            self.answers.push((condition.clone(), wanted));
        }
        for (key, snapshot) in found {
            self.snapshots.entry(key).or_insert(snapshot);
        }
        Ok(())
    }

    /// The datasets that are not as the statement has them: at another version, come, or gone.
    fn moved(&self, found: &BTreeMap<AnyKey, Snapshot>) -> Result<Vec<String>> {
        let mut moved = BTreeSet::new();
        for (condition, wanted) in &self.answers {
            let now = condition.passing(found.keys().cloned().collect())?;
            for key in wanted.iter().chain(&now) {
                let version = |snapshots: &BTreeMap<AnyKey, Snapshot>| snapshots.get(key).map(Snapshot::version);
                if version(&self.snapshots) != version(found) || wanted.binary_search(key).is_err() {
                    moved.insert(key.to_string());
                }
            }
        }
        Ok(moved.into_iter().collect())
    }
}

/// Nothing that is locked here is left half changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
