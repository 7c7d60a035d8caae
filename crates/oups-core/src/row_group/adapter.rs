//! Adapts the columns of a file to the dataset's, which may have evolved since the file was written.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use super::options::View;
use crate::Result;
use crate::ordered::OrderedType;
use crate::schema::{DatasetSchema, holds, plain_type, same_text};

/// Where each column of a dataset is in a file.
#[derive(Clone, Debug)]
pub(super) struct Adapter {
    /// The schema to decode the file's columns in. If it equals the dataset's, it is the same value.
    pub(super) decoded: SchemaRef,
    /// For each column of the dataset its position in the file; `None` if it was added later.
    pub(crate) places: Vec<Option<usize>>,
    /// The ordered column in the file: its position, its field without a dictionary, its type.
    pub(super) ordered: OrderedField,
}

#[derive(Clone, Debug)]
pub(super) struct OrderedField {
    pub(super) root: usize,
    pub(super) field: Field,
    pub(super) ordered_type: OrderedType,
}

impl Adapter {
    /// Finds the columns of a file, given its own Arrow schema.
    ///
    /// # Errors
    ///
    /// A text that says what is wrong, if the dataset's columns cannot have evolved from the file's.
    pub(super) fn new(dataset: &DatasetSchema, file: &Schema, view: View) -> Result<Self, String> {
        let mut fields: Vec<FieldRef> = file.fields().iter().cloned().collect();
        let mut places = Vec::with_capacity(dataset.stored().fields().len());
        for (at, field) in dataset.stored().fields().iter().enumerate() {
            let place = place(dataset, at, field, file)?;
            if let Some(field) = place.and_then(|place| fields.get_mut(place))
                && let Some(data_type) = decoded_type(dataset, at, field.data_type(), view)
            {
                *field = Arc::new(field.as_ref().clone().with_data_type(data_type));
            }
            places.push(place);
        }
        if places.iter().flatten().count() < file.fields().len() {
            let stranger = file.fields().iter().find(|field| dataset.index_of(field.name()).is_err());
            let stranger = stranger.map(|field| format!("another one, `{}`", field.name()));
            return Err(format!(
                "expected columns of the dataset, found {}",
                stranger.as_deref().unwrap_or("one twice")
            ));
        }
        let root = places.get(dataset.ordered_index()).copied().flatten();
        let ordered = root.and_then(|root| OrderedField::new(root, file.fields().get(root)?));
        let ordered = ordered.ok_or_else(|| format!("expected the ordered column `{}`", dataset.ordered_on()))?;
        let fields = Fields::from(fields);
        let same = &fields == dataset.stored().fields();
        let decoded = if same { dataset.stored().clone() } else { Arc::new(Schema::new(fields)) };
        Ok(Self { decoded, places, ordered })
    }
}

impl OrderedField {
    fn new(root: usize, field: &Field) -> Option<Self> {
        let ordered_type = OrderedType::new(field.data_type())?;
        let field = Field::new(field.name(), ordered_type.data_type().clone(), field.is_nullable());
        Some(Self { root, field, ordered_type })
    }
}

/// The position in the file of a column of the dataset; `None` if the column was added later. The error says that the
/// file's column does not fit.
pub(crate) fn place(dataset: &DatasetSchema, at: usize, field: &Field, file: &Schema) -> Result<Option<usize>, String> {
    // Most columns are at the same position.
    let same = file.fields().get(at).filter(|found| found.name() == field.name()).map(|found| (at, found.as_ref()));
    let Some((place, found)) = same.or_else(|| file.column_with_name(field.name())) else {
        let may_be_new = field.is_nullable() && at != dataset.ordered_index();
        return if may_be_new { Ok(None) } else { Err(format!("expected a column `{}`, found none", field.name())) };
    };
    let (expected, found_type) = (field.data_type(), found.data_type());
    let fits = if expected == found_type {
        true
    } else if at == dataset.ordered_index() {
        let (expected, found) = (plain_type(expected), plain_type(found_type));
        expected == found || same_text(&expected, &found)
    } else {
        holds(expected, found_type)
    };
    if fits && (field.is_nullable() || !found.is_nullable()) {
        return Ok(Some(place));
    }
    let nulls = |field: &Field| if field.is_nullable() { "" } else { " without nulls" };
    Err(format!(
        "expected column `{}` to be {expected}{}, found {found_type}{}",
        field.name(),
        nulls(field),
        nulls(found)
    ))
}

/// The type to decode a column in; `None` for the file's own. The decoder can give the dataset's type if the two differ
/// only in dictionaries, but not for every dictionary. The rest is converted afterwards.
fn decoded_type(dataset: &DatasetSchema, at: usize, found: &DataType, view: View) -> Option<DataType> {
    let (plain, stored) = (dataset.plain().field(at).data_type(), dataset.stored().field(at).data_type());
    if plain == stored && plain == found {
        return None;
    }
    let plain_found = plain_type(found);
    Some(match view {
        View::Stored if *plain == plain_found => decodable(stored),
        View::Stored | View::Plain => plain_found,
    })
}

/// The type that the decoder can give for a stored one. It refuses dictionaries with as many values as their keys can
/// number (128 for 8 bits), and dictionaries of fixed-size binary.
fn decodable(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) if matches!(**values, DataType::FixedSizeBinary(_)) => *values.clone(),
        DataType::Dictionary(keys, values) if keys.primitive_width().is_some_and(|width| width < 4) => {
            DataType::Dictionary(Box::new(DataType::Int32), values.clone())
        }
        other => other.clone(),
    }
}
