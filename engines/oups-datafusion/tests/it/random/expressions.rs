//! Random expressions and conditions over the columns of a scope.

use super::chance::Chance;
use super::forms::{Form, PATTERNS, SCALARS, literals};
use super::generate::Generator;
use super::kind::Kind;
use super::query::{Expr, Node};
use super::scope::{InScope, Scope};
use super::store::Role;

impl Generator<'_> {
    /// An expression of this kind; of kinds without literals a column at least is in the scope.
    pub(super) fn expr(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Expr> {
        if depth > 0 && self.chance.percent(50) {
            let forms: Vec<&Form> = SCALARS.iter().filter(|form| form.kind == kind && can_be(scope, form)).collect();
            if !forms.is_empty() {
                let form = *self.chance.pick(&forms);
                return self.filled(scope, form, depth - 1);
            }
        }
        match self.chance.percent(85).then(|| scope.column(kind, &mut self.chance)).flatten() {
            Some(column) => Some(column.expr.clone()),
            None if literals(kind).is_empty() => scope.column(kind, &mut self.chance).map(|column| column.expr.clone()),
            None => Some(Expr::literal(kind, *self.chance.pick(literals(kind)))),
        }
    }

    /// A form with expressions in its holes.
    pub(super) fn filled(&mut self, scope: &Scope, form: &Form, depth: usize) -> Option<Expr> {
        let parts: Option<Vec<Expr>> = form.parts.iter().map(|kind| self.part(scope, *kind, depth)).collect();
        Some(Expr::form(form.kind, form.text, parts?))
    }

    /// An expression that is computed with: of whole numbers one of 64 bits, since narrower ones are counted round by one engine.
    fn part(&mut self, scope: &Scope, kind: Kind, depth: usize) -> Option<Expr> {
        let expr = match kind {
            Kind::Bool => self.condition(scope, depth.min(1))?,
            _ => self.expr(scope, kind, depth)?,
        };
        let is_column = |column: &&InScope| match (&column.expr.node, &expr.node) {
            (Node::Column { table: a, name: b }, Node::Column { table: c, name: d }) => a == c && b == d,
            _ => false,
        };
        let is_narrow = kind == Kind::Int && scope.columns.iter().find(is_column).is_some_and(|column| !column.wide);
        Some(if is_narrow { Expr::form(kind, "cast({} as bigint)", vec![expr]) } else { expr })
    }

    /// A condition.
    pub(super) fn condition(&mut self, scope: &Scope, depth: usize) -> Option<Expr> {
        if depth > 0 && self.chance.percent(30) {
            let form = *self.chance.pick(&["({} and {})", "({} or {})", "({} or {})", "(not {})", "({} is not true)"]);
            let parts: Option<Vec<Expr>> = form.matches("{}").map(|_| self.condition(scope, depth - 1)).collect();
            return Some(Expr::form(Kind::Bool, form, parts?));
        }
        if depth > 0 && self.chance.percent(20) {
            return self.between_two(scope, depth);
        }
        let column = self.a_column(scope)?.clone();
        Some(simple_condition(&column, &mut self.chance))
    }

    /// A column to ask something of: often the ordered one or one of the key.
    fn a_column<'a>(&mut self, scope: &'a Scope) -> Option<&'a InScope> {
        let role = *self.chance.pick(&[Role::Ordered, Role::Key, Role::Data, Role::Data]);
        scope.one(&mut self.chance, |column| column.role == role).or_else(|| scope.one(&mut self.chance, |_| true))
    }

    /// Two expressions compared.
    fn between_two(&mut self, scope: &Scope, depth: usize) -> Option<Expr> {
        let kind = scope.one(&mut self.chance, |column| column.expr.kind.has_order())?.expr.kind;
        let parts = vec![self.expr(scope, kind, depth)?, self.expr(scope, kind, depth)?];
        let how = match kind {
            Kind::Bool => *self.chance.pick(&["=", "<>", "is distinct from"]),
            _ => *self.chance.pick(&["=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"]),
        };
        Some(Expr::form(Kind::Bool, format!("({{}} {how} {{}})"), parts))
    }
}

/// A condition on the values of a column, in words that oups has as well.
pub(super) fn simple_condition(column: &InScope, chance: &mut Chance) -> Expr {
    let of = || column.expr.clone();
    let kind = column.expr.kind;
    let is = |form: String, parts: Vec<Expr>| Expr::form(Kind::Bool, form, parts);
    if column.samples.is_empty() || chance.percent(8) {
        return is((*chance.pick(&["({} is null)", "({} is not null)"])).to_owned(), vec![of()]);
    }
    let mut sample = || Expr::literal(kind, chance.pick(&column.samples).clone());
    let (a, b) = (sample(), sample());
    let comparison = match kind {
        Kind::Bool => *chance.pick(&["=", "<>"]),
        _ => *chance.pick(&["=", "<>", "<", "<=", ">", ">=", ">=", "<"]),
    };
    match chance.below(10) {
        0 | 1 => is(format!("({{}} {} ({{}}, {{}}))", chance.pick(&["in", "in", "not in"])), vec![of(), a, b]),
        2 if kind == Kind::Text => {
            let how = *chance.pick(&["like", "not like", "ilike"]);
            is(format!("({{}} {how} {})", chance.pick(PATTERNS)), vec![of()])
        }
        // Truth values have no between in oups.
        2 | 3 if kind != Kind::Bool => {
            let how = *chance.pick(&["between", "between", "not between"]);
            is(format!("({{}} {how} {{}} and {{}})"), vec![of(), a, b])
        }
        4 => is(format!("({{}} {comparison} {{}} or {{}} = {{}})"), vec![of(), a, of(), b]),
        _ => is(format!("({{}} {comparison} {{}})"), vec![of(), a]),
    }
}

/// Whether there is something for each hole.
fn can_be(scope: &Scope, form: &Form) -> bool {
    form.parts.iter().all(|kind| scope.has(*kind) || !literals(*kind).is_empty())
}
