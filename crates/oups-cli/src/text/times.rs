//! What a user says of times.

use arrow::datatypes::TimeUnit;

/// How times are written, and where their clock stood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    /// A format of `strftime`; none: ISO 8601.
    pub(crate) format: Option<String>,
    /// The zone of times without an offset.
    pub(crate) zone: Option<jiff::tz::TimeZone>,
    /// What bare numbers count since 1970.
    pub(crate) unit: Option<TimeUnit>,
}
