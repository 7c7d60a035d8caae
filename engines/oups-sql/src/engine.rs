//! The engine: a session with the stores, its threads and its memory.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context, Result, bail};
use datafusion::arrow::array::timezone::Tz;
use datafusion::common::config::ConfigNonZeroUsize;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{LogicalPlan, SetVariable, Statement};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as Parsed;
use futures::future::{Either, select};
use oups::Moment;
use oups_cli::args::sql::Sql;
use oups_cli::args::usage::Usage;
use oups_datafusion::{Attach, Halt, OupsOptions};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::pool::Shared;
use crate::spill::Unnamed;
use crate::stores::Stores;
use crate::{memory, settings, stoppable};

/// The bytes of a thread's stack. Expressions may be nested deeply.
const STACK: usize = 16 << 20;

/// A session and its threads.
pub(crate) struct Engine {
    pub(crate) ctx: SessionContext,
    /// The bytes for sorts, groups and joins.
    pub(crate) memory: u64,
    runtime: Runtime,
}

/// A running statement.
pub(crate) struct Started {
    pub(crate) rows: SendableRecordBatchStream,
    pub(crate) plan: Arc<dyn ExecutionPlan>,
    /// Whether all datasets are of one moment.
    pub(crate) moment: Moment,
    /// Whether it writes to a store.
    pub(crate) writes: bool,
}

impl Engine {
    /// Creates a session from the command line.
    ///
    /// # Errors
    ///
    /// [`Usage`] if there is no such zone or setting; an error if threads cannot be started or a store cannot be attached.
    pub(crate) fn new(args: &Sql, stores: &Stores) -> Result<Self> {
        let threads = args.threads.map_or_else(processors, usize::from);
        let memory = args.memory.unwrap_or_else(memory::half_of_all);
        let runtime =
            Builder::new_multi_thread().worker_threads(threads).thread_stack_size(STACK).enable_time().build();
        let runtime = runtime.context("cannot start threads")?;
        let pool = Shared::new(usize::try_from(memory).unwrap_or(usize::MAX));
        let disk = DiskManagerBuilder::default().with_temp_file_factory(Arc::new(Unnamed));
        let resources = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).with_disk_manager_builder(disk);
        let ctx = SessionContext::new_with_config_rt(config(args, threads, memory)?, resources.build_arc()?);
        let ctx = stoppable::session(&ctx);
        let engine = Self { ctx, memory, runtime };
        for (name, value) in &args.set {
            engine
                .set(name, value)
                .map_err(|error| Usage(format!("--set: {}", settings::wrong(&engine.ctx, name, value, &error))))?;
        }
        for attached in stores.iter() {
            let attach = Attach::default().writable(args.write);
            oups_datafusion::attach_with(&engine.ctx, &attached.name, &attached.store, attach)
                .with_context(|| format!("cannot attach {}", attached.name))?;
        }
        Ok(engine)
    }

    /// Waits for a result of the session.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Waits for a result of the session until the halt is asked for: none then, and the work is dropped.
    pub(crate) fn wait_unless<T>(&self, halt: &Halt, work: impl Future<Output = T>) -> Option<T> {
        self.wait(async {
            match select(pin!(halt.asked()), pin!(work)).await {
                Either::Left(_) => None,
                Either::Right((done, _)) => Some(done),
            }
        })
    }

    /// Starts a statement. Its rows come as they are found. None if it is halted before.
    ///
    /// # Errors
    ///
    /// If the statement cannot be planned, or fails before its first rows.
    pub(crate) fn start(&self, parsed: Parsed, halt: &Arc<Halt>) -> datafusion::common::Result<Option<Started>> {
        let started = self.wait_unless(halt, async {
            let plan = oups_datafusion::plan(&self.ctx.state(), parsed).await?;
            let (mut state, plan) = oups_datafusion::execute(&self.ctx, plan).await?.into_parts();
            state.config_mut().set_extension(halt.clone());
            let frame = DataFrame::new(state, plan);
            let task = Arc::new(frame.task_ctx());
            let plan = frame.clone().create_physical_plan().await?;
            let rows = execute_stream(plan.clone(), task)?;
            let writes = oups_datafusion::writes_store(plan.as_ref());
            Ok(Started { rows, plan, moment: oups_datafusion::moment(&frame), writes })
        });
        started.transpose()
    }

    /// Where work of the session can run beside a statement.
    pub(crate) fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// Changes a setting, as the statement `SET` does.
    fn set(&self, name: &str, value: &str) -> datafusion::common::Result<()> {
        let set = SetVariable { variable: name.to_owned(), value: value.to_owned() };
        let plan = LogicalPlan::Statement(Statement::SetVariable(set));
        self.wait(self.ctx.execute_logical_plan(plan)).map(drop)
    }
}

/// The bytes of memory per thread for each row of a batch. With little memory, batches of the engine's default size would
/// fill all of it.
const OF_ROW: u64 = 16 << 10;

fn config(args: &Sql, threads: usize, memory: u64) -> Result<SessionConfig> {
    let zone = &args.time_zone;
    let (Ok(_), Ok(clock)) = (Tz::from_str(zone), zone.parse()) else {
        bail!(Usage(format!("--time-zone: no zone {zone}: expected one such as Europe/Berlin, UTC or +01:00")));
    };
    let mut config = oups_datafusion::session_config().with_target_partitions(threads).with_information_schema(true);
    let options = config.options_mut();
    options.execution.time_zone = Some(zone.clone());
    let mut of_oups = OupsOptions::default();
    of_oups.time_zone = clock;
    options.extensions.insert(of_oups);
    let of_thread = memory / threads as u64;
    let rows = usize::try_from(of_thread / OF_ROW).unwrap_or(usize::MAX);
    options.execution.batch_size = ConfigNonZeroUsize::try_new(rows.clamp(256, options.execution.batch_size.get()))?;
    // Each sort reserves some memory for the merge of its files.
    let merging = usize::try_from(of_thread / 8).unwrap_or(usize::MAX);
    options.execution.sort_spill_reservation_bytes = merging.min(options.execution.sort_spill_reservation_bytes);
    // Errors need the places of names.
    options.sql_parser.collect_spans = true;
    Ok(config)
}

fn processors() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get)
}
