//! Random queries over the tables of two stores.

use super::chance::Chance;
use super::forms::{Form, SCALARS};
use super::kind::Kind;
use super::query::{Body, By, Expr, Node, Order, Query, Select};
use super::scope::{InScope, Scope};
use super::store::{Stores, Table};

pub(super) struct Generator<'a> {
    pub(super) chance: Chance,
    pub(super) tables: Vec<&'a Table>,
    pub(super) aliases: usize,
}

/// The query of a seed.
pub(super) fn query(stores: &Stores, seed: u64) -> Query {
    let chance = Chance::of(seed, stores.number.wrapping_add(1000));
    let mut generator = Generator { chance, tables: stores.tables().collect(), aliases: 0 };
    generator.whole()
}

impl Generator<'_> {
    pub(super) fn whole(&mut self) -> Query {
        if self.chance.percent(12) {
            let mut query = Query { body: self.set(), order: Vec::new(), limit: None, offset: 0 };
            self.put_in_order(&mut query, None);
            return query;
        }
        let (select, scope) = self.select(2);
        let mut query = Query::of(select);
        self.put_in_order(&mut query, scope.as_ref());
        query
    }

    /// Orders and limits it, at the top, where any order will do.
    pub(super) fn put_in_order(&mut self, query: &mut Query, hidden: Option<&Scope>) {
        if self.chance.percent(75) {
            query.order = self.order(query.body.first(), hidden);
        }
        if self.chance.percent(35) {
            query.limit = Some(*self.chance.pick(&[0, 1, 3, 10, 1000]));
            query.offset = *self.chance.pick(&[0, 0, 0, 2, 40]);
        }
    }

    /// A select, and the scope of what it may be ordered by beside its columns, if there is such.
    pub(super) fn select(&mut self, depth: usize) -> (Select, Option<Scope>) {
        let (mut select, scope) = self.source_and_filter(depth);
        match self.chance.below(20) {
            0..=6 => self.plain(&mut select, &scope, depth),
            7 if select.joins.is_empty() => select.items = vec![Expr { kind: Kind::Opaque, node: Node::Star }],
            8..=9 => {
                select.items = self.aggregates(&scope, 3);
                return (select, None);
            }
            10..=13 => {
                self.grouped(&mut select, &scope);
                return (select, None);
            }
            14..=15 => self.windowed(&mut select, &scope),
            16 if scope.stored.last().is_some_and(|ordered| ordered.kind.has_ranges()) => {
                self.neighbours(&mut select, &scope);
                return (select, None);
            }
            17 => {
                select.distinct = true;
                select.items = self.columns(&scope, 2, |column| column.few && column.expr.kind.has_order());
                return (select, None);
            }
            _ => self.plain(&mut select, &scope, depth),
        }
        (select, Some(scope))
    }

    pub(super) fn plain(&mut self, select: &mut Select, scope: &Scope, depth: usize) {
        select.items = self.columns(scope, 4, |_| true);
        for _ in 0..self.chance.below(3) {
            let form: &Form = self.chance.pick(SCALARS);
            select.items.extend(self.expr(scope, form.kind, 2));
        }
        if depth > 0 && self.chance.percent(10) {
            let query = self.one_value(scope);
            select.items.push(query);
        }
    }

    /// Columns of a scope, one at least.
    pub(super) fn columns(&mut self, scope: &Scope, most: usize, wanted: impl Fn(&InScope) -> bool) -> Vec<Expr> {
        let wanted: Vec<Expr> =
            scope.columns.iter().filter(|column| wanted(column)).map(|column| column.expr.clone()).collect();
        let most = 1 + self.chance.below(most);
        let columns = self.chance.some(&wanted, most);
        if columns.is_empty() { vec![Expr::literal(Kind::Int, "1")] } else { columns }
    }

    /// Two or three selects of the same kinds, put together.
    pub(super) fn set(&mut self) -> Body {
        let operators: &[&str] = &["union all", "union all", "union", "intersect", "except"];
        let (mut left, scope) = self.source_and_filter(1);
        left.items = self.columns(&scope, 3, |column| column.expr.kind.has_order());
        let kinds: Vec<Kind> = left.items.iter().map(|item| item.kind).collect();
        let mut body = Body::Select(Box::new(left));
        for _ in 0..=self.chance.below(2) {
            let (mut right, scope) = self.source_and_filter(1);
            let items: Option<Vec<Expr>> = kinds.iter().map(|kind| self.expr(&scope, *kind, 1)).collect();
            let Some(items) = items else { continue };
            right.items = items;
            body =
                Body::Set(self.chance.pick::<&str>(operators), Box::new(body), Box::new(Body::Select(Box::new(right))));
        }
        body
    }

    /// What rows are ordered by: as they are stored, or some columns of the answer, or what is not in it.
    pub(super) fn order(&mut self, select: &Select, hidden: Option<&Scope>) -> Vec<Order> {
        let mut by: Vec<By> = Vec::new();
        match hidden {
            Some(scope) if !scope.stored.is_empty() && self.chance.percent(45) => {
                let (keys, ordered) = scope.stored.split_at(scope.stored.len() - 1);
                let orders = [ordered.to_vec(), scope.stored.clone(), [ordered, keys].concat()];
                by.extend(self.chance.pick(&orders).iter().cloned().map(By::Hidden));
            }
            _ => {
                let has_order = |at: &usize| select.items[*at].kind.has_order();
                let items: Vec<usize> = (0..select.items.len()).filter(has_order).collect();
                let most = 1 + self.chance.below(3);
                by.extend(self.chance.some(&items, most).into_iter().map(By::Item));
                // A column of a query within has the name of one in the answer, which DataFusion does not tell apart.
                let hidden = hidden.filter(|_| self.chance.percent(25)).filter(|scope| scope.identity.is_some());
                by.extend(
                    hidden
                        .and_then(|scope| scope.one(&mut self.chance, |column| column.expr.kind.has_order()))
                        .map(|column| By::Hidden(column.expr.clone())),
                );
            }
        }
        let all_descend = self.chance.percent(30);
        let mixed = self.chance.percent(30);
        let order = |by| {
            let descending = if mixed { self.chance.percent(50) } else { all_descend };
            let nulls_first = if self.chance.percent(70) { descending } else { self.chance.percent(50) };
            Order { by, descending, nulls_first }
        };
        by.into_iter().map(order).collect()
    }
}
