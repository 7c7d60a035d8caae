//! Merging the rows of a merge region, and cutting the result.

use super::{Keep, Sizing, compare};
use crate::table::{Cell, Row};

/// Existing rows, then new ones, stably sorted; of rows with the same key, one stays at its own place.
///
/// `key` holds the columns of the key; none: duplicates stay.
#[must_use]
pub fn merge(existing: Vec<Row>, new: Vec<Row>, ordered: usize, key: Option<&[usize]>, keep: Keep) -> Vec<Row> {
    let mut rows = existing;
    rows.extend(new);
    rows.sort_by(|left, right| compare(&left[ordered], &right[ordered]));
    let Some(key) = key else { return rows };
    let key_of = |row: &Row| key.iter().map(|&at| row[at].clone()).collect::<Vec<Cell>>();
    let stays = |at: usize| {
        let same = |other: &Row| key_of(other) == key_of(&rows[at]);
        match keep {
            Keep::Last => !rows[at + 1..].iter().any(same),
            Keep::First => !rows[..at].iter().any(same),
        }
    };
    (0..rows.len())
        .filter(|&at| stays(at))
        .map(|at| rows[at].clone())
        .collect()
}

/// Cuts rows every so many, or where a new period starts.
pub(super) fn cut(rows: &[Row], ordered: usize, sizing: Sizing) -> Vec<Vec<Row>> {
    match sizing {
        Sizing::Rows(target) => rows.chunks(target).map(<[Row]>::to_vec).collect(),
        Sizing::Period(period) => {
            let same = |left: &Row, right: &Row| period.of(&left[ordered]) == period.of(&right[ordered]);
            rows.chunk_by(same).map(<[Row]>::to_vec).collect()
        }
    }
}
