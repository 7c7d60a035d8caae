//! JSON lines as input: one object per line.

mod builder;
mod objects;
mod rows;
mod seen;
mod tokens;

use super::content::Content;
use super::wrong::Wrong;
use crate::terminal::progress::Progress;

pub(super) use rows::Rows;
pub(super) use seen::seen;

/// The line of each row.
pub(super) fn lines(content: &Content) -> Result<impl Iterator<Item = u64>, Wrong> {
    let mut objects = objects::Objects::open(content, &Progress::hidden())?;
    Ok(std::iter::from_fn(move || objects.next().ok().flatten().map(|(line, ..)| line)))
}
