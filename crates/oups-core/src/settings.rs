//! The settings of a dataset: options that its first write stores and later writes use.

use serde_json::{Map, Value, json};

use crate::schema::DatasetSchema;
use crate::sizing::{RowGroupTarget, Sizing};
use crate::{Error, Result};

/// The options that a write uses unless it gives its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The wanted size of row groups.
    pub row_group_target: RowGroupTarget,
    /// Which rows count as duplicates.
    pub duplicates_on: DuplicatesOn,
    /// Which of several duplicates stays.
    pub keep: KeepRule,
    /// How many off-target row groups in a row, with new rows among them, a write leaves unmerged; `None`: any number.
    pub max_off_target: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            row_group_target: RowGroupTarget::default(),
            duplicates_on: DuplicatesOn::Off,
            keep: KeepRule::Last,
            max_off_target: Some(16),
        }
    }
}

/// Which rows count as duplicates of each other: rows that are equal in the ordered column and in the columns named
/// here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DuplicatesOn {
    /// No rows do: all stay.
    #[default]
    Off,
    /// Rows that are equal in every column.
    All,
    /// Rows that are equal in these columns; the ordered column always counts, named or not.
    Columns(Vec<String>),
}

impl<const N: usize> From<[&str; N]> for DuplicatesOn {
    fn from(columns: [&str; N]) -> Self {
        columns.as_slice().into()
    }
}

impl From<&[&str]> for DuplicatesOn {
    fn from(columns: &[&str]) -> Self {
        Self::Columns(columns.iter().map(|&column| column.to_owned()).collect())
    }
}

impl From<Vec<String>> for DuplicatesOn {
    fn from(columns: Vec<String>) -> Self {
        Self::Columns(columns)
    }
}

/// The kind of a [`Keep`](crate::dedup::Keep), as settings store it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeepRule {
    /// The one written last.
    #[default]
    Last,
    /// The one written first.
    First,
    /// Neither: a write that brings a duplicate fails.
    Reject,
    /// The rows that the program's own rule makes. The rule cannot be stored, so every write gives it again.
    Resolve,
}

impl KeepRule {
    const NAMES: [(Self, &'static str); 4] =
        [(Self::Last, "last"), (Self::First, "first"), (Self::Reject, "reject"), (Self::Resolve, "resolve")];

    /// The rule's name in settings and on the command line.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(rule, _)| *rule == self).map_or("", |(_, name)| name)
    }

    /// The rule of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, text)| *text == name).map(|(rule, _)| *rule)
    }
}

impl Settings {
    /// The target for the dataset's ordered column. Checks that the other settings fit the dataset, too.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] for a period on a column that is neither a timestamp nor a date, for a `max_off_target`
    /// of 0 and for an empty list of duplicate columns; [`Error::UnknownColumn`] if the dataset does not have a
    /// duplicate column.
    pub(crate) fn sizing(&self, schema: &DatasetSchema) -> Result<Sizing> {
        if let DuplicatesOn::Columns(columns) = &self.duplicates_on {
            // In stored settings an empty list means all columns, so the next write would follow another rule than this
            // one.
            if columns.is_empty() {
                let expected = "at least one column, or all columns (`DuplicatesOn::All`)".to_owned();
                return Err(Error::InvalidOption {
                    option: "duplicates_on",
                    expected,
                    found: "an empty list".to_owned(),
                });
            }
            columns.iter().try_for_each(|column| schema.index_of(column).map(|_| ()))?;
        }
        if self.max_off_target == Some(0) {
            let (expected, found) = ("1 or more, or none".to_owned(), "0".to_owned());
            return Err(Error::InvalidOption { option: "max_off_target", expected, found });
        }
        self.row_group_target.sizing(schema.ordered_on(), schema.ordered_type().data_type())
    }

    /// Whether writes look for duplicates.
    pub(crate) fn drops_duplicates(&self) -> bool {
        self.duplicates_on != DuplicatesOn::Off
    }

    /// The JSON form of `docs/format.md`.
    pub fn to_json(&self) -> Value {
        let duplicates_on = match &self.duplicates_on {
            DuplicatesOn::Off => Value::Null,
            DuplicatesOn::All => json!([]),
            DuplicatesOn::Columns(columns) => json!(columns),
        };
        json!({
            "row_group_target": self.row_group_target.to_string(),
            "duplicates_on": duplicates_on,
            "keep": self.keep.name(),
            "max_off_target": self.max_off_target,
        })
    }

    /// Reads the JSON form; `None` if a member is missing, unknown or of another form.
    pub(crate) fn from_json(json: &Value) -> Option<Self> {
        let members: &Map<String, Value> = json.as_object()?;
        let duplicates_on = match members.get("duplicates_on")? {
            Value::Null => DuplicatesOn::Off,
            Value::Array(columns) if columns.is_empty() => DuplicatesOn::All,
            Value::Array(columns) => DuplicatesOn::Columns(
                columns.iter().map(|column| column.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            ),
            _ => return None,
        };
        let max_off_target = match members.get("max_off_target")? {
            Value::Null => None,
            number => Some(number.as_u64()?),
        };
        (members.len() == 4).then_some(Self {
            row_group_target: members.get("row_group_target")?.as_str()?.parse().ok()?,
            duplicates_on,
            keep: KeepRule::from_name(members.get("keep")?.as_str()?)?,
            max_off_target,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_as_written() {
        for duplicates_on in [DuplicatesOn::Off, DuplicatesOn::All, DuplicatesOn::Columns(vec!["a".into()])] {
            for (keep, _) in KeepRule::NAMES {
                for max_off_target in [None, Some(3)] {
                    let settings =
                        Settings { duplicates_on: duplicates_on.clone(), keep, max_off_target, ..Settings::default() };
                    assert_eq!(Settings::from_json(&settings.to_json()), Some(settings));
                }
            }
        }
    }

    #[test]
    fn unknown_members_are_refused() {
        let mut json = Settings::default().to_json();
        json["surprise"] = json!(1);
        assert_eq!(Settings::from_json(&json), None);
    }
}
