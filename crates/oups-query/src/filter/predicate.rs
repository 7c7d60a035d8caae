//! A condition on rows as a value: the meaning of a condition's text for the columns of one dataset.

use std::fmt;

use oups_core::ordered::{OrderedType, Span};

/// A column that a predicate looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The column's position in the dataset's schema.
    pub position: usize,
    /// How the column's values are compared; `None` if they have no order.
    pub ordered: Option<OrderedType>,
}

/// How two columns are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A condition on a row. It is true or false, or null if a value that decides is null.
///
/// [`Display`](fmt::Display) writes it in the words of the condition language; only ranges of values look different:
/// `temp in 30<..`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Predicate {
    /// The same for all rows.
    Constant(Option<bool>),
    /// The value of a column of booleans.
    Boolean(Column),
    /// The value is in one of the spans, which ascend and do not overlap. All comparisons of a column with values
    /// become this.
    Within(Column, Vec<Span>),
    /// The text is like the pattern. `%` stands for any text and `_` for any character; after `\` each stands for
    /// itself.
    Like {
        /// A column of texts.
        column: Column,
        /// The pattern.
        pattern: String,
        /// Whether upper and lower case count as the same.
        ignore_case: bool,
    },
    /// The comparison of two columns holds. Both have one type, or both are floats.
    Compare(Column, Comparison, Column),
    /// The value is null.
    IsNull(Column),
    /// The condition is exactly this boolean, not null.
    Is(Box<Predicate>, bool),
    /// All conditions hold.
    And(Vec<Predicate>),
    /// At least one condition holds.
    Or(Vec<Predicate>),
    /// The condition does not hold.
    Not(Box<Predicate>),
}

impl Predicate {
    /// The conditions that together mean this one; none of them is an [`And`](Self::And).
    pub(super) fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::And(all) => all.into_iter().flat_map(Self::conjuncts).collect(),
            one => vec![one],
        }
    }

    /// The columns that the predicate looks at.
    pub(super) fn columns(&self) -> Vec<&Column> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Boolean(column) | Self::Within(column, _) | Self::Like { column, .. } | Self::IsNull(column) => {
                vec![column]
            }
            Self::Compare(left, _, right) => vec![left, right],
            Self::Is(inner, _) | Self::Not(inner) => inner.columns(),
            Self::And(all) | Self::Or(all) => all.iter().flat_map(Self::columns).collect(),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(None) => f.write_str("null"),
            Self::Constant(Some(value)) => write!(f, "{value}"),
            Self::Boolean(column) => f.write_str(&column.name),
            Self::Within(column, spans) => within(f, column, spans),
            Self::Like { column, pattern, ignore_case } => {
                let like = if *ignore_case { "ilike" } else { "like" };
                write!(f, "{} {like} '{}'", column.name, pattern.replace('\'', "''"))
            }
            Self::Compare(left, comparison, right) => write!(f, "{} {comparison} {}", left.name, right.name),
            Self::IsNull(column) => write!(f, "{} is null", column.name),
            Self::Is(inner, value) => write!(f, "({inner}) is {value}"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::And(all) => joined(f, all, " and "),
            Self::Or(any) => joined(f, any, " or "),
        }
    }
}

/// Writes `temp in 30<..`, or several ranges between commas.
fn within(f: &mut fmt::Formatter<'_>, column: &Column, spans: &[Span]) -> fmt::Result {
    let Some(ordered) = &column.ordered else { return write!(f, "{}", column.name) };
    let spans: Vec<String> = spans.iter().map(|span| span.format(ordered)).collect();
    match spans.as_slice() {
        [] => write!(f, "{} in nothing", column.name),
        spans => write!(f, "{} in {}", column.name, spans.join(", ")),
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Predicate], word: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        let word = if at == 0 { "" } else { word };
        match part {
            Predicate::And(_) | Predicate::Or(_) => write!(f, "{word}({part})")?,
            _ => write!(f, "{word}{part}")?,
        }
    }
    Ok(())
}
