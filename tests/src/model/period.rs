//! Calendar periods, numbered with chrono's calendar.

use chrono::{DateTime, Datelike, NaiveDate, Weekday};

use crate::table::Cell;

/// A period of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    every: i64,
    unit: Unit,
    /// Nanoseconds in one step of the column.
    step: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Periods of this number of seconds.
    Seconds(i64),
    /// Weeks that start on this day.
    Weeks(Weekday),
    /// Periods of this number of months.
    Months(i64),
}

impl Period {
    /// Reads an optional whole number of at least 1 and a unit. `step` is the number of nanoseconds in the column's
    /// unit.
    #[must_use]
    pub fn parse(text: &str, step: i64) -> Option<Self> {
        let name = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let number = &text[..text.len() - name.len()];
        let every = if number.is_empty() { 1 } else { number.parse().ok().filter(|every| *every >= 1)? };
        let unit = match name {
            "min" => Unit::Seconds(60),
            "h" => Unit::Seconds(3_600),
            "D" => Unit::Seconds(86_400),
            "W" => Unit::Weeks(Weekday::Sun),
            "MS" => Unit::Months(1),
            "QS" => Unit::Months(3),
            "YS" => Unit::Months(12),
            _ => Unit::Weeks(name.strip_prefix("W-").filter(|day| day.len() == 3)?.parse().ok()?),
        };
        Some(Self { every, unit, step })
    }

    /// The number of the period that a timestamp lies in. Period 0 holds 1970-01-01; earlier ones are negative.
    #[must_use]
    pub fn of(&self, value: &Cell) -> i64 {
        let Cell::Int(value) = value else { panic!("{value:?} is not a timestamp") };
        let at = DateTime::from_timestamp_nanos(*value * self.step);
        match self.unit {
            Unit::Seconds(length) => at.timestamp().div_euclid(length * self.every),
            Unit::Weeks(start) => {
                let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date");
                let monday_of = |date: NaiveDate| date.week(start).first_day();
                let weeks = (monday_of(at.date_naive()) - monday_of(epoch)).num_weeks();
                weeks.div_euclid(self.every)
            }
            Unit::Months(months) => {
                let month = (i64::from(at.year()) - 1970) * 12 + i64::from(at.month0());
                month.div_euclid(months * self.every)
            }
        }
    }
}
