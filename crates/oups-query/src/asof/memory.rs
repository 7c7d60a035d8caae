//! Remembers the right rows that were read and may still be matches.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use oups_core::ordered::OrdValue;

use super::Direction;
use super::pool::RowRef;

/// A right row, and its ordered value if that is a number of units; 0 otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) row: RowRef,
    pub(super) at: i64,
}

/// The right rows that may be the match of a left row to come.
#[derive(Debug)]
pub(super) enum Memory {
    /// Backward: the last row, and the largest value that was read.
    Last { seen: Option<Seen>, value: Option<OrdValue> },
    /// Backward, by group: the last row of each group.
    LastOf(HashMap<Box<[u8]>, Seen>),
    /// Forward: no row, because the match is the next row that is read.
    Next,
    /// Forward, by group: the rows ahead, within the tolerance.
    Ahead(Ahead),
}

/// The rows ahead, in order and by group.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    order: VecDeque<(i64, Arc<[u8]>)>,
    groups: HashMap<Arc<[u8]>, VecDeque<Seen>>,
}

impl Memory {
    pub(super) fn new(direction: Direction, has_groups: bool) -> Self {
        match (direction, has_groups) {
            (Direction::Backward, false) => Self::Last { seen: None, value: None },
            (Direction::Backward, true) => Self::LastOf(HashMap::new()),
            (Direction::Forward, false) => Self::Next,
            (Direction::Forward, true) => Self::Ahead(Ahead::default()),
        }
    }

    /// Remembers rows, which must come in order.
    pub(super) fn remember<'a>(&mut self, mut rows: impl DoubleEndedIterator<Item = (Option<&'a [u8]>, Seen)>) {
        match self {
            Self::Last { seen, .. } => {
                if let Some((_, last)) = rows.next_back() {
                    *seen = Some(last);
                }
            }
            Self::LastOf(groups) => {
                for (group, seen) in rows {
                    let group = group.unwrap_or_default();
                    match groups.get_mut(group) {
                        Some(last) => *last = seen,
                        None => _ = groups.insert(group.into(), seen),
                    }
                }
            }
            Self::Next => {}
            Self::Ahead(ahead) => rows.for_each(|(group, seen)| ahead.push(group.unwrap_or_default(), seen)),
        }
    }

    /// Forgets rows ahead that no left row from this value on can match.
    pub(super) fn forget_before(&mut self, value: &OrdValue, strict: bool) {
        if let (Self::Ahead(ahead), OrdValue::I64(value)) = (self, value) {
            ahead.forget_before(*value, strict);
        }
    }

    /// The match of a left row of the group. `next` is the first right row that is not passed.
    pub(super) fn find(&self, group: Option<&[u8]>, next: Option<Seen>) -> Option<Seen> {
        match self {
            Self::Last { seen, .. } => *seen,
            Self::LastOf(groups) => groups.get(group?).copied(),
            Self::Next => next,
            Self::Ahead(ahead) => ahead.groups.get(group?)?.front().copied(),
        }
    }

    /// Whether only the last row can be a match, so that earlier rows need not be read.
    pub(super) fn is_last_only(&self) -> bool {
        matches!(self, Self::Last { .. })
    }

    /// The largest value that was read, if only the last row can be a match.
    pub(super) fn last_value(&self) -> Option<&OrdValue> {
        match self {
            Self::Last { value, .. } => value.as_ref(),
            _ => None,
        }
    }

    pub(super) fn set_last_value(&mut self, last: OrdValue) {
        if let Self::Last { value, .. } = self {
            *value = Some(last);
        }
    }

    /// The number of rows that are remembered.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Last { seen, .. } => usize::from(seen.is_some()),
            Self::LastOf(groups) => groups.len(),
            Self::Next => 0,
            Self::Ahead(ahead) => ahead.order.len(),
        }
    }

    /// The rows that are remembered.
    pub(super) fn rows(&mut self) -> Box<dyn Iterator<Item = &mut RowRef> + '_> {
        match self {
            Self::Last { seen, .. } => Box::new(seen.iter_mut().map(|seen| &mut seen.row)),
            Self::LastOf(groups) => Box::new(groups.values_mut().map(|seen| &mut seen.row)),
            Self::Next => Box::new(std::iter::empty()),
            Self::Ahead(ahead) => Box::new(ahead.groups.values_mut().flatten().map(|seen| &mut seen.row)),
        }
    }
}

impl Ahead {
    fn push(&mut self, group: &[u8], seen: Seen) {
        let group = match self.groups.get_key_value(group) {
            Some((group, _)) => group.clone(),
            None => group.into(),
        };
        self.order.push_back((seen.at, group.clone()));
        self.groups.entry(group).or_default().push_back(seen);
    }

    /// Both the order and each group ascend, so that the front row of the order is the front row of its group.
    fn forget_before(&mut self, value: i64, strict: bool) {
        while let Some((at, group)) = self.order.front()
            && (*at < value || strict && *at == value)
        {
            if let Some(rows) = self.groups.get_mut(group) {
                rows.pop_front();
                if rows.is_empty() {
                    self.groups.remove(group);
                }
            }
            self.order.pop_front();
        }
    }
}
