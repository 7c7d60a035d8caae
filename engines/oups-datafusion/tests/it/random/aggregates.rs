//! Random aggregates, of all rows or of groups.

use super::forms::{AGGREGATES, Form, SCALARS};
use super::generate::Generator;
use super::kind::Kind;
use super::query::{Expr, Grouping, Node, Select};
use super::scope::Scope;
use super::store::Role;

impl Generator<'_> {
    /// Aggregates of all rows or of each group.
    pub(super) fn aggregates(&mut self, scope: &Scope, most: usize) -> Vec<Expr> {
        let mut items = Vec::new();
        for _ in 0..=self.chance.below(most) {
            items.extend(self.aggregate(scope));
        }
        if items.is_empty() { vec![Expr::form(Kind::Int, "count(*)", vec![])] } else { items }
    }

    pub(super) fn aggregate(&mut self, scope: &Scope) -> Option<Expr> {
        // What the manifests know.
        if self.chance.percent(20) {
            let ordered =
                scope.one(&mut self.chance, |column| column.role == Role::Ordered && column.expr.kind.has_order())?;
            // Texts and bytes have no extremes in all forms of a column; they are asked of elsewhere.
            let text = *self.chance.pick(&["min({})", "max({})", "count({})"]);
            let kind = if text.starts_with("count") { Kind::Int } else { ordered.expr.kind };
            return Some(Expr::form(kind, text, vec![ordered.expr.clone()]));
        }
        let form = self.chance.pick(AGGREGATES);
        let id = scope.identity.as_ref().map(|identity| identity.iter().map(Expr::sql).collect::<Vec<_>>().join(", "));
        let parts: Option<Vec<Expr>> = match form.parts {
            [Kind::Opaque] => scope.one(&mut self.chance, |_| true).map(|column| vec![column.expr.clone()]),
            [kind] => self.expr(scope, *kind, 1).map(|expr| vec![expr]),
            _ => Some(Vec::new()),
        };
        let (Some(parts), true) = (parts, id.is_some() || !form.text.contains("{id}")) else { return None };
        let mut text = form.text.replace("{id}", &id.unwrap_or_default());
        let mut parts = parts;
        if self.chance.percent(10) {
            text += " filter (where {})";
            parts.push(self.condition(scope, 0)?);
        }
        Some(Expr::form(form.kind, text, parts))
    }

    pub(super) fn grouped(&mut self, select: &mut Select, scope: &Scope) {
        let mut group = self.columns(scope, 2, |column| column.few && column.expr.kind.has_order());
        if self.chance.percent(40) {
            let of_columns = |kind: &Kind| scope.has(*kind);
            let forms: Vec<&Form> = SCALARS
                .iter()
                .filter(|form| {
                    form.text.contains("date_trunc") || form.text.contains('%') || form.text.contains("substr")
                })
                .filter(|form| form.parts.iter().all(of_columns))
                .collect();
            if !forms.is_empty() {
                let form = *self.chance.pick(&forms);
                let column = scope.column(form.parts[0], &mut self.chance).map(|column| column.expr.clone());
                group.extend(column.map(|column| Expr::form(form.kind, form.text, vec![column])));
            }
        }
        group.retain(|expr| !matches!(expr.node, Node::Literal(_)));
        select.items = group.clone();
        if self.chance.percent(20) && select.items.len() > 1 {
            select.items.pop();
        }
        select.items.extend(self.aggregates(scope, 3));
        if self.chance.percent(25) {
            let (of, than) = (*self.chance.pick(&["count(*)", "count(distinct {})", "max({})"]), self.chance.below(12));
            if let Some(column) = scope.column(Kind::Int, &mut self.chance) {
                let how = *self.chance.pick(&[">", "<=", "<>"]);
                let parts = if of.contains("{}") { vec![column.expr.clone()] } else { Vec::new() };
                select.having.push(Expr::form(Kind::Bool, format!("({of} {how} {than})"), parts));
            }
        }
        select.group = group;
        if self.chance.percent(12) {
            select.grouping = *self.chance.pick(&[Grouping::Rollup, Grouping::Cube]);
        }
    }
}
