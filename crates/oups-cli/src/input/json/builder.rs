//! Builds values of any type from JSON, by recursion over the type down to columns of leaf values.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, FixedSizeListArray, GenericListArray, GenericListViewArray, MapArray, OffsetSizeTrait, StructArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, FieldRef, Fields};
use arrow::error::ArrowError;

use super::tokens::{Members, Token, items, members};
use crate::input::names::Names;
use crate::input::part::BATCH_ROWS;
use crate::input::wrong::shown;
use crate::text::{Column, Times};

/// The error of a value that does not fit its column. `path` says where it is within the column, such as `.b`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) path: String,
    pub(super) what: String,
    pub(super) advice: Option<String>,
}

const NO_NULLS: &str = "has no value, and nulls are not allowed there";

/// Builds values of one type.
pub(super) enum Builder {
    Leaf(Column),
    Object(Object),
    List(List),
    Map(Map),
}

/// Builds objects of known fields.
pub(super) struct Object {
    fields: Fields,
    names: Names,
    parts: Vec<Builder>,
    /// For each field, the number of the last object that had it, counted from 1.
    set: Vec<usize>,
    valid: Vec<bool>,
}

pub(super) struct List {
    data_type: DataType,
    items: Box<Builder>,
    nullable: bool,
    length: usize,
    ends: Vec<usize>,
    valid: Vec<bool>,
}

pub(super) struct Map {
    entries: FieldRef,
    sorted: bool,
    keys: Column,
    values: Box<Builder>,
    values_nullable: bool,
    length: usize,
    ends: Vec<usize>,
    valid: Vec<bool>,
}

impl Misfit {
    fn new(what: impl Into<String>) -> Self {
        Self { path: String::new(), what: what.into(), advice: None }
    }

    fn not(token: &Token<'_>, wanted: &str) -> Self {
        Self::new(format!("`{}` is not {wanted}", token.shown()))
    }

    fn under(mut self, name: &str) -> Self {
        self.path = format!(".{name}{}", self.path);
        self
    }
}

impl Builder {
    /// A builder of values of this type; `None` if JSON cannot hold the type.
    pub(super) fn new(data_type: &DataType, times: &Times) -> Option<Self> {
        use DataType::{FixedSizeList, LargeList, LargeListView, List as Plain, ListView, Map as OfMap, Struct};
        Some(match data_type {
            Struct(fields) => Self::Object(Object::new(fields, times)?),
            Plain(item) | LargeList(item) | ListView(item) | LargeListView(item) | FixedSizeList(item, _) => {
                Self::List(List {
                    data_type: data_type.clone(),
                    items: Box::new(Self::new(item.data_type(), times)?),
                    nullable: item.is_nullable(),
                    length: 0,
                    ends: Vec::new(),
                    valid: Vec::new(),
                })
            }
            OfMap(entries, sorted) => Self::Map(Map::new(entries, *sorted, times)?),
            leaf => Self::Leaf(Column::new(leaf, times, BATCH_ROWS)?),
        })
    }

    /// Appends a value. Within it, texts that are one of `nulls` are null.
    pub(super) fn append(&mut self, token: &Token<'_>, nulls: &[String]) -> Result<(), Misfit> {
        match (self, token) {
            (builder, Token::Null) => builder.append_null(),
            (Self::Leaf(column), token) => match token.leaf() {
                Some(value) => column.append(value).map_err(|refused| Misfit {
                    path: String::new(),
                    what: format!("`{}` {}", token.shown(), refused.why),
                    advice: refused.advice,
                }),
                None => Err(Misfit::not(token, "a plain value")),
            },
            (Self::Object(object), Token::Object(raw)) => object.append(&parsed(members(raw), token)?, nulls),
            (Self::List(list), Token::List(raw)) => list.append(&parsed(items(raw), token)?, nulls),
            (Self::Map(map), Token::Object(raw)) => map.append(&parsed(members(raw), token)?, nulls),
            (Self::Object(_) | Self::Map(_), token) => Err(Misfit::not(token, "an object")),
            (Self::List(_), token) => Err(Misfit::not(token, "a list")),
        }
    }

