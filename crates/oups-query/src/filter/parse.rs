//! Parses a condition's text to a predicate on the columns of one dataset. The syntax is SQL's, read by `sqlparser`.

use arrow::datatypes::DataType;
use oups_core::QueryError;
use oups_core::ordered::OrderedType;
use oups_core::schema::DatasetSchema;
use oups_core::words::one_of_columns;
use sqlparser::ast::{BinaryOperator, Expr, Ident, Spanned, UnaryOperator, Value};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};

use super::literal::{Literal, spans, united};
use super::predicate::{Column, Comparison, Predicate};
use super::unquoted::of_unquoted_time;
use crate::{Error, Result};

/// Longer texts are refused. An expression is at most as deep as its text is long, so that this bounds the depth.
const MOST_BYTES: usize = 64 << 10;

impl Predicate {
    /// Reads a condition, such as `temp > 30 and city in ('oslo', 'rome')`, on the columns of a dataset.
    ///
    /// # Errors
    ///
    /// [`QueryError::Condition`] with the place in the text, what was expected there and what was found.
    pub fn parse(text: &str, schema: &DatasetSchema) -> Result<Self> {
        let scope = Scope { text, schema };
        if text.len() > MOST_BYTES {
            let found = format!("{} bytes", text.len());
            return Err(scope.error(Location::empty(), format!("a condition of at most {MOST_BYTES} bytes"), found));
        }
        scope.read().map_err(|error| of_unquoted_time(text, error))
    }
}

/// What a text is read against.
struct Scope<'a> {
    text: &'a str,
    schema: &'a DatasetSchema,
}

/// One side of a comparison.
enum Operand {
    Column(Column),
    Value(Literal),
}

