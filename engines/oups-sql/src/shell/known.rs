//! The names that completions know. A thread of its own looks for them when a completion asks, so that no store is so large
//! that the prompt waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use datafusion::catalog::SchemaProvider;
use datafusion::prelude::SessionContext;
use oups::AnyKey;
use tokio::runtime::Handle;

use super::tables::own;
use crate::session::Session;
use crate::stores::{Attached, Stores};

/// The longest wait of a completion. After it, the names of the last look do.
const PATIENCE: Duration = Duration::from_millis(500);

/// The datasets of a store whose columns are looked at. Most stores have the same columns in all.
const SAMPLED: usize = 100;

/// All names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) tables: BTreeSet<String>,
    pub(super) columns: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
    /// The path texts of the datasets of each store, in ascending order.
    pub(super) datasets: BTreeMap<String, Vec<String>>,
}

/// The names, as they were when somebody last looked.
#[derive(Clone)]
pub(super) struct Known {
    ask: Sender<()>,
    looked: Arc<(Mutex<Looked>, Condvar)>,
}

#[derive(Default)]
struct Looked {
    /// How often the names were found.
    times: u64,
    names: Arc<Names>,
}

impl Known {
    /// The names of a session. If there is no thread for them, none are known.
    pub(super) fn of(session: &Session) -> Self {
        let (ask, asked) = channel();
        let looked: Arc<(Mutex<Looked>, Condvar)> = Arc::default();
        let look =
            Look { ctx: session.engine.ctx.clone(), stores: session.stores.clone(), of: session.engine.handle() };
        let found = looked.clone();
        let _ = thread::Builder::new().name("names".to_owned()).spawn(move || look.whenever(&asked, &found));
        Self { ask, looked }
    }

    /// The names now; those of the last look if this one takes long.
    pub(super) fn names(&self) -> Arc<Names> {
        let (looked, told) = &*self.looked;
        let before = looked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = before.times;
        if self.ask.send(()).is_err() {
            return before.names.clone();
        }
        let waited = told.wait_timeout_while(before, PATIENCE, |looked| looked.times == times);
        let (looked, _) = waited.unwrap_or_else(PoisonError::into_inner);
        looked.names.clone()
    }
}

/// What the thread looks at.
struct Look {
    ctx: SessionContext,
    stores: Stores,
    of: Handle,
}

impl Look {
    fn whenever(&self, asked: &Receiver<()>, found: &(Mutex<Looked>, Condvar)) {
        while asked.recv().is_ok() {
            // One look answers all who asked meanwhile.
            while asked.try_recv().is_ok() {}
            let names = Arc::new(self.names());
            let (looked, told) = found;
            let mut looked = looked.lock().unwrap_or_else(PoisonError::into_inner);
            looked.times += 1;
            looked.names = names;
            told.notify_all();
        }
    }

    fn names(&self) -> Names {
        let mut names = Names { functions: functions(&self.ctx), ..Names::default() };
        for attached in self.stores.iter() {
            names.tables.insert(attached.name.clone());
            // Completions need no error: a statement tells it.
            let keys = attached.store.keys(..).unwrap_or_default();
            names.columns.extend(attached.store.schema().field_names().map(str::to_owned));
            names.columns.extend(keys.iter().take(SAMPLED).flat_map(|key| columns(attached, key)));
            let mut texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
            texts.sort();
            names.datasets.insert(attached.name.clone(), texts);
        }
        if let Some(schema) = own(&self.ctx) {
            for name in schema.table_names() {
                if self.stores.named(&name).is_none() {
                    names.columns.extend(self.columns(schema.as_ref(), &name));
                    names.tables.insert(name);
                }
            }
        }
        names
    }

    /// The columns of a view or a table in memory.
    fn columns(&self, schema: &dyn SchemaProvider, name: &str) -> Vec<String> {
        let table = self.of.block_on(schema.table(name)).ok().flatten();
        let columns = table.map(|table| table.schema());
        columns.iter().flat_map(|schema| schema.fields().iter().map(|field| field.name().clone())).collect()
    }
}

fn columns(attached: &Attached, key: &AnyKey) -> Vec<String> {
    let info = attached.store.dataset(key).and_then(|dataset| dataset.info());
    info.iter().flat_map(|info| info.schema.fields().iter().map(|field| field.name().clone())).collect()
}

fn functions(ctx: &SessionContext) -> BTreeSet<String> {
    let state = ctx.state();
    let (scalar, aggregate) = (state.scalar_functions().keys(), state.aggregate_functions().keys());
    let (window, table) = (state.window_functions().keys(), state.table_functions().keys());
    scalar.chain(aggregate).chain(window).chain(table).cloned().collect()
}
