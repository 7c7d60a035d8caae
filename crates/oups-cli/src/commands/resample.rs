//! `oups resample`: makes one row of the rows of each period.

use anyhow::Result;
use oups::QueryStore;

use super::rows;
use crate::args::Resample;
use crate::explain::moment;
use crate::store;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Resample, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let keys = store::keys(&store, &args.keys)?;
    let mut query = store.query(&keys).range(args.range.bounds());
    if let Some(condition) = args.condition {
        query = query.matching(condition);
    }
    if !args.key_fields.are_shown(keys.len()) {
        query = query.without_keys();
    }
    if let Some(timeout) = args.together.one_moment {
        query = query.at_one_moment(timeout);
    }
    let mut resample = query.resample(args.period);
    for of in args.aggregates {
        resample = resample.aggregate(&of.column, of.aggregates);
    }
    if let Some(fill) = args.fill {
        resample = resample.fill(fill.into());
    }
    let rows = resample.batches()?;
    moment::tell(rows.moment());
    rows::show(rows, &args.to, out)
}
