//! Sessions of all sorts, in none of which an answer may be another one.

use datafusion::prelude::{SessionConfig, SessionContext};
use oups_datafusion::Attach;

use super::run::Session;
use super::store::Stores;

/// The session that suits stores.
pub(super) fn ours(stores: &Stores) -> Session {
    Session { name: "in our session".to_owned(), context: attached(oups_datafusion::session(), stores) }
}

/// Sessions without our settings: files are cut at byte offsets, batches are small, joins sort, pages are not looked at.
pub(super) fn others(stores: &Stores) -> Vec<Session> {
    let plain = |partitions| SessionConfig::new().with_target_partitions(partitions).with_repartition_file_scans(true);
    let mut cut = plain(2);
    cut.options_mut().optimizer.repartition_file_min_size = 0;
    cut.options_mut().optimizer.prefer_hash_join = false;
    cut.options_mut().optimizer.enable_dynamic_filter_pushdown = false;
    let mut fine = plain(8).with_batch_size(7);
    fine.options_mut().optimizer.repartition_file_min_size = 0;
    fine.options_mut().execution.parquet.pruning = false;
    fine.options_mut().execution.parquet.enable_page_index = false;
    fine.options_mut().execution.collect_statistics = false;
    let sessions = [
        ("with one partition", plain(1)),
        ("with files cut in two and joins that sort", cut),
        ("with eight partitions of small batches", fine),
    ];
    let session = |(name, mut config): (&str, SessionConfig)| {
        config.options_mut().execution.parquet.pushdown_filters = false;
        let context = SessionContext::new_with_config(config);
        Session { name: name.to_owned(), context: attached(context, stores) }
    };
    sessions.into_iter().map(session).collect()
}

/// Attaches both stores to a context.
fn attached(context: SessionContext, stores: &Stores) -> SessionContext {
    for attached in &stores.attached {
        let options = Attach::default().ordered_keys(attached.ordered_keys);
        oups_datafusion::attach_with(&context, attached.name, &attached.store, options).unwrap();
    }
    context
}
