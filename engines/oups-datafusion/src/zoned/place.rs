//! Where a text lies among the times of a column.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};
use oups::OrderedType;

use crate::zone::Zone;

/// The type of times that have a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZonedType {
    unit: TimeUnit,
    zone: Arc<str>,
}

/// Where a text lies among the values of such a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At a value.
    At(i64),
    /// Behind this value, and before the next one if there is one.
    Above(i64),
    /// Before this value, which is the first of all.
    Below(i64),
}

impl ZonedType {
    /// The type, also within a dictionary; none if its times have no zone.
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Timestamp(unit, Some(zone)) => Some(Self { unit: *unit, zone: zone.clone() }),
            DataType::Dictionary(_, values) => Self::of(values),
            _ => None,
        }
    }

    /// What the engine casts a text and times of this type to, to compare them.
    pub(crate) fn in_nanoseconds(&self) -> DataType {
        DataType::Timestamp(TimeUnit::Nanosecond, Some(self.zone.clone()))
    }

    /// Where a text lies. Without an offset from UTC it is what the clock of the zone shows.
    ///
    /// # Errors
    ///
    /// In words that complete the text: if it is not a time, or the clock showed it never or twice.
    pub(crate) fn place(&self, text: &str, clock: &Zone) -> Result<Place, String> {
        let no_time = || "is not a time such as 2013-02-08T12:00:00Z, or a date".to_owned();
        let times = |zone: Option<Arc<str>>| OrderedType::new(&DataType::Timestamp(self.unit, zone));
        let (shown, exact) = match times(None).and_then(|times| times.time_units(text.trim())) {
            Some((shown, exact)) => (clock.moment(shown, per_second(self.unit))?, exact),
            None => {
                let with_offset = times(Some(self.zone.clone())).and_then(|times| times.time_units(text.trim()));
                with_offset.ok_or_else(no_time)?
            }
        };
        Ok(match i64::try_from(shown) {
            Ok(value) if exact => Place::At(value),
            Ok(value) => Place::Above(value),
            Err(_) if shown > 0 => Place::Above(i64::MAX),
            Err(_) => Place::Below(i64::MIN),
        })
    }

    /// The text as a value.
    ///
    /// # Errors
    ///
    /// Those of [`place`](Self::place), and if it is finer than the unit of the type or beyond its years.
    pub(crate) fn value(&self, text: &str, clock: &Zone) -> Result<i64, String> {
        let unit = DataType::Timestamp(self.unit, None);
        match self.place(text, clock)? {
            Place::At(value) => Ok(value),
            Place::Above(i64::MAX) | Place::Below(_) => Err(format!("is beyond the years of {unit}")),
            Place::Above(_) => Err(format!("is finer than the unit of {unit}")),
        }
    }

    /// A value as a literal.
    pub(crate) fn literal(&self, value: i64) -> Expr {
        let (value, zone) = (Some(value), Some(self.zone.clone()));
        lit(match self.unit {
            TimeUnit::Second => ScalarValue::TimestampSecond(value, zone),
            TimeUnit::Millisecond => ScalarValue::TimestampMillisecond(value, zone),
            TimeUnit::Microsecond => ScalarValue::TimestampMicrosecond(value, zone),
            TimeUnit::Nanosecond => ScalarValue::TimestampNanosecond(value, zone),
        })
    }

    /// Times compared with a place. Null stays null, also where no value can be at the place.
    pub(crate) fn compared(&self, times: Expr, operator: Operator, place: Place) -> Expr {
        use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
        let (operator, value) = match (operator, place) {
            (operator, Place::At(value)) => (operator, value),
            (IsDistinctFrom, _) => return lit(true),
            (IsNotDistinctFrom, _) => return lit(false),
            // No value is above the last one, and every one is at most that.
            (Eq, _) => (Gt, i64::MAX),
            (NotEq, _) => (LtEq, i64::MAX),
            (Gt | GtEq, Place::Above(value)) => (Gt, value),
            (Lt | LtEq, Place::Above(value)) => (LtEq, value),
            (Gt | GtEq, Place::Below(value)) => (GtEq, value),
            (Lt | LtEq, Place::Below(value)) => (Lt, value),
            (other, Place::Above(value) | Place::Below(value)) => (other, value),
        };
        binary_expr(times, operator, self.literal(value))
    }
}

/// How many units a second has.
pub(crate) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}
