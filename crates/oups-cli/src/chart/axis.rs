//! An axis that datasets share, and the places of ordered values on it.

use arrow::datatypes::{DataType, TimeUnit};
use oups::ordered::{OrdValue, OrderedType};

/// The kind of values on an axis. Datasets of one kind share an axis, whatever their units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Points in time; places are seconds since 1970.
    Time,
    /// Places are seconds since midnight.
    TimeOfDay,
    /// Places are the numbers.
    Number,
    /// Texts and bytes: only their order is known.
    Order,
}

pub(crate) fn kind(ordered: &OrderedType) -> Kind {
    match ordered.data_type() {
        _ if ordered.is_temporal() => Kind::Time,
        DataType::Time32(_) | DataType::Time64(_) => Kind::TimeOfDay,
        _ if is_bytes(ordered) => Kind::Order,
        _ => Kind::Number,
    }
}

fn is_bytes(ordered: &OrderedType) -> bool {
    use DataType::*;
    matches!(ordered.data_type(), Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}

/// The place of the value; `None` if only the order is known.
pub(crate) fn place(ordered: &OrderedType, value: &OrdValue) -> Option<f64> {
    match (seconds(ordered.data_type()), value) {
        (Some(unit), OrdValue::I64(value)) => Some(*value as f64 * unit),
        _ if is_bytes(ordered) => None,
        // The text of a decimal, or of a number of any width, parses as a float.
        _ => ordered.format(value).parse().ok(),
    }
}

/// The distance between two values, in seconds or in units; `None` if only the order is known.
pub(crate) fn distance(ordered: &OrderedType, from: &OrdValue, to: &OrdValue) -> Option<f64> {
    match (seconds(ordered.data_type()), from, to) {
        // Whole numbers are subtracted before they become floats, so that an hour is exactly 3600 seconds.
        (Some(unit), OrdValue::I64(from), OrdValue::I64(to)) => {
            let units = (i128::from(*to) - i128::from(*from)) as f64;
            Some(if unit < 1.0 { units / unit.recip().round() } else { units * unit })
        }
        _ => Some(place(ordered, to)? - place(ordered, from)?),
    }
}

/// The seconds of one unit of a time type; `None` for other types.
pub(crate) fn seconds(data_type: &DataType) -> Option<f64> {
    let unit = match data_type {
        DataType::Date32 => return Some(86_400.0),
        DataType::Date64 => TimeUnit::Millisecond,
        DataType::Timestamp(unit, _) | DataType::Time32(unit) | DataType::Time64(unit) => *unit,
        _ => return None,
    };
    Some(match unit {
        TimeUnit::Second => 1.0,
        TimeUnit::Millisecond => 1e-3,
        TimeUnit::Microsecond => 1e-6,
        TimeUnit::Nanosecond => 1e-9,
    })
}

/// The first and the last place of a picture. Both are finite, and the end is greater than the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) start: f64,
    pub(crate) end: f64,
}

impl Axis {
    /// The axis that covers all these places. Infinite places stand at its ends.
    pub(crate) fn over(places: impl Iterator<Item = f64>) -> Self {
        let finite = places.filter(|place| place.is_finite());
        let (start, end) = finite.fold((f64::MAX, f64::MIN), |(low, high), place| (low.min(place), high.max(place)));
        match (start <= end, start < end) {
            (true, true) => Self { start, end },
            (true, false) => {
                let around = (start.abs() * 1e-6).max(0.5);
                Self { start: start - around, end: end + around }
            }
            _ => Self { start: 0.0, end: 1.0 },
        }
    }

    /// The position of a place along the axis, from 0 to 1.
    pub(crate) fn fraction(&self, place: f64) -> f64 {
        // Halved, because the difference of two finite numbers may be infinite.
        let fraction = (place / 2.0 - self.start / 2.0) / (self.end / 2.0 - self.start / 2.0);
        fraction.clamp(0.0, 1.0)
    }

    pub(crate) fn length(&self) -> f64 {
        self.end - self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data_type: DataType, texts: [&str; 2]) -> (Kind, Option<f64>, Option<f64>) {
        let ordered = OrderedType::new(&data_type).unwrap();
        let [from, to] = texts.map(|text| ordered.parse(text).unwrap());
        (kind(&ordered), place(&ordered, &from), distance(&ordered, &from, &to))
    }

    #[test]
    fn times_are_seconds_and_numbers_themselves() {
        let hour = ["1970-01-02T00:00:00", "1970-01-02T01:00:00"];
        for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
            let found = of(DataType::Timestamp(unit, None), hour);
            assert_eq!(found, (Kind::Time, Some(86_400.0), Some(3600.0)));
        }
        let days = of(DataType::Date32, ["1970-01-02", "1970-01-04"]);
        assert_eq!(days, (Kind::Time, Some(86_400.0), Some(172_800.0)));
        assert_eq!(of(DataType::UInt64, ["7", "9"]), (Kind::Number, Some(7.0), Some(2.0)));
        assert_eq!(of(DataType::Float64, ["-0.5", "inf"]), (Kind::Number, Some(-0.5), Some(f64::INFINITY)));
        assert_eq!(of(DataType::Decimal128(9, 2), ["1.25", "2.00"]), (Kind::Number, Some(1.25), Some(0.75)));
        assert_eq!(of(DataType::Utf8, ["7", "9"]), (Kind::Order, None, None));
        assert_eq!(of(DataType::Time32(TimeUnit::Second), ["00:01:00", "00:02:00"]).0, Kind::TimeOfDay);
    }

    #[test]
    fn an_axis_has_a_length_whatever_stands_on_it() {
        assert_eq!(Axis::over([3.0, f64::INFINITY, 1.0].into_iter()), Axis { start: 1.0, end: 3.0 });
        assert_eq!(Axis::over([7.0].into_iter()), Axis { start: 6.5, end: 7.5 });
        assert_eq!(Axis::over([].into_iter()), Axis { start: 0.0, end: 1.0 });
        let widest = Axis::over([f64::MIN, f64::MAX].into_iter());
        assert_eq!(widest.fraction(0.0), 0.5);
        assert_eq!((widest.fraction(f64::NEG_INFINITY), widest.fraction(f64::INFINITY)), (0.0, 1.0));
    }
}
