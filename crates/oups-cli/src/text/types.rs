//! The names of types in `--types`.

use std::sync::Arc;

use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DECIMAL256_MAX_PRECISION, DataType, TimeUnit};

use super::zone::Zone;

/// The names that [`parse`] reads, for messages.
pub(crate) const NAMES: &str = "a type: str, bool, i8 to i64, u8 to u64, f16, f32, f64, decimal[10,2], date, timestamp[us], \
     timestamp[us,UTC], time[us], duration[us], binary, fixed[16] or category";

/// The type of this name.
pub(crate) fn parse(text: &str) -> Option<DataType> {
    use DataType::*;
    let text = text.trim();
    let (name, inner) = match text.split_once('[') {
        Some((name, rest)) => (name, Some(rest.strip_suffix(']')?)),
        None => (text, None),
    };
    if let Some(plain) = plain(name) {
        return inner.is_none().then_some(plain);
    }
    Some(match (name, inner) {
        ("timestamp", inner) => {
            let (unit, zone) = match inner.unwrap_or("us").split_once(',') {
                Some((unit, zone)) => (unit, Some(zone.trim())),
                None => (inner.unwrap_or("us"), None),
            };
            let is_known = zone.is_none_or(|zone| Zone::named(zone).is_some());
            is_known.then(|| Some(Timestamp(unit_of(unit)?, zone.map(Arc::from))))??
        }
        ("duration", inner) => Duration(unit_of(inner.unwrap_or("us"))?),
        ("time", inner) => match unit_of(inner.unwrap_or("us"))? {
            unit @ (TimeUnit::Second | TimeUnit::Millisecond) => Time32(unit),
            unit => Time64(unit),
        },
        ("fixed", Some(width)) => FixedSizeBinary(width.trim().parse().ok().filter(|width| *width > 0)?),
        ("category", None) => Dictionary(Box::new(Int32), Box::new(Utf8)),
        ("category", Some(inner)) => {
            let (keys, values) = inner.split_once(',')?;
            let keys = parse(keys).filter(DataType::is_dictionary_key_type)?;
            Dictionary(Box::new(keys), Box::new(parse(values)?))
        }
        (decimal, Some(inner)) => decimal_of(decimal, inner)?,
        _ => return None,
    })
}

/// The zone of a timestamp type, if the zone is not known.
pub(crate) fn unknown_zone(text: &str) -> Option<&str> {
    let (unit, zone) = text.trim().strip_prefix("timestamp[")?.strip_suffix(']')?.split_once(',')?;
    let zone = zone.trim();
    (unit_of(unit).is_some() && Zone::named(zone).is_none()).then_some(zone)
}

fn plain(name: &str) -> Option<DataType> {
    use DataType::*;
    Some(match name {
        "str" => Utf8,
        "large_str" => LargeUtf8,
        "str_view" => Utf8View,
        "bool" => Boolean,
        "i8" => Int8,
        "i16" => Int16,
        "i32" => Int32,
        "i64" | "int" => Int64,
        "u8" => UInt8,
        "u16" => UInt16,
        "u32" => UInt32,
        "u64" => UInt64,
        "f16" => Float16,
        "f32" => Float32,
        "f64" | "float" => Float64,
        "date" => Date32,
        "date64" => Date64,
        "binary" => Binary,
        "large_binary" => LargeBinary,
        "binary_view" => BinaryView,
        _ => return None,
    })
}

/// The type of a decimal. Without a number of bits it has 128, or 256 if the digits need them.
fn decimal_of(name: &str, inner: &str) -> Option<DataType> {
    use DataType::*;
    let (precision, scale) = inner.split_once(',')?;
    let (precision, scale) = (precision.trim().parse::<u8>().ok()?, scale.trim().parse::<i8>().ok()?);
    let fits = |most: u8| (1..=most).contains(&precision) && (0..=precision.cast_signed()).contains(&scale);
    match name {
        "decimal32" => fits(9).then_some(Decimal32(precision, scale)),
        "decimal64" => fits(18).then_some(Decimal64(precision, scale)),
        "decimal" | "decimal128" if fits(DECIMAL128_MAX_PRECISION) => Some(Decimal128(precision, scale)),
        "decimal" | "decimal256" => fits(DECIMAL256_MAX_PRECISION).then_some(Decimal256(precision, scale)),
        _ => None,
    }
}

pub(crate) fn unit_of(text: &str) -> Option<TimeUnit> {
    Some(match text.trim() {
        "s" => TimeUnit::Second,
        "ms" => TimeUnit::Millisecond,
        "us" => TimeUnit::Microsecond,
        "ns" => TimeUnit::Nanosecond,
        _ => return None,
    })
}

pub(super) fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

/// The kinds of types that have a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted<'a> {
    /// A timestamp, with its zone.
    Timestamp(Option<&'a str>),
    Time,
    Duration,
}

impl Counted<'_> {
    /// The name of the type in `--types`.
    pub(super) fn named(self, unit: TimeUnit) -> String {
        let unit = unit_name(unit);
        match self {
            Self::Timestamp(None) => format!("timestamp[{unit}]"),
            Self::Timestamp(Some(zone)) => format!("timestamp[{unit},{zone}]"),
            Self::Time => format!("time[{unit}]"),
            Self::Duration => format!("duration[{unit}]"),
        }
    }
}

/// The digits of a second's fraction in the unit.
pub(super) fn unit_digits(unit: TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_that_texts_can_hold_has_a_name() {
        for (name, expected) in [
            ("f16", "Float16"),
            ("date64", "Date64"),
            ("time", "Time64(µs)"),
            ("time[ms]", "Time32(ms)"),
            ("timestamp[ns, Europe/Berlin]", "Timestamp(ns, \"Europe/Berlin\")"),
            ("duration[s]", "Duration(s)"),
            ("decimal[10,2]", "Decimal128(10, 2)"),
            ("decimal[76,20]", "Decimal256(76, 20)"),
            ("decimal32[9,3]", "Decimal32(9, 3)"),
            ("large_str", "LargeUtf8"),
            ("binary_view", "BinaryView"),
            ("fixed[16]", "FixedSizeBinary(16)"),
            ("category", "Dictionary(Int32, Utf8)"),
            ("category[i8,timestamp[ns,UTC]]", "Dictionary(Int8, Timestamp(ns, \"UTC\"))"),
        ] {
            assert_eq!(parse(name).map(|found| found.to_string()).as_deref(), Some(expected), "{name}");
        }
        for wrong in [
            "",
            "f65",
            "str[1]",
            "fixed",
            "fixed[0]",
            "decimal",
            "decimal[2,3]",
            "decimal[77,2]",
            "decimal32[10,2]",
            "timestamp[us,Europe/Belrin]",
            "timestamp[us",
            "timestamp[xs]",
            "category[f64,str]",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
