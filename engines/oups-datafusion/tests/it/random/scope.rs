//! The columns that an expression may use.

use std::sync::Arc;

use super::chance::Chance;
use super::kind::Kind;
use super::query::Expr;
use super::store::{Column, Role, Table};

#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) columns: Vec<InScope>,
    /// Columns that together are different in every row, if there are such.
    pub(super) identity: Option<Vec<Expr>>,
    /// Columns that rows are stored in the order of.
    pub(super) stored: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(super) struct InScope {
    pub(super) expr: Expr,
    pub(super) role: Role,
    pub(super) wide: bool,
    pub(super) few: bool,
    pub(super) samples: Arc<[String]>,
}

impl Scope {
    /// The columns of a table.
    pub(super) fn of(table: &Table, alias: &str) -> Self {
        let columns: Vec<InScope> = table.columns.iter().map(|column| InScope::of(column, alias)).collect();
        let identity = columns.iter().filter(|column| column.role == Role::Identity).map(|column| column.expr.clone());
        let kind = |name: &str| {
            table.columns.iter().find(|column| column.name == name).map_or(Kind::Opaque, |column| column.kind)
        };
        let stored = table.order.iter().map(|name| Expr::column(kind(name), alias, name)).collect();
        Self { identity: Some(identity.collect()), stored, columns }
    }

    /// The columns of both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.columns.extend(other.columns);
        self.identity = self.identity.zip(other.identity).map(|(a, b)| [a, b].concat());
        self
    }

    /// A column of a kind.
    pub(super) fn column(&self, kind: Kind, chance: &mut Chance) -> Option<&InScope> {
        self.one(chance, |column| column.expr.kind == kind)
    }

    /// A column of those that are wanted.
    pub(super) fn one(&self, chance: &mut Chance, wanted: impl Fn(&InScope) -> bool) -> Option<&InScope> {
        let wanted: Vec<_> = self.columns.iter().filter(|column| wanted(column)).collect();
        (!wanted.is_empty()).then(|| *chance.pick(&wanted))
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.columns.iter().any(|column| column.expr.kind == kind)
    }
}

impl InScope {
    fn of(column: &Column, alias: &str) -> Self {
        Self {
            expr: Expr::column(column.kind, alias, &column.name),
            role: column.role,
            wide: column.wide,
            few: column.few,
            samples: column.samples.clone(),
        }
    }
}
