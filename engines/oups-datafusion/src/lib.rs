//! Stores of oups as tables of [DataFusion](datafusion): SQL over all datasets of a store, or over one.
//!
//! ```
//! # use std::sync::Arc;
//! # use oups::{AnyKey, KeySchema, Separator, Store, arrow::{array::{Int64Array, RecordBatch}, datatypes::*}};
//! # let folder = tempfile::tempdir()?;
//! # let store = Store::create_for(folder.path().join("s"), KeySchema::parse("city:str", Separator::Dash)?)?;
//! # let schema = Schema::new(vec![Field::new("hour", DataType::Int64, false)]);
//! # let rows = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(vec![1, 2, 3]))])?;
//! # store.dataset(&store.parse_key("oslo")?)?.write(rows).ordered_on("hour").commit()?;
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let ctx = oups_datafusion::session();
//! oups_datafusion::attach(&ctx, "store", &store)?;
//! let rows = oups_datafusion::sql(&ctx, "select city, max(hour) from store group by city").await?.collect().await?;
//! assert_eq!(rows[0].num_rows(), 1);
//! # Ok::<(), datafusion::common::DataFusionError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attached;
mod catalog;
mod columns;
mod error;
mod functions;
mod groups;
mod insert;
mod insert_statement;
mod keys;
mod moment;
mod options;
mod pinned;
mod prune;
mod pushdown;
mod reader;
mod renaming;
mod rules;
mod scan;
mod session;
mod statement;
mod statistics;
mod table;
mod value;
mod zone;
mod zoned;

pub use attached::Attach;
pub use error::error_of;
pub use functions::register_functions;
pub use insert::{Halt, done_in_part, writes_store};
pub use insert_statement::plan;
pub use moment::{execute, moment, sql};
pub use options::{NotAWait, OupsOptions, Wait};
pub use session::{attach, attach_with, session, session_config};
pub use table::{DatasetTable, StoreTable};
pub use zone::{NotAZone, Zone};