    fn append_null(&mut self) -> Result<(), Misfit> {
        match self {
            Self::Leaf(column) => {
                column.append_null();
                Ok(())
            }
            Self::Object(object) => object.append_null(),
            Self::List(list) => list.append_null(),
            Self::Map(map) => {
                map.ends.push(map.length);
                map.valid.push(false);
                Ok(())
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        match self {
            Self::Leaf(column) => Ok(column.finish()),
            Self::Object(object) => Ok(Arc::new(object.finish()?)),
            Self::List(list) => list.finish(),
            Self::Map(map) => map.finish(),
        }
    }
}

/// The result of parsing a value that was already found to be JSON.
fn parsed<T>(result: serde_json::Result<T>, token: &Token<'_>) -> Result<T, Misfit> {
    result.map_err(|_| Misfit::not(token, "JSON"))
}

fn token<'a>(raw: &'a serde_json::value::RawValue, nulls: &[String]) -> Result<Token<'a>, Misfit> {
    Token::of(raw, nulls).ok_or_else(|| Misfit::new(format!("`{}` holds half of a character", shown(raw.get()))))
}

/// Takes the nulls out; `None` if no value is null.
fn nulls(valid: &mut Vec<bool>) -> Option<NullBuffer> {
    let valid = std::mem::take(valid);
    valid.contains(&false).then(|| NullBuffer::from(valid))
}

fn offsets<O: OffsetSizeTrait>(ends: Vec<usize>) -> Result<OffsetBuffer<O>, ArrowError> {
    let offset = |end: usize| {
        O::from_usize(end).ok_or_else(|| ArrowError::ComputeError("too many items for one batch".to_owned()))
    };
    let offsets = std::iter::once(0).chain(ends).map(offset).collect::<Result<Vec<O>, _>>()?;
    Ok(OffsetBuffer::new(offsets.into()))
}

impl Object {
    pub(super) fn new(fields: &Fields, times: &Times) -> Option<Self> {
        let parts = fields.iter().map(|field| Builder::new(field.data_type(), times)).collect::<Option<Vec<_>>>()?;
        Some(Self {
            fields: fields.clone(),
            names: fields.iter().map(|field| field.name()).collect(),
            set: vec![0; parts.len()],
            parts,
            valid: Vec::new(),
        })
    }

    /// Appends an object. A field that is left out is null. A field that is not known, or comes twice, is refused.
    pub(super) fn append(&mut self, members: &Members<'_>, nulls: &[String]) -> Result<(), Misfit> {
        let number = self.valid.len() + 1;
        for (at, (name, raw)) in members.0.iter().enumerate() {
            let name = name.0.as_ref();
            let token = token(raw, nulls).map_err(|misfit| misfit.under(name))?;
            let place = self.names.find(at, name);
            let part =
                place.and_then(|at| Some((self.set.get_mut(at)?, self.parts.get_mut(at)?, self.fields.get(at)?)));
            match part {
                Some((set, ..)) if *set == number => return Err(Misfit::new("comes twice in one object").under(name)),
                Some((set, part, field)) => {
                    *set = number;
                    if token == Token::Null && !field.is_nullable() {
                        return Err(Misfit::new(NO_NULLS).under(name));
                    }
                    part.append(&token, nulls).map_err(|misfit| misfit.under(name))?;
                }
                None if token == Token::Null => {}
                None => {
                    let what = format!("`{}` is a value of a new field", token.shown());
                    let advice = Some("--evolve-schema adds it to the dataset".to_owned());
                    return Err(Misfit { path: String::new(), what, advice }.under(name));
                }
            }
        }
        for ((part, set), field) in self.parts.iter_mut().zip(&self.set).zip(&self.fields) {
            if *set != number {
                if !field.is_nullable() {
                    return Err(Misfit::new(NO_NULLS).under(field.name()));
                }
                part.append_null()?;
            }
        }
        self.valid.push(true);
        Ok(())
    }

    fn append_null(&mut self) -> Result<(), Misfit> {
        self.valid.push(false);
        self.parts.iter_mut().try_for_each(Builder::append_null)
    }

    pub(super) fn finish(&mut self) -> Result<StructArray, ArrowError> {
        let columns = self.parts.iter_mut().map(Builder::finish).collect::<Result<Vec<_>, _>>()?;
        self.set.fill(0);
        let length = self.valid.len();
        StructArray::try_new_with_length(self.fields.clone(), columns, nulls(&mut self.valid), length)
    }
}

