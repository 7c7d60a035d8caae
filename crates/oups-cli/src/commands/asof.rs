//! `oups asof`: joins each row of one dataset with the rows of others that were in force at its time.

use anyhow::Result;
use oups::{Direction, QueryStore};

use super::rows;
use crate::args::{AsOf, Side};
use crate::explain::moment;
use crate::store;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: AsOf, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let (left, _) = store::dataset(&store, &args.left)?;
    let direction = match args.direction {
        Side::Backward => Direction::Backward,
        Side::Forward => Direction::Forward,
    };
    let mut join = store.asof(&left).range(args.range.bounds()).by(args.by).direction(direction);
    for text in &args.rights {
        join = join.right(store::dataset(&store, text)?.0);
    }
    if let Some(tolerance) = args.tolerance {
        join = join.tolerance(tolerance);
    }
    if let Some(condition) = args.condition {
        join = join.matching(condition);
    }
    if args.strict {
        join = join.strict();
    }
    if let Some(columns) = args.columns {
        join = join.columns(columns);
    }
    if let Some(columns) = args.right_columns {
        join = join.right_columns(columns);
    }
    if let Some(timeout) = args.together.one_moment {
        join = join.at_one_moment(timeout);
    }
    let rows = join.batches()?;
    moment::tell(rows.moment());
    rows::show(rows, &args.to, out)
}
