//! Writes one value as JSON.

use arrow::array::{Array, AsArray, StructArray};
use arrow::datatypes::DataType;

use crate::text::shown::{self, Unshown};

/// Appends the value. A leaf value that is neither a boolean nor a number that JSON has becomes a string.
pub(super) fn write(array: &dyn Array, row: usize, out: &mut String) -> Result<(), Unshown> {
    use DataType::*;
    if shown::is_null(array, row) {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        Struct(_) => object(array.as_struct(), row, out),
        List(_) => items(array.as_list::<i32>().value(row).as_ref(), out),
        LargeList(_) => items(array.as_list::<i64>().value(row).as_ref(), out),
        ListView(_) => items(array.as_list_view::<i32>().value(row).as_ref(), out),
        LargeListView(_) => items(array.as_list_view::<i64>().value(row).as_ref(), out),
        FixedSizeList(..) => items(array.as_fixed_size_list().value(row).as_ref(), out),
        Map(..) => entries(&array.as_map().value(row), out),
        Boolean => shown::write(array, row, out),
        _ if shown::is_json_number(array, row) => shown::write(array, row, out),
        _ => {
            let mut text = String::new();
            shown::write(array, row, &mut text)?;
            string(&text, out);
            Ok(())
        }
    }
}

/// Appends the text in quotes.
pub(super) fn string(text: &str, out: &mut String) {
    // Most texts need no escapes, and a look at their bytes is much faster than a writer of JSON.
    let is_plain = text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if is_plain {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

fn object(fields: &StructArray, row: usize, out: &mut String) -> Result<(), Unshown> {
    out.push('{');
    for (place, (name, column)) in fields.column_names().into_iter().zip(fields.columns()).enumerate() {
        if place > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        write(column.as_ref(), row, out)?;
    }
    out.push('}');
    Ok(())
}

fn items(values: &dyn Array, out: &mut String) -> Result<(), Unshown> {
    out.push('[');
    for row in 0..values.len() {
        if row > 0 {
            out.push(',');
        }
        write(values, row, out)?;
    }
    out.push(']');
    Ok(())
}

/// Appends a map as an object. Keys that are not texts become their texts.
fn entries(entries: &StructArray, out: &mut String) -> Result<(), Unshown> {
    out.push('{');
    let [keys, values] = entries.columns() else { return Ok(()) };
    for row in 0..entries.len() {
        if row > 0 {
            out.push(',');
        }
        let mut key = String::new();
        shown::write(keys.as_ref(), row, &mut key)?;
        string(&key, out);
        out.push(':');
        write(values.as_ref(), row, out)?;
    }
    out.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, Int64Array, ListArray, StringArray};
    use arrow::datatypes::{Field, Int64Type};

    use super::*;

    fn json(array: ArrayRef) -> Vec<String> {
        let one = |row| {
            let mut out = String::new();
            write(array.as_ref(), row, &mut out).unwrap();
            out
        };
        (0..array.len()).map(one).collect()
    }

    #[test]
    fn floats_that_json_has_no_numbers_for_are_strings() {
        let floats = Float64Array::from(vec![Some(1.5), Some(f64::NAN), Some(f64::NEG_INFINITY), None]);
        assert_eq!(json(Arc::new(floats)), ["1.5", "\"NaN\"", "\"-inf\"", "null"]);
    }

    #[test]
    fn texts_are_escaped_as_serde_json_does() {
        let characters = (0..=0x2ff_u32).chain([0x2028, 0xfeff, 0x1f600]).filter_map(char::from_u32);
        for text in characters.map(|c| format!("a{c}b")).chain([String::new()]) {
            let mut out = String::new();
            string(&text, &mut out);
            assert_eq!(out, serde_json::Value::from(text.as_str()).to_string());
        }
    }

    #[test]
    fn nested_values_are_nested() {
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), None]);
        assert_eq!(json(Arc::new(list)), ["[1,null]", "null"]);
        let columns: Vec<(Arc<Field>, ArrayRef)> = vec![
            (Arc::new(Field::new("a", DataType::Int64, true)), Arc::new(Int64Array::from(vec![1]))),
            (Arc::new(Field::new("b", DataType::Utf8, true)), Arc::new(StringArray::from(vec!["\"\n\u{1b}"]))),
        ];
        assert_eq!(json(Arc::new(StructArray::from(columns))), [r#"{"a":1,"b":"\"\n\u001b"}"#]);
    }
}