impl List {
    fn append(&mut self, items: &[&serde_json::value::RawValue], nulls: &[String]) -> Result<(), Misfit> {
        if let DataType::FixedSizeList(_, length) = &self.data_type
            && usize::try_from(*length) != Ok(items.len())
        {
            return Err(Misfit::new(format!("is a list of {} items, not of {length}", items.len())));
        }
        for raw in items {
            let token = token(raw, nulls)?;
            if token == Token::Null && !self.nullable {
                return Err(Misfit::new("null is an item of a list, and nulls are not allowed there"));
            }
            self.items.append(&token, nulls)?;
        }
        self.length += items.len();
        self.ends.push(self.length);
        self.valid.push(true);
        Ok(())
    }

    fn append_null(&mut self) -> Result<(), Misfit> {
        if let DataType::FixedSizeList(_, length) = &self.data_type {
            for _ in 0..*length {
                self.items.append_null()?;
            }
        }
        self.ends.push(self.length);
        self.valid.push(false);
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let values = self.items.finish()?;
        let (ends, nulls) = (std::mem::take(&mut self.ends), nulls(&mut self.valid));
        self.length = 0;
        Ok(match &self.data_type {
            DataType::List(item) => {
                Arc::new(GenericListArray::<i32>::try_new(item.clone(), offsets(ends)?, values, nulls)?)
            }
            DataType::LargeList(item) => {
                Arc::new(GenericListArray::<i64>::try_new(item.clone(), offsets(ends)?, values, nulls)?)
            }
            DataType::ListView(item) => view::<i32>(item, ends, values, nulls)?,
            DataType::LargeListView(item) => view::<i64>(item, ends, values, nulls)?,
            DataType::FixedSizeList(item, length) => {
                Arc::new(FixedSizeListArray::try_new_with_length(item.clone(), *length, values, nulls, ends.len())?)
            }
            other => return Err(ArrowError::SchemaError(format!("{other} is not a list"))),
        })
    }
}

fn view<O: OffsetSizeTrait>(
    item: &FieldRef,
    ends: Vec<usize>,
    values: ArrayRef,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef, ArrowError> {
    let offsets = offsets::<O>(ends)?;
    let starts = offsets.iter().take(offsets.len() - 1).copied().collect::<Vec<O>>();
    let sizes = offsets.windows(2).map(|ends| ends[1] - ends[0]).collect::<Vec<O>>();
    let (starts, sizes) = (ScalarBuffer::from(starts), ScalarBuffer::from(sizes));
    Ok(Arc::new(GenericListViewArray::<O>::try_new(item.clone(), starts, sizes, values, nulls)?))
}

impl Map {
    fn new(entries: &FieldRef, sorted: bool, times: &Times) -> Option<Self> {
        let DataType::Struct(fields) = entries.data_type() else { return None };
        let [key, value] = &fields[..] else { return None };
        Some(Self {
            entries: entries.clone(),
            sorted,
            keys: Column::new(key.data_type(), times, BATCH_ROWS)?,
            values: Box::new(Builder::new(value.data_type(), times)?),
            values_nullable: value.is_nullable(),
            length: 0,
            ends: Vec::new(),
            valid: Vec::new(),
        })
    }

    fn append(&mut self, members: &Members<'_>, nulls: &[String]) -> Result<(), Misfit> {
        let mut names = HashSet::new();
        for (name, raw) in &members.0 {
            let name = name.0.as_ref();
            if !names.insert(name) {
                return Err(Misfit::new("comes twice in one object").under(name));
            }
            // The name of a member is always a string. As a text, it can also be read as a number or a time.
            self.keys.append(crate::text::Written::Text(name)).map_err(|refused| {
                let what = format!("the key `{}` {}", shown(name), refused.why);
                Misfit { path: String::new(), what, advice: refused.advice }
            })?;
            let token = token(raw, nulls).map_err(|misfit| misfit.under(name))?;
            if token == Token::Null && !self.values_nullable {
                return Err(Misfit::new(NO_NULLS).under(name));
            }
            self.values.append(&token, nulls).map_err(|misfit| misfit.under(name))?;
        }
        self.length += members.0.len();
        self.ends.push(self.length);
        self.valid.push(true);
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let DataType::Struct(fields) = self.entries.data_type() else {
            return Err(ArrowError::SchemaError("a map without entries".to_owned()));
        };
        let entries = StructArray::try_new(fields.clone(), vec![self.keys.finish(), self.values.finish()?], None)?;
        self.length = 0;
        let offsets = offsets(std::mem::take(&mut self.ends))?;
        Ok(Arc::new(MapArray::try_new(self.entries.clone(), offsets, entries, nulls(&mut self.valid), self.sorted)?))
    }
}