impl Scope<'_> {
    fn read(&self) -> Result<Predicate> {
        let mut parser = Parser::new(&GenericDialect).try_with_sql(self.text).map_err(|error| self.syntax(&error))?;
        let expr = parser.parse_expr().map_err(|error| self.syntax(&error))?;
        let rest = parser.peek_token();
        match rest.token {
            Token::EOF => self.condition(&expr),
            token => Err(self.error(rest.span.start, "`and`, `or`, or the end", format!("`{token}`"))),
        }
    }

    fn condition(&self, expr: &Expr) -> Result<Predicate> {
        match expr {
            Expr::Nested(inner) => self.condition(inner),
            Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } => self.chain(expr, op),
            Expr::BinaryOp { left, op, right } => self.comparison(expr, left, op, right),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(negated(true, self.condition(expr)?)),
            Expr::IsNull(inner) => Ok(Predicate::IsNull(self.column(inner)?)),
            Expr::IsNotNull(inner) => Ok(negated(true, Predicate::IsNull(self.column(inner)?))),
            Expr::IsTrue(inner) => Ok(Predicate::Is(Box::new(self.condition(inner)?), true)),
            Expr::IsFalse(inner) => Ok(Predicate::Is(Box::new(self.condition(inner)?), false)),
            Expr::IsNotTrue(inner) => Ok(negated(true, Predicate::Is(Box::new(self.condition(inner)?), true))),
            Expr::IsNotFalse(inner) => Ok(negated(true, Predicate::Is(Box::new(self.condition(inner)?), false))),
            Expr::InList { expr, list, negated: not } => Ok(negated(*not, self.in_list(expr, list)?)),
            Expr::Between { expr, negated: not, low, high } => Ok(negated(*not, self.between(expr, low, high)?)),
            Expr::Like { negated: not, any: false, expr, pattern, escape_char: None } => {
                Ok(negated(*not, self.like(expr, pattern, false)?))
            }
            Expr::ILike { negated: not, any: false, expr, pattern, escape_char: None } => {
                Ok(negated(*not, self.like(expr, pattern, true)?))
            }
            other => self.bare(other),
        }
    }

    /// The parts between `and`s, or between `or`s. A loop, because a chain of thousands must not exhaust the stack.
    fn chain(&self, mut expr: &Expr, word: &BinaryOperator) -> Result<Predicate> {
        let mut parts = Vec::new();
        while let Expr::BinaryOp { left, op, right } = expr
            && op == word
        {
            parts.push(&**right);
            expr = left;
        }
        parts.push(expr);
        let parts = parts.into_iter().rev().map(|part| self.condition(part)).collect::<Result<_>>()?;
        Ok(if *word == BinaryOperator::And { Predicate::And(parts) } else { Predicate::Or(parts) })
    }

    /// A condition without an operator: `true`, `null`, or a column of booleans.
    fn bare(&self, expr: &Expr) -> Result<Predicate> {
        match self.operand(expr)? {
            Operand::Value(Literal::Boolean(value)) => Ok(Predicate::Constant(Some(value))),
            Operand::Value(Literal::Null) => Ok(Predicate::Constant(None)),
            Operand::Column(column) if self.is_boolean(&column) => Ok(Predicate::Boolean(column)),
            Operand::Column(column) => {
                let found = format!("the column {} ({})", column.name, self.type_of(&column));
                Err(self.error_at(expr, "a comparison, or a column of booleans", found))
            }
            Operand::Value(_) => Err(self.error_at(expr, "a comparison", format!("the value {expr}"))),
        }
    }

    fn comparison(&self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Predicate> {
        let Some(comparison) = comparison(op) else {
            let expected = "one of = <> < <= > >= and or not in like between is";
            return Err(self.error_at(right, expected, format!("the operator {op} before it")));
        };
        match (self.operand(left)?, self.operand(right)?) {
            (Operand::Column(column), Operand::Value(value)) => self.with_value(column, comparison, &value, right),
            (Operand::Value(value), Operand::Column(column)) => {
                self.with_value(column, flipped(comparison), &value, left)
            }
            (Operand::Column(a), Operand::Column(b)) if self.compare_alike(&a, &b) => {
                Ok(Predicate::Compare(a, comparison, b))
            }
            (Operand::Column(a), Operand::Column(b)) => {
                let expected = format!("a column that can be compared with {} ({})", a.name, self.type_of(&a));
                Err(self.error_at(right, expected, format!("{} ({})", b.name, self.type_of(&b))))
            }
            (Operand::Value(_), Operand::Value(_)) => Err(self.error_at(whole, "a column", "two values")),
        }
    }

    fn with_value(&self, column: Column, comparison: Comparison, value: &Literal, at: &Expr) -> Result<Predicate> {
        if *value == Literal::Null {
            return Ok(Predicate::Constant(None));
        }
        if self.is_boolean(&column) {
            return match (comparison, value) {
                (Comparison::Equal, Literal::Boolean(wanted)) => Ok(negated(!wanted, Predicate::Boolean(column))),
                (Comparison::NotEqual, Literal::Boolean(other)) => Ok(negated(*other, Predicate::Boolean(column))),
                _ => Err(self.value_error(&column, "`=` or `<>` and `true` or `false`".to_owned(), at)),
            };
        }
        let ordered = self.ordered(&column, at)?;
        // `<>` is the negation of `=`: NaN differs from every value but is in no span.
        if comparison == Comparison::NotEqual {
            return Ok(negated(true, self.with_value(column, Comparison::Equal, value, at)?));
        }
        match spans(comparison, value, &ordered) {
            Ok(spans) => Ok(Predicate::Within(column, spans)),
            Err(expected) => Err(self.value_error(&column, expected, at)),
        }
    }

    fn in_list(&self, expr: &Expr, list: &[Expr]) -> Result<Predicate> {
        let column = self.column(expr)?;
        let mut found = Vec::new();
        let mut others = Vec::new();
        for item in list {
            let Operand::Value(value) = self.operand(item)? else {
                return Err(self.error_at(item, "a value", format!("the column {item}")));
            };
            match self.with_value(column.clone(), Comparison::Equal, &value, item)? {
                Predicate::Within(_, spans) => found.extend(spans),
                other => others.push(other),
            }
        }
        if column.ordered.is_some() {
            others.insert(0, Predicate::Within(column, united(found)));
        }
        Ok(if others.len() > 1 { Predicate::Or(others) } else { others.pop().unwrap_or(Predicate::Constant(None)) })
    }

    fn between(&self, expr: &Expr, low: &Expr, high: &Expr) -> Result<Predicate> {
        let from = self.comparison(expr, expr, &BinaryOperator::GtEq, low)?;
        let to = self.comparison(expr, expr, &BinaryOperator::LtEq, high)?;
        Ok(match (&from, &to) {
            (Predicate::Within(column, from), Predicate::Within(_, to)) => {
                let both = from.first().zip(to.first()).and_then(|(from, to)| from.and(to));
                Predicate::Within(column.clone(), both.into_iter().collect())
            }
            _ => Predicate::And(vec![from, to]),
        })
    }

    fn like(&self, expr: &Expr, pattern: &Expr, ignore_case: bool) -> Result<Predicate> {
        use DataType::{LargeUtf8, Utf8, Utf8View};
        let column = self.column(expr)?;
        let is_text = |ordered: &OrderedType| matches!(ordered.data_type(), Utf8 | LargeUtf8 | Utf8View);
        if !column.ordered.as_ref().is_some_and(is_text) {
            let found = format!("{} ({})", column.name, self.type_of(&column));
            return Err(self.error_at(expr, "a column of texts", found));
        }
        match self.operand(pattern)? {
            Operand::Value(Literal::Text(pattern)) => Ok(Predicate::Like { column, pattern, ignore_case }),
            Operand::Value(Literal::Null) => Ok(Predicate::Constant(None)),
            _ => Err(self.error_at(pattern, "a pattern in quotes, such as 'ber%'", pattern.to_string())),
        }
    }

    fn operand(&self, expr: &Expr) -> Result<Operand> {
        match expr {
            Expr::Nested(inner) => self.operand(inner),
            Expr::Identifier(name) => self.name(expr, name),
            Expr::Value(value) => self.value(expr, &value.value).map(Operand::Value),
            Expr::TypedString(typed) => self.value(expr, &typed.value.value).map(Operand::Value),
            Expr::UnaryOp { op: UnaryOperator::Plus, expr } => self.operand(expr),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => match self.operand(inner)? {
                Operand::Value(Literal::Number(digits)) => {
                    let minus = digits.strip_prefix('-').map_or_else(|| format!("-{digits}"), str::to_owned);
                    Ok(Operand::Value(Literal::Number(minus)))
                }
                _ => Err(self.error_at(inner, "a number after `-`", format!("`{inner}`"))),
            },
            other => Err(self.error_at(other, "a column or a value", format!("`{other}`"))),
        }
    }

    /// Finds a column by its name. A text between double quotes is always a name: if it could be a text, the condition
    /// would change its meaning as soon as the dataset got a column of that name.
    fn name(&self, expr: &Expr, name: &Ident) -> Result<Operand> {
        match self.schema.stored().column_with_name(&name.value) {
            Some((position, field)) => {
                let ordered = OrderedType::new(field.data_type());
                Ok(Operand::Column(Column { name: name.value.clone(), position, ordered }))
            }
            None => {
                let names: Vec<_> = self.schema.stored().fields().iter().map(|field| field.name().clone()).collect();
                let expected = one_of_columns(&name.value, &names);
                let mut error = match name.quote_style {
                    Some('"') => {
                        let text = name.value.replace('\'', "''");
                        let expected =
                            format!("{expected} between double quotes (a text stands between single ones: '{text}')");
                        self.error_at(expr, expected, format!("`{name}`"))
                    }
                    _ => self.error_at(
                        expr,
                        format!("{expected}, or a text in single quotes"),
                        format!("`{}`", name.value),
                    ),
                };
                if let Error::Query(QueryError::Condition { columns, .. }) = &mut error {
                    *columns = names.into();
                }
                Err(error)
            }
        }
    }

    fn value(&self, expr: &Expr, value: &Value) -> Result<Literal> {
        Ok(match value {
            Value::Number(digits, false) => Literal::Number(digits.clone()),
            Value::SingleQuotedString(text) => Literal::Text(text.clone()),
            Value::Boolean(value) => Literal::Boolean(*value),
            Value::Null => Literal::Null,
            Value::HexStringLiteral(digits) => match hexadecimal(digits) {
                Some(bytes) => Literal::Bytes(bytes),
                None => return Err(self.error_at(expr, "pairs of hexadecimal digits", format!("`{digits}`"))),
            },
            other => {
                let expected = "a number, a text in single quotes, true, false or null";
                return Err(self.error_at(expr, expected, format!("`{other}`")));
            }
        })
    }

    fn column(&self, expr: &Expr) -> Result<Column> {
        match self.operand(expr)? {
            Operand::Column(column) => Ok(column),
            Operand::Value(_) => Err(self.error_at(expr, "a column", format!("the value {expr}"))),
        }
    }

    fn ordered(&self, column: &Column, at: &Expr) -> Result<OrderedType> {
        column.ordered.clone().ok_or_else(|| {
            let expected = format!("`is null` or `is not null` for {} ({})", column.name, self.type_of(column));
            self.error_at(at, expected, "a comparison")
        })
    }

    /// Whether two columns can be compared with each other: they have one type, or both are floats.
    fn compare_alike(&self, a: &Column, b: &Column) -> bool {
        match (&a.ordered, &b.ordered) {
            (Some(a), Some(b)) => a == b || (a.data_type().is_floating() && b.data_type().is_floating()),
            _ => self.is_boolean(a) && self.is_boolean(b),
        }
    }

    fn is_boolean(&self, column: &Column) -> bool {
        self.type_of(column) == DataType::Boolean
    }

    fn type_of(&self, column: &Column) -> DataType {
        let field = self.schema.stored().fields().get(column.position);
        field.map_or(DataType::Null, |field| field.data_type().clone())
    }

    fn value_error(&self, column: &Column, expected: String, at: &Expr) -> Error {
        self.error_at(at, format!("for column {}: {expected}", column.name), format!("`{at}`"))
    }

    fn error_at(&self, at: &Expr, expected: impl Into<String>, found: impl Into<String>) -> Error {
        self.error(at.span().start, expected, found)
    }

    fn error(&self, at: Location, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::Query(QueryError::Condition {
            dataset: self.schema.dataset().to_owned(),
            text: self.text.to_owned(),
            at: character(self.text, at),
            expected: expected.into(),
            found: found.into(),
            columns: Box::default(),
        })
    }

    /// Takes the parser's error apart: its text holds the place, what was expected and what was found.
    fn syntax(&self, error: &ParserError) -> Error {
        let message = match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.as_str(),
            ParserError::RecursionLimitExceeded => "fewer parentheses, found: so many in each other",
        };
        let (message, place) = message.rsplit_once(" at Line: ").unwrap_or((message, ""));
        let place = place
            .split_once(", Column: ")
            .and_then(|(line, column)| Some(Location { line: line.parse().ok()?, column: column.parse().ok()? }));
        let place = place.unwrap_or(Location::empty());
        if message.starts_with("Unterminated") || message.contains("close delimiter") {
            return self.error(place, "a quote that closes the one that opens here", "the end");
        }
        let message = message.strip_prefix("Expected: ").unwrap_or(message);
        let (expected, found) = message.split_once(", found: ").unwrap_or(("a condition", message));
        let found = if found == "EOF" { "the end".to_owned() } else { format!("`{found}`") };
        // After `is` the parser lists everything that SQL allows; conditions take only these.
        let expected = if expected.ends_with("after IS") { "`null`, `not null`, `true` or `false`" } else { expected };
        self.error(place, expected, found)
    }
}

fn negated(not: bool, predicate: Predicate) -> Predicate {
    if not { Predicate::Not(Box::new(predicate)) } else { predicate }
}

fn comparison(op: &BinaryOperator) -> Option<Comparison> {
    Some(match op {
        BinaryOperator::Eq => Comparison::Equal,
        BinaryOperator::NotEq => Comparison::NotEqual,
        BinaryOperator::Lt => Comparison::Less,
        BinaryOperator::LtEq => Comparison::LessOrEqual,
        BinaryOperator::Gt => Comparison::Greater,
        BinaryOperator::GtEq => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        digits.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.last()?)).collect()
}

/// The place as a number of characters, counted from 1. An unknown place is the end of the text.
fn character(text: &str, at: Location) -> usize {
    if at.line == 0 {
        return text.chars().count() + 1;
    }
    let lines = text.split_inclusive('\n').take(usize::try_from(at.line - 1).unwrap_or(0));
    lines.map(|line| line.chars().count()).sum::<usize>() + usize::try_from(at.column).unwrap_or(0)
}
