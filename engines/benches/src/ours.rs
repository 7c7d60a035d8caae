//! Statements by the engine in this process.

use anyhow::Result;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, Store};
use tokio::runtime::{Builder, Runtime};

use crate::time::Timed;

pub(crate) struct Ours {
    ctx: SessionContext,
    runtime: Runtime,
}

impl Ours {
    pub(crate) fn attach(store: &Store<AnyKey>, threads: usize) -> Result<Self> {
        let config = oups_datafusion::session_config().with_target_partitions(threads);
        let ctx = SessionContext::new_with_config(config);
        oups_datafusion::attach(&ctx, "store", store)?;
        let runtime =
            Builder::new_multi_thread().worker_threads(threads).thread_stack_size(16 << 20).enable_time().build()?;
        Ok(Self { ctx, runtime })
    }

    /// Runs statements one after another; their rows are in memory at the end of each.
    pub(crate) fn run(&self, statements: &[String]) -> Result<Timed> {
        Timed::of(|| {
            let mut rows = 0;
            for statement in statements {
                let batches = self.runtime.block_on(async {
                    let frame = oups_datafusion::sql(&self.ctx, statement).await?;
                    frame.collect().await
                })?;
                rows += batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>();
            }
            Ok(rows)
        })
    }

    /// Plans a statement, and does not run it.
    pub(crate) fn plan(&self, statement: &str) -> Result<Timed> {
        Timed::of(|| {
            self.runtime.block_on(async {
                let frame = oups_datafusion::sql(&self.ctx, statement).await?;
                frame.create_physical_plan().await
            })?;
            Ok(0)
        })
    }
}
