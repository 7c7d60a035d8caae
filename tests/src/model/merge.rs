//! Merging the rows of a merge region, and cutting the result.

use super::{Keep, Refused, Sizing, compare};
use crate::table::{Cell, Row};

/// Existing rows, then new ones, stably sorted. One of the rows with the same key stays, at its own place. Without new
/// rows nothing is merged, and every existing row stays.
///
/// `key` holds the columns of the key. `None`: duplicates stay.
///
/// # Errors
///
/// If `keep` refuses duplicates, and a new row is one.
pub fn merge(
    existing: Vec<Row>,
    new: Vec<Row>,
    ordered: usize,
    key: Option<&[usize]>,
    keep: Keep,
) -> Result<Vec<Row>, Refused> {
    let mut rows: Vec<(bool, Row)> = existing.into_iter().map(|row| (false, row)).collect();
    rows.extend(new.into_iter().map(|row| (true, row)));
    rows.sort_by(|(_, left), (_, right)| compare(&left[ordered], &right[ordered]));
    let Some(key) = key.filter(|_| rows.iter().any(|(is_new, _)| *is_new)) else {
        return Ok(rows.into_iter().map(|(_, row)| row).collect());
    };
    let key_of = |row: &Row| key.iter().map(|&at| row[at].clone()).collect::<Vec<Cell>>();
    let mut result = Vec::new();
    for (at, (is_new, row)) in rows.iter().enumerate() {
        let same = |(_, other): &&(bool, Row)| key_of(other) == key_of(row);
        let (before, after) = (&rows[..at], &rows[at + 1..]);
        let has_before = before.iter().any(|other| same(&other));
        let has_after = after.iter().any(|other| same(&other));
        let takes_new = *is_new || before.iter().chain(after).filter(same).any(|(is_new, _)| *is_new);
        match keep {
            Keep::Last if has_after => {}
            Keep::First if has_before => {}
            Keep::Reject if takes_new && has_before => return Err(Refused("a duplicate")),
            Keep::Sum(_) if takes_new && has_after => {}
            Keep::Sum(column) if takes_new && has_before => {
                let all = before.iter().filter(same).map(|(_, row)| row).chain([row]);
                let numbers = all.filter_map(|row| if let Cell::Int(value) = row[column] { Some(value) } else { None });
                let sum = numbers.reduce(|left, right| left + right).map_or(Cell::Null, Cell::Int);
                let mut row = row.clone();
                row[column] = sum;
                result.push(row);
            }
            _ => result.push(row.clone()),
        }
    }
    Ok(result)
}

/// Cuts rows at each target number of rows, or at each start of a period.
pub(super) fn cut(rows: &[Row], ordered: usize, sizing: Sizing) -> Vec<Vec<Row>> {
    match sizing {
        Sizing::Rows(target) => rows.chunks(target).map(<[Row]>::to_vec).collect(),
        Sizing::Period(period) => {
            let same = |left: &Row, right: &Row| period.of(&left[ordered]) == period.of(&right[ordered]);
            rows.chunk_by(same).map(<[Row]>::to_vec).collect()
        }
    }
}
