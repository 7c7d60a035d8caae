//! What the values of a column look like.

use arrow::datatypes::DataType;

use super::{Times, Written};

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The format of times is meant for its numbers too.
    Ordered,
    Other,
}

/// The values of a column with no told type, seen one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    texts: Vec<String>,
}

/// What the values have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guessed {
    /// `None`: no value was seen.
    pub(crate) data_type: Option<DataType>,
    pub(crate) doubts: Vec<Doubt>,
}

/// Something a user must be told of a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) line: u64,
    /// As it is written there.
    pub(crate) value: String,
    pub(crate) says: String,
}

impl Guess {
    pub(crate) fn new(_times: &Times, _role: Role) -> Self {
        Self { texts: Vec::new() }
    }

    /// Looks at one more value; nulls are not shown.
    pub(crate) fn add(&mut self, value: Written<'_>, _line: u64) {
        self.texts.push(value.text().to_owned());
    }

    /// The values of another file, which come after these.
    pub(crate) fn join(&mut self, other: Self) {
        self.texts.extend(other.texts);
    }

    pub(crate) fn finish(self) -> Guessed {
        let is_whole = self.texts.iter().all(|text| text.parse::<i64>().is_ok());
        let data_type = if is_whole { DataType::Int64 } else { DataType::Utf8 };
        Guessed { data_type: (!self.texts.is_empty()).then_some(data_type), doubts: Vec::new() }
    }
}
