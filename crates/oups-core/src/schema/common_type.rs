//! The smallest type that holds every value of two types. A column gets this type when a schema evolves.
//!
//! `docs/schema.md` has the table. The form (dictionary or plain) is that of the second type. Apart from the form, the
//! result does not depend on the order of the two, and evolving again changes nothing. So writers that evolve a column
//! at the same time end with the same type.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef, Fields, TimeUnit};

use super::plain_type;
use super::types::dictionary_allowed;

/// Whether `wide` holds every value of `narrow`, except for times beyond the range of a finer unit. Dictionaries count as
/// their values' type.
pub fn holds(wide: &DataType, narrow: &DataType) -> bool {
    let wide = plain_type(wide);
    common(&wide, &plain_type(narrow)).is_some_and(|common| common == wide)
}

/// The smallest type that holds the values of a stored column and of an input's column; `None` if no type does.
///
/// Names, metadata and nullability of nested fields are those of the stored column. New fields of a struct are
/// nullable.
///
/// ```
/// use arrow::datatypes::DataType::{Float64, Int16, Int32, Int64, UInt16};
/// use oups_core::schema::common;
///
/// assert_eq!(common(&Int16, &UInt16), Some(Int32));
/// assert_eq!(common(&Int32, &Float64), Some(Float64));
/// assert_eq!(common(&Int64, &Float64), None, "a float cannot hold every integer of 64 bits");
/// ```
pub fn common(stored: &DataType, found: &DataType) -> Option<DataType> {
    common_at(stored, found, false)
}

/// As [`common`]; `nested` is set within lists, structs and maps. Of two dictionaries, the keys that number more values
/// stay. A dictionary and a plain type give the form of `found`.
fn common_at(stored: &DataType, found: &DataType, nested: bool) -> Option<DataType> {
    use DataType::*;
    let child = |stored: &FieldRef, found: &FieldRef| common_field(stored, found);
    match (stored, found) {
        // A column of nulls fits any type.
        (stored, Null) => Some(stored.clone()),
        (Null, found) => Some(found.clone()),
        (Dictionary(keys, stored), Dictionary(others, found)) => {
            let keys = if capacity(others) > capacity(keys) { others } else { keys };
            Some(dictionary(keys, common_at(stored, found, nested)?, nested))
        }
        (Dictionary(_, stored), found) => common_at(stored, found, nested),
        (stored, Dictionary(keys, found)) => Some(dictionary(keys, common_at(stored, found, nested)?, nested)),
        (List(a), List(b)) => Some(List(child(a, b)?)),
        (LargeList(a), LargeList(b)) => Some(LargeList(child(a, b)?)),
        (ListView(a), ListView(b)) => Some(ListView(child(a, b)?)),
        (LargeListView(a), LargeListView(b)) => Some(LargeListView(child(a, b)?)),
        (FixedSizeList(a, n), FixedSizeList(b, m)) if n == m => Some(FixedSizeList(child(a, b)?, *n)),
        (Map(a, sorted), Map(b, also)) if sorted == also => Some(Map(common_entries(a, b)?, *sorted)),
        (Struct(a), Struct(b)) => Some(Struct(common_fields(a, b)?)),
        (stored, found) if stored == found => Some(stored.clone()),
        (stored, found) => common_text(stored, found)
            .or_else(|| common_unit(stored, found))
            .or_else(|| common_number(stored, found))
            .or_else(|| common_decimal(stored, found)),
    }
}

/// A dictionary of these values if columns may have it, else the values' type.
fn dictionary(keys: &DataType, values: DataType, nested: bool) -> DataType {
    if dictionary_allowed(keys, &values, nested) {
        DataType::Dictionary(Box::new(keys.clone()), Box::new(values))
    } else {
        values
    }
}

/// Sorts types of keys by how many values they can number: by width, then signed before unsigned.
fn capacity(keys: &DataType) -> (Option<usize>, bool) {
    (keys.primitive_width(), keys.is_unsigned_integer())
}

fn common_field(stored: &FieldRef, found: &FieldRef) -> Option<FieldRef> {
    let data_type = common_at(stored.data_type(), found.data_type(), true)?;
    Some(with_type(stored, data_type))
}

