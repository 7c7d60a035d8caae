//! Which verb takes which option. An option that a verb does not take is refused, never ignored.

use oups_core::QueryError;

use super::Request;
use crate::Result;

/// The last method of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `batches` of one dataset, and of an as-of join.
    Batches,
    Collect,
    First,
    Last,
    Count,
    /// `explain` of one dataset or several. It takes every option, because it describes any read.
    Explain,
    Ordered,
    Intersections,
    Resample,
    Counts,
    Latest,
    /// `first` of a query.
    FirstOfEach,
}

/// The options that not every verb takes. All verbs take range, conditions, `verified` and the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadOption {
    Columns,
    Limit,
    Reverse,
    BatchSize,
    WithoutKeys,
}

use ReadOption::{BatchSize, Columns, Limit, Reverse, WithoutKeys};

/// The table: each verb, its name in texts, and what it does not take.
const REFUSED: [(Verb, &str, &[ReadOption]); 12] = [
    (Verb::Batches, "batches", &[]),
    (Verb::Collect, "collect", &[BatchSize]),
    (Verb::First, "first", &[Limit]),
    (Verb::Last, "last", &[Limit]),
    (Verb::Count, "count", &[Columns, BatchSize]),
    (Verb::Explain, "explain", &[]),
    (Verb::Ordered, "ordered", &[]),
    (Verb::Intersections, "intersections", &[Limit, Reverse, BatchSize, WithoutKeys]),
    (Verb::Resample, "resample", &[Columns, Limit, Reverse]),
    (Verb::Counts, "counts", &[Columns, Limit, Reverse, BatchSize, WithoutKeys]),
    (Verb::Latest, "latest", &[Limit, Reverse, WithoutKeys]),
    (Verb::FirstOfEach, "first", &[Limit, Reverse, WithoutKeys]),
];

impl ReadOption {
    /// The name of the method that sets the option.
    fn name(self) -> &'static str {
        match self {
            Columns => "columns",
            Limit => "limit",
            Reverse => "reverse",
            BatchSize => "batch_size",
            WithoutKeys => "without_keys",
        }
    }

    fn is_set(self, request: &Request) -> bool {
        match self {
            Columns => request.columns.is_some(),
            Limit => request.limit.is_some(),
            Reverse => request.reverse,
            BatchSize => request.batch_size.is_some(),
            WithoutKeys => !request.key_columns,
        }
    }
}

impl Verb {
    /// Refuses an option that was set and that this verb does not take.
    ///
    /// # Errors
    ///
    /// [`QueryError::NotTaken`].
    pub(crate) fn check(self, request: &Request) -> Result<()> {
        let rows = REFUSED.iter().filter(|(verb, ..)| *verb == self);
        let mut refused = rows.flat_map(|(_, name, options)| options.iter().map(move |option| (*name, *option)));
        match refused.find(|(_, option)| option.is_set(request)) {
            Some((verb, option)) => Err(QueryError::NotTaken { verb, option: option.name() }.into()),
            None => Ok(()),
        }
    }
}
