//! `oups delete`: deletes the rows of a range.

use anyhow::{Result, bail};

use super::{write, written};
use crate::args::Delete;
use crate::args::usage::Usage;
use crate::store;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Delete, out: &mut Stdout) -> Result<()> {
    if args.range.start.is_none() && args.range.end.is_none() && !args.all {
        bail!(Usage("which rows? Give --start, --end or both, or --all for all of them".to_owned()));
    }
    let store = store::store(&args.store)?;
    let (key, dataset) = store::dataset(&store, &args.key)?;
    let mut delete = write::on_terms(dataset.delete(args.range.bounds()), args.terms);
    if let Some(version) = args.if_version {
        delete = delete.if_version(version);
    }
    if args.dry_run {
        return written::tell_plan(&key.to_string(), &delete.plan()?, args.json, out);
    }
    written::tell(&key.to_string(), &delete.commit()?, args.json, out)
}
