//! The mark: what the writer that holds the lock says of itself in the lock file.

use std::fmt;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};

/// The mark of a writer. See `docs/format.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pid: u32,
    host: String,
    since: DateTime<Utc>,
    /// The commit that the writer is making, once it is known.
    pub(crate) commit: Option<u64>,
}

impl Mark {
    pub(crate) fn of_this_process() -> Self {
        Self {
            pid: std::process::id(),
            host: gethostname::gethostname().to_string_lossy().replace(char::is_whitespace, "_"),
            since: SystemTime::now().into(),
            commit: None,
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let since = self.since.to_rfc3339_opts(SecondsFormat::Millis, true);
        let commit = self.commit.map(|commit| format!("commit {commit}\n")).unwrap_or_default();
        format!("oups writer\npid {}\nhost {}\nsince {since}\n{commit}", self.pid, self.host)
    }

    /// The mark of a lock file's text; `None` if the text is empty, torn or foreign.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split_inclusive('\n').map(|line| line.strip_suffix('\n'));
        let mut field = |name: &str| lines.next()??.strip_prefix(name);
        field("oups writer")?;
        Some(Self {
            pid: field("pid ")?.parse().ok()?,
            host: field("host ")?.to_owned(),
            since: DateTime::parse_from_rfc3339(field("since ")?).ok()?.to_utc(),
            commit: field("commit ").and_then(|commit| commit.parse().ok()),
        })
    }

    /// The writer: process and host.
    pub(crate) fn holder(&self) -> String {
        format!("process {} on {}", self.pid, self.host)
    }

    fn age(&self) -> Duration {
        (DateTime::<Utc>::from(SystemTime::now()) - self.since).to_std().unwrap_or_default()
    }
}

/// The text for the error of a writer whose wait timed out.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {:.1} s", self.holder(), self.age().as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_as_written() {
        let mut mark = Mark::of_this_process();
        let text = mark.to_text();
        assert_eq!(Mark::parse(&text).unwrap().to_text(), text);
        mark.commit = Some(7);
        let text = mark.to_text();
        assert_eq!(Mark::parse(&text).unwrap().commit, Some(7));
        assert_eq!(Mark::parse(&text[..text.len() - 1]).unwrap().commit, None, "a torn line means nothing");
        assert_eq!(Mark::parse(""), None);
        assert_eq!(Mark::parse("foreign\n"), None);
    }
}
