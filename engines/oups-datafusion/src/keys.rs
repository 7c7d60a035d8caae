//! The fields of keys as columns, and conditions that only they decide.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::catalog::Session;
use datafusion::common::cast::as_boolean_array;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::physical_plan::PhysicalExpr;
use oups::key::FieldType;
use oups::{AnyKey, KeyFilter, KeySchema, Store};

use crate::error::Raised;
use crate::value;

/// The fields of the keys of a store as columns, outermost level first; none for a table of one dataset.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyFields {
    types: Vec<FieldType>,
    fields: Vec<FieldRef>,
}

impl KeyFields {
    /// The fields of a schema.
    pub(crate) fn new(schema: &KeySchema) -> Self {
        let types: Vec<FieldType> = schema.field_types().collect();
        let field =
            |(name, field_type): (&str, &FieldType)| Arc::new(Field::new(name, value::field_type(*field_type), false));
        Self { fields: schema.field_names().zip(&types).map(field).collect(), types }
    }

    /// Their columns.
    pub(crate) fn fields(&self) -> &[FieldRef] {
        &self.fields
    }

    /// The place of the field with this name.
    fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name() == name)
    }

    /// The values of a key.
    ///
    /// # Errors
    ///
    /// If the key is of another schema.
    pub(crate) fn values(&self, key: &AnyKey) -> Result<Vec<ScalarValue>> {
        let values = self.types.iter().zip(key.values());
        values.map(|(field_type, value)| value::field(*field_type, value)).collect()
    }

    /// Whether a condition is about key fields and nothing else, so that a key alone decides it.
    pub(crate) fn decide(&self, condition: &Expr) -> bool {
        let columns = condition.column_refs();
        !columns.is_empty()
            && columns.iter().all(|column| self.position(column.name()).is_some())
            && !condition.is_volatile()
            && !condition.contains_outer()
    }

    /// Keys as rows.
    fn rows(&self, keys: &[AnyKey]) -> Result<RecordBatch> {
        let values = keys.iter().map(|key| self.values(key)).collect::<Result<Vec<_>>>()?;
        let column = |at: usize| ScalarValue::iter_to_array(values.iter().filter_map(|row| row.get(at)).cloned());
        let columns = (0..self.fields.len()).map(column).collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(keys.len()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(self.fields.clone())), columns, &options)?)
    }

    /// The texts that a condition names for one of the fields, where it is an equality, a list, or several of these joined by
    /// `or`: the place of the field, and all texts that it may have.
    fn named(&self, condition: &Expr) -> Option<(usize, Vec<String>)> {
        match condition {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => self
                .named_by(left, std::slice::from_ref(right))
                .or_else(|| self.named_by(right, std::slice::from_ref(left))),
            Expr::InList(InList { expr, list, negated: false }) => self.named_by(expr, list),
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                let (at, mut texts) = self.named(left)?;
                let (same, more) = self.named(right)?;
                texts.extend(more);
                (same == at).then_some((at, texts))
            }
            _ => None,
        }
    }

    fn named_by(&self, column: &Expr, values: &[impl AsRef<Expr>]) -> Option<(usize, Vec<String>)> {
        let Expr::Column(column) = column else { return None };
        let at = self.position(&column.name)?;
        let column_type = self.fields.get(at)?.data_type();
        let mut texts = Vec::with_capacity(values.len());
        for value in values {
            let Expr::Literal(value, _) = value.as_ref() else { return None };
            match value.try_as_str() {
                // Equal to nothing.
                _ if value.is_null() => {}
                Some(Some(text)) if *column_type == DataType::Utf8 => texts.push(text.to_owned()),
                None if value.data_type() == *column_type => texts.push(value.to_string()),
                // What the engine makes of other types, it decides itself.
                _ => return None,
            }
        }
        Some((at, texts))
    }
}

/// Which datasets a scan wants, as far as their keys decide it.
#[derive(Clone, Debug)]
pub(crate) struct KeyCondition {
    fields: KeyFields,
    /// Folders that this rules out are not listed.
    filter: KeyFilter,
    /// The only keys that it wants, where it names them.
    only: Option<BTreeSet<AnyKey>>,
    /// The filters that keys decide.
    decided: Vec<Expr>,
    /// The same as the engine's own expression over the fields; none lets all keys through.
    test: Option<Arc<dyn PhysicalExpr>>,
}

impl KeyCondition {
    /// The condition of those of the filters of a scan that keys decide, on top of the filter of the table.
    ///
    /// # Errors
    ///
    /// If the engine cannot evaluate a filter.
    pub(crate) fn new(state: &dyn Session, fields: &KeyFields, filter: &KeyFilter, filters: &[Expr]) -> Result<Self> {
        let decided: Vec<Expr> = filters.iter().filter(|condition| fields.decide(condition)).cloned().collect();
        let mut filter = filter.clone();
        for (at, texts) in decided.iter().filter_map(|condition| fields.named(condition)) {
            filter = filter.narrowed(at, texts);
        }
        let test = match conjunction(decided.iter().cloned()) {
            Some(test) => {
                let schema = DFSchema::try_from(Schema::new(fields.fields.clone()))?;
                Some(state.create_physical_expr(test, &schema)?)
            }
            None => None,
        };
        Ok(Self { fields: fields.clone(), filter, only: None, decided, test })
    }

    /// The condition of these keys.
    pub(crate) fn of_keys<'k>(keys: impl IntoIterator<Item = &'k AnyKey>) -> Self {
        let only: BTreeSet<AnyKey> = keys.into_iter().cloned().collect();
        let fields = only.first().map_or(0, |key| key.values().len());
        let texts = |at: usize| only.iter().filter_map(move |key| Some(key.values().get(at)?.to_text().into_owned()));
        let filter = (0..fields).fold(KeyFilter::all(), |filter, at| filter.narrowed(at, texts(at)));
        Self { fields: KeyFields::default(), filter, only: Some(only), decided: Vec::new(), test: None }
    }

    /// Whether the other condition is the same one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.filter == other.filter && self.only == other.only && self.decided == other.decided
    }

    /// The keys of the datasets that are wanted, of those that there are, in key order.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed, and where the condition cannot be evaluated: by a division by zero, for one.
    pub(crate) fn list(&self, store: &Store<AnyKey>) -> Result<Vec<AnyKey>, Raised> {
        Ok(self.passing(store.keys(self.filter.clone())?)?)
    }

    /// Those of the keys that are wanted.
    ///
    /// # Errors
    ///
    /// Where the condition cannot be evaluated.
    pub(crate) fn passing(&self, mut keys: Vec<AnyKey>) -> Result<Vec<AnyKey>> {
        keys.retain(|key| self.filter.matches(key) && self.only.as_ref().is_none_or(|only| only.contains(key)));
        let Some(test) = self.test.as_ref().filter(|_| !keys.is_empty()) else { return Ok(keys) };
        let passes = test.evaluate(&self.fields.rows(&keys)?)?.into_array(keys.len())?;
        let mut passes = as_boolean_array(&passes)?.iter();
        keys.retain(|_| passes.next().flatten().unwrap_or_default());
        Ok(keys)
    }
}