/// The field with this type; the same field if it has the type already.
pub(super) fn with_type(field: &FieldRef, data_type: DataType) -> FieldRef {
    if field.data_type() == &data_type {
        return field.clone();
    }
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

/// The entries of a map. They go by position, key first: writers give them different names.
fn common_entries(stored: &FieldRef, found: &FieldRef) -> Option<FieldRef> {
    let (DataType::Struct(a), DataType::Struct(b)) = (stored.data_type(), found.data_type()) else { return None };
    let fields = a.iter().zip(b).map(|(a, b)| common_field(a, b)).collect::<Option<Fields>>()?;
    (a.len() == b.len()).then(|| with_type(stored, DataType::Struct(fields)))
}

/// The fields of both structs by name: the stored ones in their order, then the new ones. A stored field that the input
/// lacks must be nullable, since the new rows get nulls.
fn common_fields(stored: &Fields, found: &Fields) -> Option<Fields> {
    // If two fields had one name, `find` would take the first twice and lose the other.
    let mut names = HashSet::new();
    if !found.iter().all(|field| names.insert(field.name())) {
        return None;
    }
    let mut fields = Vec::with_capacity(stored.len());
    for field in stored {
        fields.push(match found.find(field.name()) {
            Some((_, found)) => common_field(field, found)?,
            None if field.is_nullable() => field.clone(),
            None => return None,
        });
    }
    let new = found.iter().filter(|field| stored.find(field.name()).is_none());
    fields.extend(new.map(nullable));
    Some(fields.into())
}

/// The field, nullable: rows that were stored before it was added have nulls in it.
pub(super) fn nullable(field: &FieldRef) -> FieldRef {
    if field.is_nullable() { field.clone() } else { Arc::new(field.as_ref().clone().with_nullable(true)) }
}

/// Whether both types are text, or both are binary.
pub(crate) fn same_text(stored: &DataType, found: &DataType) -> bool {
    common_text(stored, found).is_some()
}

/// Texts, or binaries, of different layouts: the one that holds more. A view holds more than 32-bit offsets, and 64-bit
/// offsets hold values of any length.
fn common_text(stored: &DataType, found: &DataType) -> Option<DataType> {
    use DataType::*;
    const TEXT: [DataType; 3] = [Utf8, Utf8View, LargeUtf8];
    const BINARY: [DataType; 3] = [Binary, BinaryView, LargeBinary];
    [TEXT, BINARY].into_iter().find_map(|kinds| {
        let rank = |kind: &DataType| kinds.iter().position(|known| known == kind);
        kinds.get(rank(stored)?.max(rank(found)?)).cloned()
    })
}

/// The finer unit of two timestamps of one zone, two durations, or two times of day.
fn common_unit(stored: &DataType, found: &DataType) -> Option<DataType> {
    use DataType::*;
    Some(match (stored, found) {
        (Timestamp(a, zone), Timestamp(b, other)) if zone == other => Timestamp(*a.max(b), zone.clone()),
        (Duration(a), Duration(b)) => Duration(*a.max(b)),
        (Time32(a) | Time64(a), Time32(b) | Time64(b)) => match a.max(b) {
            unit @ (TimeUnit::Second | TimeUnit::Millisecond) => Time32(*unit),
            unit => Time64(*unit),
        },
        _ => return None,
    })
}

/// The narrowest number that holds all values of both, never with loss. A signed integer needs twice the bits of an
/// unsigned one to hold it. A float with a mantissa of 11, 24 or 53 bits (IEEE 754) holds all integers of 8, 16 or 32
/// bits, so integers of 64 bits have no common type with a float. `docs/schema.md` promises this table.
fn common_number(stored: &DataType, found: &DataType) -> Option<DataType> {
    use DataType::*;
    let bits = |data_type: &DataType| data_type.primitive_width().map(|bytes| bytes * 8);
    let (a, b) = (bits(stored)?, bits(found)?);
    let widest = a.max(b);
    let float = |bits| match bits {
        ..=16 => Float16,
        17..=32 => Float32,
        _ => Float64,
    };
    // A float of n bits holds every integer of n / 2 bits.
    let mixed =
        |float_bits: usize, integer_bits: usize| (integer_bits <= 32).then(|| float(float_bits.max(2 * integer_bits)));
    let signed = |bits| match bits {
        8 => Some(Int8),
        16 => Some(Int16),
        32 => Some(Int32),
        64 => Some(Int64),
        _ => None,
    };
    let kinds = (Kind::of(stored)?, Kind::of(found)?);
    match kinds {
        (Kind::Float, Kind::Float) => Some(float(widest)),
        (Kind::Float, _) => mixed(a, b),
        (_, Kind::Float) => mixed(b, a),
        (Kind::Signed, Kind::Signed) => signed(widest),
        (Kind::Unsigned, Kind::Unsigned) => Some(if a >= b { stored.clone() } else { found.clone() }),
        (Kind::Signed, Kind::Unsigned) => signed(a.max(2 * b)),
        (Kind::Unsigned, Kind::Signed) => signed(b.max(2 * a)),
    }
}

/// The kinds of numbers.
enum Kind {
    Signed,
    Unsigned,
    Float,
}

impl Kind {
    fn of(data_type: &DataType) -> Option<Self> {
        if data_type.is_signed_integer() {
            return Some(Self::Signed);
        }
        if data_type.is_unsigned_integer() {
            return Some(Self::Unsigned);
        }
        matches!(data_type, DataType::Float16 | DataType::Float32 | DataType::Float64).then_some(Self::Float)
    }
}

/// A decimal with the digits before the point of the one, those after it of the other, and the narrowest type with room
/// for all; `None` if that would be more than 76 digits.
fn common_decimal(stored: &DataType, found: &DataType) -> Option<DataType> {
    use DataType::*;
    // The digits that each decimal type has room for.
    const ROOM: [u8; 4] = [9, 18, 38, 76];
    let parts = |data_type: &DataType| match data_type {
        Decimal32(precision, scale) => Some((0, *precision, *scale)),
        Decimal64(precision, scale) => Some((1, *precision, *scale)),
        Decimal128(precision, scale) => Some((2, *precision, *scale)),
        Decimal256(precision, scale) => Some((3, *precision, *scale)),
        _ => None,
    };
    let ((kind, p, s), (other, q, t)) = (parts(stored)?, parts(found)?);
    let scale = s.max(t);
    let whole = (i16::from(p) - i16::from(s)).max(i16::from(q) - i16::from(t));
    let precision = u8::try_from(whole + i16::from(scale)).ok()?;
    let enough = ROOM.iter().position(|room| precision <= *room)?;
    Some(match enough.max(kind).max(other) {
        0 => Decimal32(precision, scale),
        1 => Decimal64(precision, scale),
        2 => Decimal128(precision, scale),
        _ => Decimal256(precision, scale),
    })
}
