//! Texts beside times with a zone, read as everywhere in oups.
//!
//! The engine reads a text that stands beside a column in the zone of the column, and by way of nanoseconds. Here, before it
//! gives types to both sides, texts become times of the column's own type: those without an offset from UTC by the clock of
//! `oups.time_zone`.

pub(crate) mod place;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result, plan_datafusion_err};
use datafusion::logical_expr::expr::{Case, Cast, InList, InSubquery};
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::{Between, BinaryExpr, Expr, ExprSchemable, Operator, binary_expr};

use oups::words::short;

use crate::options::OupsOptions;
use crate::zone::Zone;
use place::{Place, ZonedType};

/// The rewrite of comparisons of times with texts. As a rewrite of functions it comes before the engine's own analysis, and
/// sees each expression of a statement after those within it.
#[derive(Debug)]
pub(crate) struct Zoned;

impl Zoned {
    /// The name of the rewrite.
    pub(crate) const NAME: &str = "oups_zoned";
}

impl FunctionRewrite for Zoned {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn rewrite(&self, expr: Expr, schema: &DFSchema, config: &ConfigOptions) -> Result<Transformed<Expr>> {
        let clock = OupsOptions::among(config).time_zone;
        let rewritten = Texts { schema, clock }.rewritten(&expr)?;
        Ok(rewritten.map_or(Transformed::no(expr), Transformed::yes))
    }
}

/// The texts of a statement: which times they are, beside the columns of a schema.
struct Texts<'a> {
    schema: &'a DFSchema,
    clock: Zone,
}

