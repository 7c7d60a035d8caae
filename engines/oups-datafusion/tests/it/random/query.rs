//! A query as a value, which can be generated, printed and made smaller.

use super::kind::Kind;

#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) body: Body,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    Select(Box<Select>),
    /// Two bodies of the same columns, put together by `union all` and its like.
    Set(&'static str, Box<Body>, Box<Body>),
}

#[derive(Clone, Debug)]
pub(super) struct Select {
    pub(super) distinct: bool,
    pub(super) items: Vec<Expr>,
    pub(super) from: Source,
    pub(super) joins: Vec<Join>,
    /// All of these must hold.
    pub(super) filter: Vec<Expr>,
    pub(super) group: Vec<Expr>,
    pub(super) grouping: Grouping,
    /// All of these must hold.
    pub(super) having: Vec<Expr>,
}

/// How groups are made of the expressions that a query groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grouping {
    Plain,
    Rollup,
    Cube,
}

#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) alias: String,
    pub(super) of: Of,
}

#[derive(Clone, Debug)]
pub(super) enum Of {
    /// A table, as SQL names it.
    Table(String),
    Query(Box<Query>),
}

#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) how: &'static str,
    pub(super) source: Source,
    /// All of these must hold.
    pub(super) on: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) by: By,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

#[derive(Clone, Debug)]
pub(super) enum By {
    /// A column of the answer, by position.
    Item(usize),
    /// What is not in the answer.
    Hidden(Expr),
}

#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) node: Node,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Column {
        table: String,
        name: String,
    },
    Literal(String),
    /// All columns of the only table.
    Star,
    /// A text with a hole `{}` for each part.
    Form(String, Vec<Expr>),
    /// A text with a hole `{}` for each part, and `{query}` for a query.
    Query(&'static str, Vec<Expr>, Box<Query>),
}

impl Query {
    pub(super) fn of(select: Select) -> Self {
        Self { body: Body::Select(Box::new(select)), order: Vec::new(), limit: None, offset: 0 }
    }

    /// The expressions that it is ordered by and that are not in the answer.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &Expr> {
        self.order.iter().filter_map(|order| match &order.by {
            By::Hidden(expr) => Some(expr),
            By::Item(_) => None,
        })
    }
}

impl Body {
    /// The select that names the columns.
    pub(super) fn first(&self) -> &Select {
        match self {
            Self::Select(select) => select,
            Self::Set(_, left, _) => left.first(),
        }
    }
}

impl Select {
    /// Some columns of a source, all rows.
    pub(super) fn from(from: Source, items: Vec<Expr>) -> Self {
        Self {
            distinct: false,
            items,
            from,
            joins: Vec::new(),
            filter: Vec::new(),
            group: Vec::new(),
            grouping: Grouping::Plain,
            having: Vec::new(),
        }
    }
}

impl Expr {
    pub(super) fn form(kind: Kind, text: impl Into<String>, parts: Vec<Self>) -> Self {
        Self { kind, node: Node::Form(text.into(), parts) }
    }

    pub(super) fn literal(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, node: Node::Literal(text.into()) }
    }

    pub(super) fn column(kind: Kind, table: &str, name: &str) -> Self {
        Self { kind, node: Node::Column { table: table.to_owned(), name: name.to_owned() } }
    }
}
