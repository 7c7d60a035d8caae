//! The merged stream cut into pieces, one for each row group file.

use std::sync::Arc;

use crate::Result;
use crate::ordered::OrdKeys;
use crate::schema::DatasetSchema;

use super::origin::Merged;

/// Rows of a piece, or its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// The next rows of the piece; never none.
    Rows(Merged),
    /// The piece is complete; it has at least one row.
    End,
}

/// Cuts a stream of rows into pieces.
///
/// `cut` is asked about rows that come next: given their ordered values and the number of rows that the current piece
/// already has, it answers how many of them still belong to the piece: `None` is all, with more to come. After
/// `Some(n)` the piece ends, unless it has no rows at all; it is asked again for the rows that are left. So a piece
/// that is to have exactly `target` rows is
///
/// ```
/// # use oups_core::ordered::OrdKeys;
/// let target = 1000;
/// let cut = |keys: &OrdKeys, rows: u64| (rows + keys.len() as u64 >= target).then(|| (target - rows) as usize);
/// ```
pub fn pieces<I, C>(schema: &Arc<DatasetSchema>, rows: I, cut: C) -> Pieces<I, C>
where
    I: Iterator<Item = Result<Merged>>,
    C: FnMut(&OrdKeys, u64) -> Option<usize>,
{
    Pieces {
        schema: schema.clone(),
        rows,
        cut,
        held: None,
        piece_rows: 0,
        end: false,
    }
}

/// The iterator of [`pieces`].
pub struct Pieces<I, C> {
    schema: Arc<DatasetSchema>,
    rows: I,
    cut: C,
    held: Option<(Merged, OrdKeys)>,
    piece_rows: u64,
    /// The piece ends before anything else comes.
    end: bool,
}

impl<I, C> std::fmt::Debug for Pieces<I, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces")
            .field("piece_rows", &self.piece_rows)
            .finish_non_exhaustive()
    }
}

impl<I, C> Pieces<I, C>
where
    I: Iterator<Item = Result<Merged>>,
    C: FnMut(&OrdKeys, u64) -> Option<usize>,
{
    fn advance(&mut self) -> Result<Option<Piece>> {
        loop {
            if std::mem::take(&mut self.end) && self.piece_rows > 0 {
                self.piece_rows = 0;
                return Ok(Some(Piece::End));
            }
            let Some((rows, keys)) = self.take()? else {
                let has_rows = std::mem::take(&mut self.piece_rows) > 0;
                return Ok(has_rows.then_some(Piece::End));
            };
            let asked = (self.cut)(&keys, self.piece_rows);
            self.end = asked.is_some();
            // A cut that takes nothing into an empty piece would go on for ever: it takes a row.
            let least = usize::from(self.piece_rows == 0);
            let taken = asked.unwrap_or(keys.len()).clamp(least, keys.len());
            if taken < keys.len() {
                let left = keys.len() - taken;
                self.held = Some((rows.slice(taken, left), keys.slice(taken, left)));
            }
            self.piece_rows += taken as u64;
            if taken > 0 {
                return Ok(Some(Piece::Rows(rows.slice(0, taken))));
            }
        }
    }

    fn take(&mut self) -> Result<Option<(Merged, OrdKeys)>> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        for rows in self.rows.by_ref() {
            let rows = rows?;
            if rows.num_rows() > 0 {
                let keys = self
                    .schema
                    .keys(&rows.batch)
                    .map_err(|error| self.schema.arrow_error(error))?;
                return Ok(Some((rows, keys)));
            }
        }
        Ok(None)
    }
}

impl<I, C> Iterator for Pieces<I, C>
where
    I: Iterator<Item = Result<Merged>>,
    C: FnMut(&OrdKeys, u64) -> Option<usize>,
{
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}