impl Texts<'_> {
    /// The expression with times instead of texts; none where it has no text beside times.
    fn rewritten(&self, expr: &Expr) -> Result<Option<Expr>> {
        match expr {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => self.compared(left, *op, right),
            Expr::Between(between) => self.between(between),
            Expr::InList(list) => self.in_list(list),
            Expr::InSubquery(query) => self.in_subquery(query),
            Expr::Case(case) => self.case(case),
            _ => Ok(None),
        }
    }

    /// The comparison of two sides, if one is a text and the other one are times.
    fn compared(&self, left: &Expr, operator: Operator, right: &Expr) -> Result<Option<Expr>> {
        if !is_comparison(operator) {
            return Ok(None);
        }
        let swapped = operator.swap().unwrap_or(operator);
        for (times, operator, text) in [(left, operator, right), (right, swapped, left)] {
            if let Some((times, zoned)) = self.times(times)
                && let Some(text) = text_beside(text, &zoned)
            {
                let place = self.read(times, text, |text, clock| zoned.place(text, clock))?;
                return Ok(Some(zoned.compared(times.clone(), operator, place)));
            }
        }
        Ok(None)
    }

    /// As [`compared`](Self::compared); the comparison as it is where it has no text beside times.
    fn comparison(&self, left: &Expr, operator: Operator, right: &Expr) -> Result<Expr> {
        let compared = self.compared(left, operator, right)?;
        Ok(compared.unwrap_or_else(|| binary_expr(left.clone(), operator, right.clone())))
    }

    fn between(&self, Between { expr, negated, low, high }: &Between) -> Result<Option<Expr>> {
        let (above, below) = if *negated { (Operator::Lt, Operator::Gt) } else { (Operator::GtEq, Operator::LtEq) };
        if self.compared(expr, above, low)?.is_none() && self.compared(expr, below, high)?.is_none() {
            return Ok(None);
        }
        let (low, high) = (self.comparison(expr, above, low)?, self.comparison(expr, below, high)?);
        Ok(Some(if *negated { low.or(high) } else { low.and(high) }))
    }

    fn in_list(&self, InList { expr, list, negated }: &InList) -> Result<Option<Expr>> {
        let Some((times, zoned)) = self.times(expr) else { return self.text_in_list(expr, list, *negated) };
        if !list.iter().any(|item| text_beside(item, &zoned).is_some()) {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let Some(text) = text_beside(item, &zoned) else {
                items.push(item.clone());
                continue;
            };
            // What lies between two values is equal to none.
            if let Place::At(value) = self.read(times, text, |text, clock| zoned.place(text, clock))? {
                items.push(zoned.literal(value));
            }
        }
        if items.is_empty() {
            let operator = if *negated { Operator::NotEq } else { Operator::Eq };
            return Ok(Some(zoned.compared(times.clone(), operator, Place::Above(i64::MAX))));
        }
        Ok(Some(Expr::InList(InList::new(Box::new(times.clone()), items, *negated))))
    }

    /// A text among expressions: each is compared by itself, as each has a type of its own.
    fn text_in_list(&self, text: &Expr, list: &[Expr], negated: bool) -> Result<Option<Expr>> {
        let is_beside = |item| self.times(item).is_some_and(|(_, zoned)| text_beside(text, &zoned).is_some());
        if !list.iter().any(is_beside) {
            return Ok(None);
        }
        let operator = if negated { Operator::NotEq } else { Operator::Eq };
        let compared = list.iter().map(|item| self.comparison(text, operator, item));
        let compared = compared.collect::<Result<Vec<_>>>()?;
        Ok(compared.into_iter().reduce(|all, one| if negated { all.and(one) } else { all.or(one) }))
    }

    fn in_subquery(&self, InSubquery { expr, subquery, negated }: &InSubquery) -> Result<Option<Expr>> {
        let column = subquery.subquery.schema().fields().first();
        let Some(zoned) = column.and_then(|column| ZonedType::of(column.data_type())) else { return Ok(None) };
        let Some(text) = text_beside(expr, &zoned) else { return Ok(None) };
        let value = self.read(expr, text, |text, clock| zoned.value(text, clock))?;
        Ok(Some(Expr::InSubquery(InSubquery::new(Box::new(zoned.literal(value)), subquery.clone(), *negated))))
    }

    /// A `case` whose value is compared, and one of whose results are times.
    fn case(&self, case: &Case) -> Result<Option<Expr>> {
        let mut new = case.clone();
        let mut changed = false;
        if let Some(base) = &case.expr {
            let arms = case.when_then_expr.iter().map(|(when, _)| self.compared(base, Operator::Eq, when));
            if arms.collect::<Result<Vec<_>>>()?.iter().any(Option::is_some) {
                // Each arm with a condition of its own, which is what it means.
                new.expr = None;
                for (when, _) in &mut new.when_then_expr {
                    **when = self.comparison(base, Operator::Eq, when)?;
                }
                changed = true;
            }
        }
        let mut results: Vec<&mut Box<Expr>> = new.when_then_expr.iter_mut().map(|(_, then)| then).collect();
        results.extend(new.else_expr.iter_mut());
        if let Some((_, zoned)) = results.iter().find_map(|result| self.times(result)) {
            for result in results {
                let Some(text) = text_beside(result, &zoned) else { continue };
                let value = self.read(result, text, |text, clock| zoned.value(text, clock))?;
                **result = zoned.literal(value);
                changed = true;
            }
        }
        Ok(changed.then_some(Expr::Case(new)))
    }

    /// The expression as times with a zone, if it is that. The engine's cast to nanoseconds is taken off: it does not change
    /// a comparison, and fails for times that they do not reach.
    fn times<'e>(&self, expr: &'e Expr) -> Option<(&'e Expr, ZonedType)> {
        if let Expr::Cast(Cast { expr, field }) = expr {
            if matches!(expr.as_ref(), Expr::Literal(..)) {
                return None;
            }
            if let Some((times, zoned)) = self.times(expr)
                && zoned.in_nanoseconds() == *field.data_type()
            {
                return Some((times, zoned));
            }
        }
        Some((expr, ZonedType::of(&expr.get_type(self.schema).ok()?)?))
    }

    /// Reads a text that stands beside an expression, which the error names.
    fn read<T>(&self, beside: &Expr, text: &str, read: impl FnOnce(&str, &Zone) -> Result<T, String>) -> Result<T> {
        read(text, &self.clock).map_err(|why| match beside {
            Expr::Column(column) => plan_datafusion_err!("column `{}`: `{}` {why}", column.name, short(text)),
            _ => plan_datafusion_err!("`{}` {why}", short(text)),
        })
    }
}

fn is_comparison(operator: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(operator, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

/// A text that stands beside times of a type. A view has it in a cast already, which the engine has put around it.
fn text_beside<'e>(expr: &'e Expr, times: &ZonedType) -> Option<&'e str> {
    let literal = match expr {
        Expr::Cast(Cast { expr, field }) if *field.data_type() == times.in_nanoseconds() => expr,
        other => other,
    };
    let Expr::Literal(value, _) = literal else { return None };
    value.try_as_str().flatten()
}
