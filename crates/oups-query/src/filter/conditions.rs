//! The conditions of a read, as the caller gave them and with their columns found in a dataset.

use std::fmt;
use std::sync::{Arc, Mutex};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::schema::DatasetSchema;

use super::predicate::Predicate;
use super::{Kind, Part};
use crate::Result;
use crate::projection::Projection;

/// A test of rows. It gets a batch of the columns that it asked for and answers for each row whether the row is wanted.
/// Null means no.
pub(crate) type Test = dyn Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync;

/// The conditions stay parsed for at most this many schemas. Most queries read datasets of a single schema.
const MOST_SCHEMAS: usize = 16;

/// A condition on rows as the caller gave it.
#[derive(Clone)]
pub(crate) enum Condition {
    Text(String),
    Test { columns: Vec<String>, test: Arc<Test> },
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Test { columns, .. } => f.debug_struct("Test").field("columns", columns).finish_non_exhaustive(),
        }
    }
}

/// All conditions of a read, parsed once for each schema, not once for each dataset.
#[derive(Clone, Default)]
pub(crate) struct Conditions {
    conditions: Vec<Condition>,
    found: Arc<Mutex<Vec<Found>>>,
}

/// The conditions as parsed for datasets with these columns.
struct Found {
    schema: SchemaRef,
    ordered_on: String,
    parts: Arc<[Arc<Part>]>,
}

impl fmt::Debug for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.conditions.fmt(f)
    }
}

impl Conditions {
    /// Adds a condition.
    pub(crate) fn push(&mut self, condition: Condition) {
        self.conditions.push(condition);
        // A new list, because a clone of this read may still use the old one.
        self.found = Arc::default();
    }

    /// Whether every row is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// The conditions with their columns found. A row is wanted if all of them hold.
    ///
    /// # Errors
    ///
    /// [`Error::Condition`](crate::Error::Condition), [`oups_core::Error::UnknownColumn`],
    /// [`Error::DuplicateColumn`](crate::Error::DuplicateColumn).
    pub(super) fn found_in(&self, schema: &DatasetSchema) -> Result<Arc<[Arc<Part>]>> {
        let is_it = |found: &&Found| found.schema == *schema.stored() && found.ordered_on == schema.ordered_on();
        // `try_lock`, because in a forked child the thread that holds the lock does not exist. A miss only costs a
        // parse.
        if let Ok(kept) = self.found.try_lock()
            && let Some(found) = kept.iter().find(is_it)
        {
            return Ok(found.parts.clone());
        }
        let mut parts = Vec::with_capacity(self.conditions.len());
        for condition in &self.conditions {
            condition.find_in(schema, &mut parts)?;
        }
        let parts: Arc<[Arc<Part>]> = parts.into_iter().map(Arc::new).collect();
        if let Ok(mut kept) = self.found.try_lock()
            && kept.len() < MOST_SCHEMAS
        {
            let (schema, ordered_on) = (schema.stored().clone(), schema.ordered_on().to_owned());
            kept.push(Found { schema, ordered_on, parts: parts.clone() });
        }
        Ok(parts)
    }
}

impl Condition {
    fn find_in(&self, schema: &DatasetSchema, parts: &mut Vec<Part>) -> Result<()> {
        match self {
            Self::Test { columns, test } => {
                let columns = Projection::find(Some(columns), schema)?;
                parts.push(Part { columns, kind: Kind::Test(test.clone()) });
            }
            Self::Text(text) => {
                for predicate in Predicate::parse(text, schema)?.conjuncts() {
                    parts.push(Part::of(predicate, schema)?);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Schema};

    use super::super::Filter;
    use super::*;

    fn schema(dataset: &str, columns: &[&str]) -> DatasetSchema {
        let fields: Vec<Field> = columns.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
        DatasetSchema::new(dataset, Arc::new(Schema::new(fields)), "t").unwrap()
    }

    #[test]
    fn datasets_with_the_same_columns_share_what_was_parsed() {
        let mut conditions = Conditions::default();
        conditions.push(Condition::Text("v > 3 and t < 10".to_owned()));
        let filter = |schema: &DatasetSchema| Filter::narrowing(&conditions, schema, None).unwrap().0;
        let (a, b) = (filter(&schema("a", &["t", "v"])), filter(&schema("b", &["t", "v"])));
        assert!(Arc::ptr_eq(&a.parts[0], &b.parts[0]), "parsed again for the same columns");
        // The column stands elsewhere, so that the same text is another filter.
        let c = filter(&schema("c", &["v", "t"]));
        assert_eq!((a.columns, c.columns), (vec![1], vec![0]));
    }

    #[test]
    fn a_condition_that_comes_later_is_asked_too_and_clones_go_their_own_way() {
        let mut first = Conditions::default();
        first.push(Condition::Text("v > 3".to_owned()));
        let schema = schema("a", &["t", "v", "w"]);
        assert_eq!(first.found_in(&schema).unwrap().len(), 1);
        let mut second = first.clone();
        second.push(Condition::Text("w > 3".to_owned()));
        assert_eq!(second.found_in(&schema).unwrap().len(), 2);
        assert_eq!(first.found_in(&schema).unwrap().len(), 1);
    }
}
