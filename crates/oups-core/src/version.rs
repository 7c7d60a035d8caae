//! Versions of a dataset: the number of a commit, and the commit's draw.

use std::fmt;
use std::str::FromStr;

use crate::paths;

/// One version of a dataset. Two versions are equal only if the same commit made them.
///
/// The commit number alone does not identify a version: a dataset that is removed and made again counts from 1 again,
/// and after a power loss has undone a commit, the next commit has the same number. So a version also holds the 64
/// random bits that its commit drew. Its text is like `18-9f6d2c07a4b1e83d`; that of [`ABSENT`](Self::ABSENT) is `0`.
///
/// ```
/// use oups_core::{Expected, Version};
///
/// let version: Version = "18-9f6d2c07a4b1e83d".parse()?;
/// assert_eq!(version.commit(), 18);
/// assert!(Expected::from(18).is(version) && !Expected::from(Version::ABSENT).is(version));
/// # Ok::<(), oups_core::NotAVersion>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version {
    commit: u64,
    draw: u64,
}

impl Version {
    /// The version of a dataset that does not exist.
    pub const ABSENT: Self = Self { commit: 0, draw: 0 };

    pub(crate) fn new(commit: u64, draw: u64) -> Self {
        Self { commit, draw }
    }

    /// The commit number, from 1; 0 for [`ABSENT`](Self::ABSENT).
    pub fn commit(self) -> u64 {
        self.commit
    }

    /// The commit's draw as 16 hexadecimal digits; `None` for [`ABSENT`](Self::ABSENT).
    pub fn draw(self) -> Option<String> {
        (self != Self::ABSENT).then(|| paths::draw_text(self.draw))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.draw() {
            Some(draw) => write!(f, "{}-{draw}", self.commit),
            None => f.write_str("0"),
        }
    }
}

/// A text that is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version; expected {expected}")]
pub struct NotAVersion {
    text: String,
    expected: &'static str,
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let wrong = || NotAVersion {
            text: text.to_owned(),
            expected: "a commit and its draw, such as 18-9f6d2c07a4b1e83d, or 0 for no dataset",
        };
        if text == "0" {
            return Ok(Self::ABSENT);
        }
        let (commit, draw) = text.split_once('-').ok_or_else(wrong)?;
        let commit = number(commit).filter(|commit| *commit > 0).ok_or_else(wrong)?;
        Ok(Self { commit, draw: paths::draw_of_text(draw).ok_or_else(wrong)? })
    }
}

/// The version that a change expects: a [`Version`], or a commit number alone.
///
/// A number alone also accepts a dataset that was removed and made again up to this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected(Which);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Commit(u64),
    Version(Version),
}

impl Expected {
    /// Whether this is the expected version.
    pub fn is(&self, found: Version) -> bool {
        match self.0 {
            Which::Commit(commit) => commit == found.commit,
            Which::Version(version) => version == found,
        }
    }

    /// The text of the found version in the form of the expected one: a number, or a whole version.
    pub(crate) fn told_alike(&self, found: Version) -> String {
        match self.0 {
            Which::Commit(_) => found.commit.to_string(),
            Which::Version(_) => found.to_string(),
        }
    }
}

impl From<u64> for Expected {
    fn from(commit: u64) -> Self {
        Self(Which::Commit(commit))
    }
}

impl From<Version> for Expected {
    fn from(version: Version) -> Self {
        Self(Which::Version(version))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Which::Commit(commit) => commit.fmt(f),
            Which::Version(version) => version.fmt(f),
        }
    }
}

impl FromStr for Expected {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        if let Some(commit) = number(text) {
            return Ok(commit.into());
        }
        let expected = "the number of a commit, such as 18, or the whole version, such as 18-9f6d2c07a4b1e83d";
        text.parse::<Version>().map(Self::from).map_err(|error| NotAVersion { expected, ..error })
    }
}

/// A decimal number without sign and leading zeros, so that each has one text.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_reads_as_it_is_shown() {
        for version in [Version::ABSENT, Version::new(1, 0), Version::new(18, 0x9f6d_2c07_a4b1_e83d)] {
            assert_eq!(version.to_string().parse(), Ok(version));
            assert_eq!(version.to_string().parse::<Expected>().map(|expected| expected.is(version)), Ok(true));
        }
        assert_eq!(Version::new(18, 0x9f6d_2c07_a4b1_e83d).to_string(), "18-9f6d2c07a4b1e83d");
        assert_eq!(Version::ABSENT.to_string(), "0");
    }

    #[test]
    fn what_is_not_a_version_is_refused() {
        for wrong in
            ["", "-", "18", "18-", "18-9f6d", "018-9f6d2c07a4b1e83d", "+1-9f6d2c07a4b1e83d", "0-0000000000000000"]
        {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
        for wrong in ["", "x", "-1", "01", "18-", "18-9F6D2C07A4B1E83D", "18-9f6d2c07a4b1e83d "] {
            let error = wrong.parse::<Expected>().unwrap_err().to_string();
            assert!(error.contains("such as 18, or the whole version"), "{error}");
        }
    }

    #[test]
    fn a_number_expects_any_version_of_that_number_and_a_version_expects_itself() {
        let (one, other) = (Version::new(1, 7), Version::new(1, 8));
        assert!(Expected::from(1).is(one) && Expected::from(1).is(other));
        assert!(Expected::from(one).is(one) && !Expected::from(one).is(other));
        assert!(Expected::from(0).is(Version::ABSENT) && Expected::from(Version::ABSENT).is(Version::ABSENT));
    }
}
