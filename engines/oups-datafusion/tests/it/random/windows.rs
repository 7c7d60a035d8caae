//! Random values over windows.

use super::forms::WINDOWS;
use super::generate::Generator;
use super::kind::Kind;
use super::query::{Expr, Node, Select};
use super::scope::{InScope, Scope};
use super::store::Role;

impl Generator<'_> {
    pub(super) fn windowed(&mut self, select: &mut Select, scope: &Scope) {
        select.items = self.columns(scope, 2, |_| true);
        for _ in 0..=self.chance.below(2) {
            select.items.extend(self.window(scope));
        }
    }

    pub(super) fn window(&mut self, scope: &Scope) -> Option<Expr> {
        let form = self.chance.pick(WINDOWS);
        let text = form.text;
        let id = scope.identity.as_ref().map(|identity| identity.iter().map(Expr::sql).collect::<Vec<_>>().join(", "));
        if id.is_none() && text.contains("{id}") {
            return None;
        }
        let mut parts = match form.parts {
            [Kind::Opaque] => vec![scope.one(&mut self.chance, |_| true)?.expr.clone()],
            [kind] => vec![self.expr(scope, *kind, 1)?],
            _ => Vec::new(),
        };
        let mut partition = String::new();
        // As a dataset is, or as it is not.
        let ordered = |column: &InScope| column.role == Role::Ordered && column.expr.kind.has_ranges();
        let any = |column: &InScope| column.expr.kind.has_ranges();
        let by = if self.chance.percent(50) {
            scope.one(&mut self.chance, ordered)?
        } else {
            scope.one(&mut self.chance, any)?
        };
        if self.chance.percent(60) {
            let few = if self.chance.percent(50) {
                scope
                    .columns
                    .iter()
                    .filter(|column| column.role == Role::Key)
                    .map(|column| column.expr.clone())
                    .collect()
            } else {
                self.columns(scope, 2, |column| column.few && column.expr.kind.has_order())
            };
            let few: Vec<Expr> = few.into_iter().filter(|expr| !matches!(expr.node, Node::Literal(_))).collect();
            if !few.is_empty() {
                partition = format!("partition by {} ", vec!["{}"; few.len()].join(", "));
                parts.extend(few);
            }
        }
        parts.push(by.expr.clone());
        let by = format!(
            "{{}} {}",
            self.chance.pick(&["asc nulls last", "asc nulls first", "desc nulls first", "desc nulls last"])
        );
        let text =
            text.replace("{partition}", &partition).replace("{by}", &by).replace("{id}", &id.unwrap_or_default());
        Some(Expr::form(form.kind, text, parts))
    }

    /// The ordered column and its neighbours in its own order, which a wrong order of rows changes at once. Which of rows of one
    /// value is the first is not said: nothing else is asked for, nor is it ordered by anything else.
    pub(super) fn neighbours(&mut self, select: &mut Select, scope: &Scope) {
        let (keys, ordered) = scope.stored.split_at(scope.stored.len() - 1);
        let is_whole = self.chance.percent(50) || keys.is_empty();
        select.items = if is_whole { ordered.to_vec() } else { scope.stored.clone() };
        let partition =
            if is_whole { String::new() } else { format!("partition by {} ", vec!["{}"; keys.len()].join(", ")) };
        let function = *self.chance.pick(&["lag", "lead"]);
        let mut parts = ordered.to_vec();
        parts.extend(if is_whole { Vec::new() } else { keys.to_vec() });
        parts.extend(ordered.to_vec());
        let text = format!("{function}({{}}) over ({partition}order by {{}} asc nulls last)");
        select.items.push(Expr::form(ordered[0].kind, text, parts));
    }
}
