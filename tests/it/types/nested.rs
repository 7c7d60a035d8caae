//! Columns of columns: lists, structs and maps, with nulls and emptiness at every level.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::cast;
use arrow::datatypes::*;

use super::cases::{ROWS, spread, texts};

fn item(data_type: DataType) -> FieldRef {
    Arc::new(Field::new("item", data_type, true))
}

fn valid(every: usize) -> Option<NullBuffer> {
    Some((0..ROWS).map(|row| row % every != 2).collect::<Vec<_>>().into())
}

/// Lists of zero to three of these values.
fn lists(values: &ArrayRef, item: FieldRef) -> ArrayRef {
    let lengths: Vec<usize> = (0..ROWS).map(|row| if row % 5 == 2 { 0 } else { row % 4 }).collect();
    let total = lengths.iter().sum::<usize>() as u32;
    let at = UInt32Array::from_iter_values((0..total).map(|at| at % values.len() as u32));
    let values = arrow::compute::take(values, &at, None).unwrap();
    Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lengths), values, valid(5)))
}

fn structs(fields: Vec<(Field, ArrayRef)>, every: usize) -> ArrayRef {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = fields.into_iter().unzip();
    Arc::new(StructArray::new(fields.into(), arrays, valid(every)))
}

fn maps(values: &ArrayRef) -> ArrayRef {
    let lengths: Vec<usize> = (0..ROWS).map(|row| if row % 5 == 2 { 0 } else { row % 3 }).collect();
    let total = lengths.iter().sum::<usize>();
    let keys: ArrayRef = Arc::new(StringArray::from_iter_values((0..total).map(|at| format!("key {at}"))));
    let at = UInt32Array::from_iter_values((0..total as u32).map(|at| at % values.len() as u32));
    let values = arrow::compute::take(values, &at, None).unwrap();
    let fields: Fields =
        vec![Field::new("keys", DataType::Utf8, false), Field::new("values", values.data_type().clone(), true)].into();
    let entries = StructArray::new(fields.clone(), vec![keys, values], None);
    let field = Arc::new(Field::new("entries", DataType::Struct(fields), false));
    Arc::new(MapArray::new(field, OffsetBuffer::from_lengths(lengths), entries, valid(5), false))
}

pub(super) fn nested() -> Vec<ArrayRef> {
    use DataType::{Int32, Int64, LargeList, LargeListView, List, ListView, Utf8, Utf8View};
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(0), Some(i64::MAX)]));
    let texts = spread(&texts());
    let of_numbers = lists(&numbers, item(Int64));
    let of_texts = lists(&texts, item(Utf8));
    let coded = DataType::Dictionary(Box::new(Int32), Box::new(Utf8));
    let required = Arc::new(
        Field::new("element", Int64, false).with_metadata(HashMap::from([("unit".to_owned(), "m".to_owned())])),
    );
    let full: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let floats: ArrayRef =
        Arc::new(Float32Array::from_iter((0..3 * ROWS).map(|at| (at % 5 != 1).then_some(at as f32))));
    let fixed = FixedSizeListArray::new(item(DataType::Float32), 3, floats, valid(6));
    let flat = structs(
        vec![
            (Field::new("a", Int64, false), Arc::new(Int64Array::from_iter_values(0..ROWS as i64))),
            (Field::new("b", Utf8, true), texts.clone()),
        ],
        6,
    );
    let deep = structs(
        vec![
            (Field::new("inner", flat.data_type().clone(), true), flat.clone()),
            (Field::new("list", of_texts.data_type().clone(), true), of_texts.clone()),
        ],
        9,
    );
    vec![
        of_numbers.clone(),
        lists(&full, required),
        cast(&of_texts, &LargeList(item(Utf8))).unwrap(),
        cast(&of_texts, &ListView(item(Utf8))).unwrap(),
        cast(&of_texts, &LargeListView(item(Utf8))).unwrap(),
        cast(&of_texts, &List(item(Utf8View))).unwrap(),
        cast(&of_texts, &List(item(coded))).unwrap(),
        lists(&of_numbers, item(of_numbers.data_type().clone())),
        lists(&flat, item(flat.data_type().clone())),
        Arc::new(fixed),
        flat,
        deep,
        maps(&numbers),
        maps(&of_texts),
        of_texts,
    ]
}
