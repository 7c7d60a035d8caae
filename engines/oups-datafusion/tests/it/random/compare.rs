//! Whether the rows that one engine gives are an answer, by all rows that another one gives.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::cell::{Cell, Row};
use super::kind::Kind;
use super::query::{By, Node, Query};

/// What is asked of an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// The kinds of its columns, where they are known.
    pub(super) kinds: Vec<Kind>,
    /// Behind the columns of the answer, all rows have so many by which it is ordered.
    pub(super) hidden: usize,
    pub(super) order: Vec<Key>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) at: Place,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Shown(usize),
    Hidden(usize),
}

impl Asked {
    pub(super) fn of(query: &Query) -> Self {
        let items = &query.body.first().items;
        let is_star = items.iter().any(|item| matches!(item.node, Node::Star));
        let kinds = if is_star { Vec::new() } else { items.iter().map(|item| item.kind).collect() };
        let mut hidden = 0;
        let key = |order: &super::query::Order| {
            let at = match order.by {
                By::Item(at) => Place::Shown(at),
                By::Hidden(_) => {
                    hidden += 1;
                    Place::Hidden(hidden - 1)
                }
            };
            Key { at, descending: order.descending, nulls_first: order.nulls_first }
        };
        let order = query.order.iter().map(key).collect();
        Self { kinds, hidden, order, limit: query.limit, offset: query.offset }
    }

    /// Whether rows are an answer. `all` are the rows without limit and in any order, with the hidden columns behind: of those
    /// that the order leaves equal, any may be where the answer has them.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub(super) fn check(&self, answer: &[Row], all: &[Row]) -> Result<(), String> {
        let mut all: Vec<&Row> = all.iter().collect();
        all.sort_by(|a, b| self.compare(a, b));
        let first = self.offset.min(all.len());
        let end = self.limit.map_or(all.len(), |limit| all.len().min(first + limit));
        if answer.len() != end - first {
            return Err(format!("{} rows instead of {}", answer.len(), end - first));
        }
        let mut start = 0;
        for equal in all.chunk_by(|a, b| self.compare(a, b) == Ordering::Equal) {
            let (from, to) = (start.max(first), (start + equal.len()).min(end));
            start += equal.len();
            if from < to {
                self.check_equal(&answer[from - first..to - first], equal)
                    .map_err(|row| format!("among rows {} to {} there is {row}", from - first, to - first - 1))?;
            }
        }
        Ok(())
    }

    /// Whether the rows are among these, each as often; the error is one that is not, and one that is not there.
    fn check_equal(&self, rows: &[Row], among: &[&Row]) -> Result<(), String> {
        let mut left: HashMap<String, Vec<Vec<f64>>> = HashMap::new();
        for row in among {
            let (exact, close) = self.parts(&row[..row.len() - self.hidden]);
            left.entry(exact).or_default().push(close);
        }
        for row in rows {
            let (exact, close) = self.parts(row);
            let same = left.get_mut(&exact).and_then(|left| {
                let at = left.iter().position(|other| close.iter().zip(other).all(|(a, b)| is_close(*a, *b)))?;
                Some(left.swap_remove(at))
            });
            if same.is_none() {
                let mut shown = among.iter().map(|row| &row[..row.len() - self.hidden]);
                let missing = shown.find(|row| !rows.iter().any(|other| self.parts(other).0 == self.parts(row).0));
                let missing = missing.map_or(String::new(), |row| format!(" and not {}", text(row)));
                return Err(format!("{}{missing}", text(row)));
            }
        }
        Ok(())
    }

    /// What of a row must be the same, and what may be a little different.
    fn parts(&self, row: &[Cell]) -> (String, Vec<f64>) {
        let (mut exact, mut close) = (String::new(), Vec::new());
        for (at, cell) in row.iter().enumerate() {
            match (self.kinds.get(at), cell) {
                (Some(Kind::Close), Cell::Float(value)) => close.push(*value),
                // Of equal zeros either may stand for a group, or be the least.
                (Some(Kind::Float), Cell::Float(0.0)) => exact += "0.0",
                _ => exact += &cell.to_string(),
            }
            exact.push('\t');
        }
        (exact, close)
    }

    fn compare(&self, a: &Row, b: &Row) -> Ordering {
        let compare = |key: &Key| {
            let at = match key.at {
                Place::Shown(at) => at,
                Place::Hidden(at) => a.len() - self.hidden + at,
            };
            match (&a[at], &b[at]) {
                (Cell::Null, Cell::Null) => Ordering::Equal,
                (Cell::Null, _) if key.nulls_first => Ordering::Less,
                (Cell::Null, _) => Ordering::Greater,
                (_, Cell::Null) if key.nulls_first => Ordering::Greater,
                (_, Cell::Null) => Ordering::Less,
                (a, b) if key.descending => b.order(a),
                (a, b) => a.order(b),
            }
        };
        self.order.iter().map(compare).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn is_close(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn text(row: &[Cell]) -> String {
    row.iter().map(Cell::to_string).collect::<Vec<_>>().join(", ")
}

/// The first rows, for people.
pub(super) fn shown(rows: &[Row]) -> String {
    const MOST: usize = 12;
    let mut lines: Vec<String> = rows.iter().take(MOST).map(|row| format!("    {}", text(row))).collect();
    if rows.len() > MOST {
        lines.push(format!("    and {} more", rows.len() - MOST));
    }
    lines.join("\n")
}

#[test]
fn an_answer_is_right_in_every_order_that_its_query_leaves_open() {
    let rows = |values: &[(i128, &str)]| -> Vec<Row> {
        values.iter().map(|(number, text)| vec![Cell::Int(*number), Cell::Text((*text).to_owned())]).collect()
    };
    let key = Key { at: Place::Shown(0), descending: true, nulls_first: false };
    let asked = Asked { order: vec![key], limit: Some(2), offset: 1, ..Asked::default() };
    let all = rows(&[(1, "d"), (2, "b"), (2, "c"), (3, "a")]);
    assert_eq!(asked.check(&rows(&[(2, "b"), (2, "c")]), &all), Ok(()));
    assert_eq!(asked.check(&rows(&[(2, "c"), (2, "b")]), &all), Ok(()));
    for wrong in [&[(2, "b"), (2, "b")][..], &[(2, "b"), (1, "d")], &[(2, "b")], &[(3, "a"), (2, "b")]] {
        assert!(asked.check(&rows(wrong), &all).is_err(), "{wrong:?}");
    }
}
