//! The shape of a column whose type is not known, over all files: leaf values, objects, or lists.

use arrow::datatypes::{DataType, Field, Fields};
use std::sync::Arc;

use super::names::Names;
use super::spot::Spot;
use super::wrong::{Wrong, shown};
use crate::text::{Doubt, Guess, Role, Times, Written};

/// What was seen of a column, or of a field or the items within it.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    guess: Guess,
    leaf: Option<First>,
    object: Option<(First, Objects)>,
    list: Option<(First, Box<Shape>)>,
}

/// The first value of a kind.
#[derive(Clone, Debug)]
pub(super) struct First {
    pub(super) spot: u64,
    pub(super) value: String,
}

/// The fields of objects, in the order of first occurrence.
#[derive(Clone, Debug, Default)]
pub(super) struct Objects {
    pub(super) names: Names,
    pub(super) shapes: Vec<Shape>,
}

/// The type that was inferred for a column.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The type; `None` if the column has no value.
    pub(super) data_type: Option<DataType>,
    /// Doubts that a user must know, each with its part of the column (`o.b`).
    pub(super) doubts: Vec<(String, Doubt)>,
    /// Fields of objects that have no value in any row.
    pub(super) empty: Vec<String>,
    pub(super) first: Option<First>,
}

/// The error of a column whose values are of different kinds, or have no type.
#[derive(Debug)]
pub(super) struct Untyped {
    pub(super) spot: u64,
    pub(super) path: String,
    pub(super) wrong: Wrong,
}

impl Shape {
    pub(super) fn new(times: &Times, role: Role) -> Self {
        Self { guess: Guess::new(times, role), leaf: None, object: None, list: None }
    }

    pub(super) fn add(&mut self, value: Written<'_>, spot: u64) {
        self.leaf.get_or_insert_with(|| First { spot, value: shown(value.text()) });
        self.guess.add(value, spot);
    }

    /// Adds an empty text in quotes, which is null in all columns but those of texts.
    pub(super) fn add_null_text(&mut self, spot: u64) {
        self.guess.add(Written::Text(""), spot);
    }

    /// The fields of the objects, to add those of another object.
    pub(super) fn object(&mut self, spot: u64) -> &mut Objects {
        &mut self.object.get_or_insert_with(|| (first(spot, "{…}"), Objects::default())).1
    }

    /// The items of the lists, to add those of another list.
    pub(super) fn list(&mut self, spot: u64, times: &Times) -> &mut Self {
        let new = || (first(spot, "[…]"), Box::new(Self::new(times, Role::Other)));
        &mut self.list.get_or_insert_with(new).1
    }

    /// Adds what was seen in another file, which comes after this one.
    pub(super) fn join(&mut self, other: Self) {
        self.guess.join(other.guess);
        self.leaf = self.leaf.take().or(other.leaf);
        match (&mut self.object, other.object) {
            (Some((_, objects)), Some((_, others))) => objects.join(others),
            (none, others) => *none = none.take().or(others),
        }
        match (&mut self.list, other.list) {
            (Some((_, items)), Some((_, others))) => items.join(*others),
            (none, others) => *none = none.take().or(others),
        }
    }

    /// The type that holds all values. `path` is the name of the column or of its part.
    pub(super) fn finish(self, path: &str) -> Result<Found, Untyped> {
        let mut kinds: Vec<(&First, &str)> = Vec::new();
        kinds.extend(self.leaf.iter().map(|first| (first, "a plain value")));
        kinds.extend(self.object.iter().map(|(first, _)| (first, "an object")));
        kinds.extend(self.list.iter().map(|(first, _)| (first, "a list")));
        kinds.sort_by_key(|(first, _)| first.spot);
        if let [(before, kind), (first, other), ..] = kinds.as_slice() {
            let line = Spot::unpacked(before.spot).line;
            let what = format!("`{}` is {other}, where line {line} has {kind}", first.value);
            return Err(Untyped { spot: first.spot, path: path.to_owned(), wrong: Wrong::new(what) });
        }
        match (self.object, self.list) {
            (Some((first, objects)), _) => objects.finish(path, first),
            (_, Some((first, items))) => of_list(*items, path, first),
            _ => Ok(of_leaf(self.guess, self.leaf, path)),
        }
    }
}

