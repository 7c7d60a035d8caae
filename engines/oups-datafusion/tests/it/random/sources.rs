//! Random sources of rows: tables, queries, joins, and conditions that ask further queries.

use super::generate::Generator;
use super::kind::Kind;
use super::query::{By, Expr, Join, Node, Of, Order, Query, Select, Source};
use super::scope::{InScope, Scope};
use super::store::{Role, Table};

impl Generator<'_> {
    /// A select without columns yet, and the scope of its sources.
    pub(super) fn source_and_filter(&mut self, depth: usize) -> (Select, Scope) {
        let (from, mut scope) = self.source(depth);
        let mut select = Select::from(from, Vec::new());
        let joins = *self.chance.pick(&[0, 0, 0, 0, 1, 1, 2]);
        for _ in 0..if depth == 0 { 0 } else { joins } {
            let (source, right) = self.source(depth - 1);
            let how = *self.chance.pick(&["join", "join", "left join", "right join", "full join"]);
            let Some(on) = self.meeting(&scope, &right) else { continue };
            scope = scope.and(right);
            // What else must hold of a full join is refused by DuckDB unless it is of one side.
            let more = if how != "full join" && self.chance.percent(20) { self.condition(&scope, 1) } else { None };
            select.joins.push(Join { how, source, on: on.into_iter().chain(more).collect() });
        }
        for _ in 0..*self.chance.pick(&[0, 1, 1, 1, 2, 3]) {
            select.filter.extend(self.condition(&scope, 2));
        }
        if depth > 0 && self.chance.percent(15) {
            select.filter.extend(self.condition_with_query(&scope));
        }
        (select, scope)
    }

    pub(super) fn source(&mut self, depth: usize) -> (Source, Scope) {
        self.aliases += 1;
        let alias = format!("t{}", self.aliases);
        if depth > 0 && self.chance.percent(12) {
            let (query, columns) = self.inner(depth - 1);
            let columns = columns.into_iter().enumerate().map(|(at, kind)| InScope {
                expr: Expr::column(kind, &alias, &format!("c{at}")),
                role: Role::Data,
                wide: false,
                few: true,
                samples: [].into(),
            });
            let scope = Scope { columns: columns.collect(), identity: None, stored: Vec::new() };
            return (Source { alias, of: Of::Query(Box::new(query)) }, scope);
        }
        // The whole stores more often than one dataset.
        let tables = self.tables.clone();
        let whole: Vec<&Table> = tables.iter().copied().filter(|table| !table.name.contains('"')).collect();
        let table = if self.chance.percent(65) { *self.chance.pick(&whole) } else { *self.chance.pick(&tables) };
        let scope = Scope::of(table, &alias);
        (Source { alias, of: Of::Table(table.name.clone()) }, scope)
    }

    /// A query as a source, and the kinds of its columns. It is limited only where its order is one of all rows.
    pub(super) fn inner(&mut self, depth: usize) -> (Query, Vec<Kind>) {
        let (select, scope) = loop {
            let (select, scope) = self.select(depth);
            if !select.items.iter().any(|item| matches!(item.node, Node::Star) || item.kind == Kind::Close) {
                break (select, scope);
            }
        };
        let kinds = select.items.iter().map(|item| item.kind).collect();
        let mut query = Query::of(select);
        let identity = scope.and_then(|scope| scope.identity).filter(|_| self.chance.percent(35));
        if let Some(identity) = identity {
            query.order = self.order(query.body.first(), None);
            let hidden = |expr: Expr| Order { by: By::Hidden(expr), descending: false, nulls_first: false };
            query.order.extend(identity.into_iter().map(hidden));
            query.limit = Some(*self.chance.pick(&[1, 5, 30]));
        }
        (query, kinds)
    }

    /// Equal columns of two scopes, few enough rows apart.
    pub(super) fn meeting(&mut self, left: &Scope, right: &Scope) -> Option<Vec<Expr>> {
        let is_met = |column: &InScope| {
            column.expr.kind.has_order()
                && !matches!(column.expr.kind, Kind::Bool | Kind::Rough)
                && column.role != Role::Key
        };
        let a = left.one(&mut self.chance, |a| {
            is_met(a) && right.columns.iter().any(|b| is_met(b) && a.expr.kind == b.expr.kind)
        })?;
        let b = right.one(&mut self.chance, |b| is_met(b) && a.expr.kind == b.expr.kind)?;
        let equal = |a: &Expr, b: &Expr| Expr::form(Kind::Bool, "({} = {})", vec![a.clone(), b.clone()]);
        let mut on = vec![equal(&a.expr, &b.expr)];
        for a in left.columns.iter().filter(|a| a.role == Role::Key) {
            let same = |b: &&InScope| b.role == Role::Key && a.expr.kind == b.expr.kind;
            let same = right.columns.iter().find(same).filter(|_| self.chance.percent(40));
            on.extend(same.map(|b| equal(&a.expr, &b.expr)));
        }
        Some(on)
    }

    /// A condition that asks another query.
    pub(super) fn condition_with_query(&mut self, scope: &Scope) -> Option<Expr> {
        if self.chance.percent(25) {
            let value = self.one_value(scope);
            let parts = vec![self.expr(scope, value.kind, 1)?, value];
            let how = *self.chance.pick(&["=", "<", ">="]);
            return Some(Expr::form(Kind::Bool, format!("({{}} {how} {{}})"), parts));
        }
        let (mut select, inner) = self.source_and_filter(0);
        let (a, b) = self.same_kind(scope, &inner)?;
        let form = *self.chance.pick(&[
            "({} in ({query}))",
            "({} not in ({query}))",
            "(exists ({query}))",
            "(not exists ({query}))",
        ]);
        if form.contains("{}") {
            select.items = vec![b];
            return Some(Expr { kind: Kind::Bool, node: Node::Query(form, vec![a], Box::new(Query::of(select))) });
        }
        select.items = vec![Expr::literal(Kind::Int, "1")];
        select.filter.push(Expr::form(Kind::Bool, "({} = {})", vec![b, a]));
        Some(Expr { kind: Kind::Bool, node: Node::Query(form, Vec::new(), Box::new(Query::of(select))) })
    }

    /// The one value that a query has; perhaps of the rows that a row of the scope goes with.
    pub(super) fn one_value(&mut self, scope: &Scope) -> Expr {
        let (mut select, inner) = self.source_and_filter(0);
        let aggregate = loop {
            let aggregate =
                self.aggregate(&inner).filter(|aggregate| !matches!(aggregate.kind, Kind::Close | Kind::Opaque));
            if let Some(aggregate) = aggregate {
                break aggregate;
            }
        };
        let kind = aggregate.kind;
        select.items = vec![aggregate];
        if let Some((a, b)) = self.same_kind(scope, &inner).filter(|_| self.chance.percent(50)) {
            select.filter.push(Expr::form(Kind::Bool, "({} = {})", vec![b, a]));
        }
        Expr { kind, node: Node::Query("({query})", Vec::new(), Box::new(Query::of(select))) }
    }

    /// A column of each scope, of one kind.
    pub(super) fn same_kind(&mut self, a: &Scope, b: &Scope) -> Option<(Expr, Expr)> {
        let is_met = |column: &InScope| column.expr.kind.has_order();
        let one = a.one(&mut self.chance, |one| is_met(one) && b.has(one.expr.kind))?;
        let other = b.column(one.expr.kind, &mut self.chance)?;
        Some((one.expr.clone(), other.expr.clone()))
    }
}
