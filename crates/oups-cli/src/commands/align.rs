//! stub
use crate::args::Align;
use crate::stdout::Stdout;
pub(crate) fn run(_args: Align, _out: &mut Stdout) -> anyhow::Result<()> {
    Ok(())
}
