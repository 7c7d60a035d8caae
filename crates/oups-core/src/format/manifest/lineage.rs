//! When and by which commit a version came to be, and the commits before it: `oups.at` and `oups.lineage`.

use std::sync::Arc;

use crate::paths;

/// So many commits are remembered, the newest among them.
const REMEMBERED: usize = 64;

/// What kind of commit made a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommitKind {
    /// Rows were written.
    Write,
    /// Rows were deleted.
    Delete,
    /// The same rows in other row groups.
    Rewrite,
    /// Settings were changed.
    Settings,
    /// Metadata was changed.
    Meta,
    /// What is intact was kept.
    Repair,
    /// What was there was made durable.
    Sync,
}

impl CommitKind {
    fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Rewrite => "rewrite",
            Self::Settings => "settings",
            Self::Meta => "meta",
            Self::Repair => "repair",
            Self::Sync => "sync",
        }
    }
}

/// When a version was committed, by which draw, and the last commits up to it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Lineage {
    /// Milliseconds since 1970.
    at: u64,
    draw: u64,
    /// The JSON array as it is stored. It is read once, when the manifest is, and otherwise only by the next commit. Empty
    /// for a manifest that tells nothing.
    text: Arc<str>,
}

/// One commit: number, draw, kind, token, group. The last two are for commits to come, and carried along.
type Remembered<'t> = (u64, &'t str, &'t str, Option<String>, Option<String>);

impl Lineage {
    /// Of a version of this commit, as its manifest tells; `None` if that is not as the format says. A manifest that tells
    /// nothing was written by a program that did not know of it: then `draw` is taken.
    pub(super) fn read(at: Option<&str>, text: Option<&str>, commit: u64, draw: u64) -> Option<Self> {
        let (at, text) = match (at, text) {
            (None, None) => return Some(Self { draw, ..Self::default() }),
            (at, text) => (at?.parse().ok()?, text?),
        };
        let commits: Vec<Remembered<'_>> = serde_json::from_str(text).ok()?;
        let ascend = commits.iter().zip(commits.iter().skip(1)).all(|(one, next)| one.0 < next.0);
        let draws = commits.iter().map(|commit| paths::draw_of_text(commit.1)).collect::<Option<Vec<_>>>()?;
        let (newest, newest_draw) = (commits.last()?, *draws.last()?);
        if !ascend || commits.len() > REMEMBERED || newest.0 > commit {
            return None;
        }
        if newest.0 < commit {
            // An older program has written since, and has carried along what it did not understand.
            return Some(Self { at, draw, text: "".into() });
        }
        Some(Self { at, draw: newest_draw, text: text.into() })
    }

    /// The lineage of the next version.
    pub(crate) fn next(&self, commit: u64, draw: u64, kind: CommitKind, now: u64) -> Self {
        let mut commits: Vec<Remembered<'_>> = serde_json::from_str(&self.text).unwrap_or_default();
        let drawn = paths::draw_text(draw);
        commits.push((commit, &drawn, kind.name(), None, None));
        commits.drain(..commits.len().saturating_sub(REMEMBERED));
        let text = serde_json::to_string(&commits).unwrap_or_default();
        // A clock may be put back; the order of the times is that of the commits all the same.
        Self { at: now.max(self.at.saturating_add(1)), draw, text: text.into() }
    }

    pub(super) fn draw(&self) -> u64 {
        self.draw
    }

    /// What the manifest holds: `oups.at`, `oups.lineage`; `None` if it tells nothing.
    pub(super) fn texts(&self) -> Option<(String, &str)> {
        (!self.text.is_empty()).then(|| (self.at.to_string(), &*self.text))
    }

    /// How much is held in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }
}
