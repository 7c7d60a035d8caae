//! Shows values of ordered columns, for programs and for people.

use arrow::datatypes::DataType;
use oups::ordered::{OrdValue, OrderedType};
use serde_json::Value;

use crate::terminal::visible::visible;

/// Decimals of more digits than this would lose some as numbers of JSON.
const EXACT_DIGITS: u8 = 15;

/// The value as JSON: a number, or the text that `--start` and `--end` read.
pub(crate) fn json(ordered: &OrderedType, value: &OrdValue) -> Value {
    let text = ordered.format(value);
    if is_json_number(ordered.data_type())
        && let Ok(Value::Number(number)) = serde_json::from_str(&text)
    {
        return Value::Number(number);
    }
    Value::String(text)
}

/// The value for people: the same text, but safe for a terminal, and whole seconds without a fraction of zeros.
pub(crate) fn text(ordered: &OrderedType, value: &OrdValue) -> String {
    let text = visible(&ordered.format(value));
    if !matches!(
        ordered.data_type(),
        DataType::Timestamp(..) | DataType::Date64 | DataType::Time32(_) | DataType::Time64(_)
    ) {
        return text;
    }
    match text.split_once('.') {
        Some((seconds, rest)) => match rest.trim_start_matches('0') {
            zone @ ("" | "Z") => format!("{seconds}{zone}"),
            _ => text,
        },
        None => text,
    }
}

fn is_json_number(data_type: &DataType) -> bool {
    use DataType::*;
    match data_type {
        Decimal32(precision, _) | Decimal64(precision, _) | Decimal128(precision, _) | Decimal256(precision, _) => {
            *precision <= EXACT_DIGITS
        }
        Duration(_) => true,
        other => other.is_numeric(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::TimeUnit;
    use serde_json::json;

    use super::*;

    fn shown(data_type: DataType, text: &str) -> Value {
        let ordered = OrderedType::new(&data_type).unwrap();
        super::json(&ordered, &ordered.parse(text).unwrap())
    }

    #[test]
    fn numbers_are_numbers_and_times_are_texts() {
        assert_eq!(shown(DataType::Int64, "-5"), json!(-5));
        assert_eq!(shown(DataType::UInt64, "18446744073709551615"), json!(u64::MAX));
        assert_eq!(shown(DataType::Float64, "0.1"), json!(0.1));
        assert_eq!(shown(DataType::Float64, "inf"), json!("inf"));
        assert_eq!(shown(DataType::Decimal128(9, 2), "1.50"), json!(1.5));
        assert_eq!(shown(DataType::Decimal128(38, 2), "1.50"), json!("1.50"));
        assert_eq!(shown(DataType::Utf8, "7"), json!("7"));
        let time = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        assert_eq!(shown(time, "2013-02-08"), json!("2013-02-08T00:00:00.000Z"));
    }

    #[test]
    fn people_need_no_zeros_after_whole_seconds() {
        let text = |data_type: &DataType, text: &str| {
            let ordered = OrderedType::new(data_type).unwrap();
            super::text(&ordered, &ordered.parse(text).unwrap())
        };
        let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        assert_eq!(text(&zoned, "2013-02-08"), "2013-02-08T00:00:00Z");
        assert_eq!(text(&zoned, "2013-02-08T00:00:00.25"), "2013-02-08T00:00:00.250000Z");
        let local = DataType::Timestamp(TimeUnit::Nanosecond, None);
        assert_eq!(text(&local, "2013-02-08T12:00"), "2013-02-08T12:00:00");
        assert_eq!(text(&DataType::Utf8, "1.0"), "1.0");
        assert_eq!(text(&DataType::Utf8, "\u{1b}[2J"), "\\u{1b}[2J");
    }
}
