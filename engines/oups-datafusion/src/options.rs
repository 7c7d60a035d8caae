//! The settings `oups.…` of a session.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use datafusion::catalog::Session;
use datafusion::common::config::{ConfigExtension, ConfigOptions, default_config_transform};
use datafusion::common::{config_field, extensions_options};
use datafusion::prelude::SessionContext;
use oups::Together;

use crate::zone::Zone;

extensions_options! {
    /// The settings `oups.…` of a session: `set oups.pushdown_filters = false`.
    pub struct OupsOptions {
        /// Up to how many datasets a scan keeps apart, so that their rows are merged in the order of the ordered column. Unset: as the store was attached, with 64 by default.
        pub ordered_keys: Option<usize>, default = None
        /// Whether conditions are evaluated while files are decoded, so that of other columns only pages with wanted rows are.
        pub pushdown_filters: bool, default = true
        /// How long one moment of all datasets of a statement is looked for, such as 5s; the statement fails if there was none. Unset: for 200ms, after which each dataset is read as of a moment of its own.
        pub one_moment: Option<Wait>, default = None
        /// The column that datasets are ordered on which an insert makes. Unset: the one that all others of the store are ordered on.
        pub ordered_on: Option<String>, default = None
        /// The zone of times without an offset in the text of a statement, beside columns with a zone.
        pub time_zone: Zone, default = Zone::default()
    }
}

impl ConfigExtension for OupsOptions {
    const PREFIX: &'static str = "oups";
}

impl OupsOptions {
    /// The settings of a session; the defaults if it has none.
    pub(crate) fn of(state: &dyn Session) -> Self {
        Self::among(state.config_options())
    }

    /// These among all settings; the defaults if they are not there.
    pub(crate) fn among(settings: &ConfigOptions) -> Self {
        settings.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// How far the datasets of a statement are to be of one moment.
    pub(crate) fn together(&self) -> Together {
        self.one_moment.as_ref().map_or_else(Together::default, |wait| Together::Demanded(wait.0))
    }
}

/// Makes a context know these settings, if it does not yet.
pub(crate) fn ensure(ctx: &SessionContext) {
    let state = ctx.state_ref();
    let mut state = state.write();
    let extensions = &mut state.config_mut().options_mut().extensions;
    if extensions.get::<OupsOptions>().is_none() {
        extensions.insert(OupsOptions::default());
    }
}

/// A time to wait, written as `500ms`, `10s`, `2min` or `1h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// A text is not a time to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAWait(String);

impl fmt::Display for NotAWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a time such as 500ms, 10s, 2min or 1h", self.0)
    }
}

impl std::error::Error for NotAWait {}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis if millis % 1000 == 0 => write!(f, "{}s", millis / 1000),
            millis => write!(f, "{millis}ms"),
        }
    }
}

impl FromStr for Wait {
    type Err = NotAWait;

    fn from_str(text: &str) -> Result<Self, NotAWait> {
        let wrong = || NotAWait(text.to_owned());
        let (number, unit) = text.split_at(text.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.')).count());
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let seconds = match unit.trim() {
            "ms" => number / 1000.0,
            "s" => number,
            "min" | "m" => number * 60.0,
            "h" => number * 3600.0,
            _ => return Err(wrong()),
        };
        Duration::try_from_secs_f64(seconds).map(Self).map_err(|_| wrong())
    }
}

config_field!(Wait, value => default_config_transform(value)?);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_unit_and_are_shown_as_they_are_written() {
        for (text, millis) in [("500ms", 500), ("10s", 10_000), ("1.5s", 1500), ("2 min", 120_000), ("1h", 3_600_000)] {
            let wait: Wait = text.parse().unwrap();
            assert_eq!(wait.0, Duration::from_millis(millis));
            assert_eq!(wait.to_string().parse(), Ok(wait));
        }
        for wrong in ["", "5", "s", "-1s", "1.2.3s", "99999999999999999999h", "1d"] {
            assert!(wrong.parse::<Wait>().is_err(), "{wrong:?}");
        }
    }
}
