//! `oups export`: copies datasets consistently into a new store.

use anyhow::{Result, bail};
use indicatif::HumanBytes;
use serde_json::json;

use super::print_json;
use crate::args::Export;
use crate::explain::{moment, places};
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;
use crate::{interrupt, store};

pub(crate) fn run(args: Export, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let filter = places::filter(&store, &args.filter)?;
    if !args.filter.is_empty() && store.keys(filter.clone())?.is_empty() {
        bail!("no dataset matches");
    }
    let progress = Progress::new();
    interrupt::stopping("what is unfinished stays under the name of an incomplete copy, and may be deleted");
    let bar = progress.clone();
    let export = store.export(&args.dest, filter).together(moment::together(args.together.one_moment));
    let export = export.progress(move |at| {
        bar.follow(at);
        interrupt::goes_on()
    });
    let exported = export.run();
    progress.done();
    let done = exported?;
    moment::tell(done.moment);
    if args.json {
        return print_json(
            &json!({
                "store": args.dest.display().to_string(),
                "datasets": done.datasets,
                "row_groups": done.row_groups,
                "rows": done.rows,
                "bytes": done.bytes,
            }),
            out,
        );
    }
    let (datasets, rows) = (counted(done.datasets as u64, "dataset"), counted(done.rows, "row"));
    message(format_args!("exported {datasets}, {rows}, {} to {}", HumanBytes(done.bytes), args.dest.display()));
    Ok(())
}
