//! Queries as SQL, in the words that both engines know.

use super::query::{Body, By, Expr, Grouping, Node, Of, Order, Query, Select, Source};

impl Query {
    pub(super) fn sql(&self) -> String {
        let mut text = body(&self.body, &[]);
        if !self.order.is_empty() {
            let keys: Vec<_> = self.order.iter().map(order).collect();
            text += &format!(" order by {}", keys.join(", "));
        }
        if let Some(limit) = self.limit {
            text += &format!(" limit {limit}");
        }
        if self.offset > 0 {
            text += &format!(" offset {}", self.offset);
        }
        text
    }

    /// All rows in any order, without the limit; behind the columns of the answer the hidden ones that it is ordered by.
    pub(super) fn sql_of_all(&self) -> String {
        body(&self.body, &self.hidden().collect::<Vec<_>>())
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn order(order: &Order) -> String {
    let by = match &order.by {
        By::Item(at) => format!("c{at}"),
        By::Hidden(expr) => expr.sql(),
    };
    let direction = if order.descending { "desc" } else { "asc" };
    let nulls = if order.nulls_first { "first" } else { "last" };
    format!("{by} {direction} nulls {nulls}")
}

fn body(of: &Body, hidden: &[&Expr]) -> String {
    match of {
        Body::Select(of) => select(of, hidden),
        Body::Set(operator, left, right) => format!("{} {operator} {}", operand(left), operand(right)),
    }
}

fn operand(of: &Body) -> String {
    match of {
        Body::Select(of) => select(of, &[]),
        Body::Set(..) => format!("({})", body(of, &[])),
    }
}

fn select(select: &Select, hidden: &[&Expr]) -> String {
    let items = select.items.iter().enumerate().map(|(at, item)| match item.node {
        Node::Star => "*".to_owned(),
        _ => format!("{} as c{at}", item.sql()),
    });
    let hidden = hidden.iter().enumerate().map(|(at, expr)| format!("{} as k{at}", expr.sql()));
    let distinct = if select.distinct { "distinct " } else { "" };
    let mut text = format!("select {distinct}{} from {}", list(items.chain(hidden)), source(&select.from));
    for join in &select.joins {
        text += &format!(" {} {} on {}", join.how, source(&join.source), all(&join.on));
    }
    if !select.filter.is_empty() {
        text += &format!(" where {}", all(&select.filter));
    }
    if !select.group.is_empty() {
        let by = list(select.group.iter().map(Expr::sql));
        text += &match select.grouping {
            Grouping::Plain => format!(" group by {by}"),
            Grouping::Rollup => format!(" group by rollup ({by})"),
            Grouping::Cube => format!(" group by cube ({by})"),
        };
    }
    if !select.having.is_empty() {
        text += &format!(" having {}", all(&select.having));
    }
    text
}

fn source(source: &Source) -> String {
    match &source.of {
        Of::Table(name) => format!("{name} {}", source.alias),
        Of::Query(query) => format!("({}) {}", query.sql(), source.alias),
    }
}

fn all(conditions: &[Expr]) -> String {
    conditions.iter().map(Expr::sql).collect::<Vec<_>>().join(" and ")
}

fn list(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

impl Expr {
    pub(super) fn sql(&self) -> String {
        match &self.node {
            Node::Column { table, name } if table.is_empty() => quoted(name),
            Node::Column { table, name } => format!("{table}.{}", quoted(name)),
            Node::Literal(text) => text.clone(),
            Node::Star => "*".to_owned(),
            Node::Form(text, parts) => filled(text, parts),
            // A text of the query might look like a hole: it comes in last.
            Node::Query(text, parts, query) => match text.split_once("{query}") {
                Some((before, behind)) => format!("{}{}{behind}", filled(before, parts), query.sql()),
                None => filled(text, parts),
            },
        }
    }
}

/// The text with a part in each of its holes.
fn filled(text: &str, parts: &[Expr]) -> String {
    let mut pieces = text.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for (part, piece) in parts.iter().zip(pieces) {
        filled += &part.sql();
        filled += piece;
    }
    filled
}
