//! The kinds of values that the generator tells apart: what of one kind can stand together in an expression of either engine,
//! with the same outcome.

use datafusion::arrow::datatypes::{DataType, TimeUnit};

use super::cell::Cell;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers whose sums and products stay within 64 bits.
    Int,
    /// Whole numbers up to the last of 64 bits: DuckDB counts on in 128 bits, DataFusion does not, so nothing is computed of
    /// them.
    Unsigned,
    /// Floats that are few-digit binary fractions: sums are exact in any order and width. Neither NaN nor -0.0 is among them.
    Float,
    /// Any finite floats: their sums depend on the order.
    Rough,
    /// The outcome of inexact sums; nothing is done with it.
    Close,
    Decimal,
    Text,
    Bool,
    Date,
    /// The time of a day.
    Time,
    /// Times without a zone, of nanoseconds: DuckDB cuts them where they meet times of microseconds.
    Nanos,
    /// Times without a zone, of microseconds or coarser.
    Micros,
    Utc,
    /// Times in another zone: days and hours of the day are of the column's zone in DataFusion, of the session's in DuckDB.
    Zoned,
    Bytes,
    /// Bytes of one length: DataFusion compares them with no others.
    Fixed,
    /// What is only passed through: lists; floats with NaN, which engines leave out by the statistics of Parquet files, where it
    /// has no place, although it compares as the greatest.
    Opaque,
}

impl Kind {
    /// The kind of an ordered column.
    pub(super) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::UInt64 => Self::Unsigned,
            DataType::Float32 | DataType::Float64 => Self::Float,
            DataType::Decimal128(..) => Self::Decimal,
            DataType::Date32 => Self::Date,
            DataType::Time32(_) | DataType::Time64(_) => Self::Time,
            DataType::Timestamp(TimeUnit::Nanosecond, None) => Self::Nanos,
            DataType::Timestamp(_, None) => Self::Micros,
            DataType::Timestamp(_, Some(zone)) if zone.as_ref() == "UTC" => Self::Utc,
            DataType::Timestamp(..) => Self::Zoned,
            DataType::Binary => Self::Bytes,
            DataType::FixedSizeBinary(_) => Self::Fixed,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Dictionary(_, values) => Self::of(values),
            _ => Self::Int,
        }
    }

    /// Whether values can be compared, grouped and put in order.
    pub(super) fn has_order(self) -> bool {
        !matches!(self, Self::Opaque | Self::Close)
    }

    /// Whether windows can be in the order of values: DataFusion knows no ranges of bytes and of times of a day.
    pub(super) fn has_ranges(self) -> bool {
        self.has_order() && !matches!(self, Self::Bytes | Self::Fixed | Self::Time)
    }

    /// A value as a comparison with a column of this kind has it, the same text in SQL and in conditions of oups; `None` if
    /// there is no such text.
    pub(super) fn text_of(self, cell: &Cell) -> Option<String> {
        Some(match (self, cell) {
            (Self::Int | Self::Unsigned, Cell::Int(value)) => value.to_string(),
            (Self::Float | Self::Rough, Cell::Float(value)) if value.is_finite() => format!("{value:?}"),
            (Self::Decimal, Cell::Decimal(_)) => cell.to_string().trim_end_matches('.').to_owned(),
            (Self::Text, Cell::Text(value)) => format!("'{}'", value.replace('\'', "''")),
            (Self::Bool, Cell::Bool(value)) => value.to_string(),
            (Self::Bytes | Self::Fixed, Cell::Bytes(_)) => cell.to_string(),
            (Self::Date, Cell::Date(days)) => format!("'{}'", date(*days)),
            (Self::Time, Cell::Time(nanos)) => format!("'{}'", time(*nanos)),
            (Self::Nanos | Self::Micros, Cell::Instant(nanos)) => format!("'{}'", instant(*nanos, "")),
            (Self::Utc | Self::Zoned, Cell::Instant(nanos)) => format!("'{}'", instant(*nanos, "Z")),
            _ => return None,
        })
    }
}

const DAY: i128 = 86_400_000_000_000;

fn instant(nanos: i128, zone: &str) -> String {
    format!("{}T{}{zone}", date(nanos.div_euclid(DAY) as i64), time(nanos.rem_euclid(DAY) as i64))
}

fn time(nanos: i64) -> String {
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction == 0 { text } else { format!("{text}.{}", format!("{fraction:09}").trim_end_matches('0')) }
}

/// The date of a day since 1970.
fn date(days: i64) -> String {
    let date = chrono::DateTime::from_timestamp(days * 86_400, 0).unwrap_or_default();
    date.format("%Y-%m-%d").to_string()
}
