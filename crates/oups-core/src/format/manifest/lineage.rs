//! The commit that made a version, its time, and the commits before it: `oups.at` and `oups.lineage`.

use std::sync::Arc;

use crate::paths;

/// How many commits a lineage remembers, the newest included.
const REMEMBERED: usize = 64;

/// The kind of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommitKind {
    /// Rows were written.
    Write,
    /// Rows were deleted.
    Delete,
    /// The same rows were put into other row groups.
    Rewrite,
    /// Settings were changed.
    Settings,
    /// Metadata was changed.
    Meta,
    /// A repair kept the intact row groups.
    Repair,
    /// Unsynced rows were made durable.
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

/// The time and the draw of a version's commit, and the last commits up to it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Lineage {
    /// Milliseconds since 1970.
    at: u64,
    draw: u64,
    /// The stored JSON array of commits. It is parsed only when the manifest is read, and by the next commit. Empty if
    /// the manifest has no lineage, or one that is out of date.
    text: Arc<str>,
}

/// One commit: number, draw, kind, token, group. Nothing sets the last two yet; they are carried along for later
/// programs.
type Remembered<'t> = (u64, &'t str, &'t str, Option<String>, Option<String>);

impl Lineage {
    /// The lineage of a version with this commit number, from its manifest; `None` if it is not as the format says. If
    /// the manifest has none, a program wrote it that did not know lineages, and `draw` is used.
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
            // A program that does not know lineages has committed since, and has carried this one along.
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
        // A clock may be set back, but the times of commits must ascend.
        Self { at: now.max(self.at.saturating_add(1)), draw, text: text.into() }
    }

    pub(super) fn draw(&self) -> u64 {
        self.draw
    }

    /// The values of `oups.at` and `oups.lineage` for the manifest; `None` if they are left out.
    pub(super) fn texts(&self) -> Option<(String, &str)> {
        (!self.text.is_empty()).then(|| (self.at.to_string(), &*self.text))
    }

    /// The bytes that it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }
}