fn first(spot: u64, value: &str) -> First {
    First { spot, value: value.to_owned() }
}

fn of_leaf(guess: Guess, first: Option<First>, path: &str) -> Found {
    let guessed = guess.finish();
    let doubts = guessed.doubts.into_iter().map(|doubt| (path.to_owned(), doubt)).collect();
    Found { data_type: guessed.data_type, doubts, empty: Vec::new(), first }
}

fn of_list(items: Shape, path: &str, first: First) -> Result<Found, Untyped> {
    let mut found = items.finish(path)?;
    let Some(item) = found.data_type.take() else {
        let wrong = Wrong::new("is a list, and no list has an item to take a type from")
            .advice("take the member out (`jq -c 'del(.NAME)' FILE`), or bring it as Parquet, which has types");
        return Err(Untyped { spot: first.spot, path: path.to_owned(), wrong });
    };
    found.data_type = Some(DataType::List(Arc::new(Field::new_list_field(item, true))));
    found.first = Some(first);
    Ok(found)
}

impl Objects {
    /// The index of the field of this name. It is looked for at `at` first, and added if it is new.
    pub(super) fn place(&mut self, at: usize, name: &str, new: impl FnOnce() -> Shape) -> usize {
        self.names.find(at, name).unwrap_or_else(|| {
            self.shapes.push(new());
            self.names.add(name)
        })
    }

    pub(super) fn join(&mut self, other: Self) {
        for (name, shape) in other.names.into_iter().zip(other.shapes) {
            match self.names.find(0, &name).and_then(|place| self.shapes.get_mut(place)) {
                Some(known) => known.join(shape),
                None => {
                    self.names.add(&name);
                    self.shapes.push(shape);
                }
            }
        }
    }

    fn finish(self, path: &str, first: First) -> Result<Found, Untyped> {
        let mut all = Found::default();
        let mut fields = Vec::new();
        let spot = first.spot;
        for (name, shape) in self.names.into_iter().zip(self.shapes) {
            let path = format!("{path}.{name}");
            let found = shape.finish(&path)?;
            match found.data_type {
                Some(data_type) => fields.push(Field::new(name, data_type, true)),
                None => all.empty.push(path),
            }
            all.doubts.extend(found.doubts);
            all.empty.extend(found.empty);
        }
        if fields.is_empty() {
            let wrong = Wrong::new("is an object, and no object has a field with a value to take a type from")
                .advice("take the member out (`jq -c 'del(.NAME)' FILE`), or bring it as Parquet, which has types");
            return Err(Untyped { spot, path: path.to_owned(), wrong });
        }
        all.data_type = Some(DataType::Struct(Fields::from(fields)));
        all.first = Some(first);
        Ok(all)
    }
}

/// The known type, with the further fields of objects that were found.
pub(super) fn grown(told: &DataType, found: &DataType) -> DataType {
    use DataType::{FixedSizeList, LargeList, List, Struct};
    let item = |told: &Arc<Field>, found: &Arc<Field>| {
        Arc::new(told.as_ref().clone().with_data_type(grown(told.data_type(), found.data_type())))
    };
    match (told, found) {
        (Struct(told), Struct(found)) => {
            let mut fields: Vec<Arc<Field>> = told
                .iter()
                .map(|field| match found.find(field.name()) {
                    Some((_, found)) => item(field, found),
                    None => field.clone(),
                })
                .collect();
            fields.extend(found.iter().filter(|field| told.find(field.name()).is_none()).cloned());
            Struct(fields.into())
        }
        (List(told), List(found)) => List(item(told, found)),
        (LargeList(told), List(found)) => LargeList(item(told, found)),
        (FixedSizeList(told, length), List(found)) => FixedSizeList(item(told, found), *length),
        _ => told.clone(),
    }
}
