//! Finds types of Arrow's format that the arrow crate does not have: it panics on them.

use std::fmt;

use arrow::ipc::{Field, Schema, Type, root_as_footer, root_as_message};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A column with a type that the arrow crate does not have.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::input) struct Foreign {
    column: String,
    found: String,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column `{}` is {}", self.column, self.found)
    }
}

/// The first such column of a schema in the form of Parquet files, if it has one.
pub(in crate::input) fn in_text(text: &str) -> Option<Foreign> {
    in_message(&BASE64_STANDARD.decode(text).ok()?)
}

/// The first such column of a schema in the form of a stream's first message.
pub(super) fn in_message(bytes: &[u8]) -> Option<Foreign> {
    // Only later versions of the format put a mark before the length.
    let bytes = bytes.strip_prefix(&[0xff; 4]).unwrap_or(bytes).get(4..)?;
    of_schema(&root_as_message(bytes).ok()?.header_as_schema()?)
}

/// The first such column of the schema in a file's footer.
pub(super) fn in_footer(bytes: &[u8]) -> Option<Foreign> {
    of_schema(&root_as_footer(bytes).ok()?.schema()?)
}

fn of_schema(schema: &Schema<'_>) -> Option<Foreign> {
    schema.fields()?.iter().find_map(|field| of_field(&field, ""))
}

fn of_field(field: &Field<'_>, parent: &str) -> Option<Foreign> {
    let name = field.name().unwrap_or_default();
    let column = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
    let found = match (field.type_type(), field.type_as_int()) {
        (Type::Int, Some(int)) if !matches!(int.bitWidth(), 8 | 16 | 32 | 64) => {
            let help = if int.bitWidth() == 128 { ": cast it to 64 bits, or to a decimal of 38 digits" } else { "" };
            format!("whole numbers of {} bits, which are not kept{help}", int.bitWidth())
        }
        (kind, _) if kind.variant_name().is_none() || kind == Type::NONE => {
            "of a type that is not known here".to_owned()
        }
        _ => return field.children()?.iter().find_map(|child| of_field(&child, &column)),
    };
    Some(Foreign { column, found })
}
