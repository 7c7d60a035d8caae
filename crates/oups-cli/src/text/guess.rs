//! Infers the type of a column from all its values.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, TimeUnit};

use super::kind::{Kind, Look, Time};
use super::moment::Moment;
use super::number::Number;
use super::types::Counted;
use super::{Format, Refused, Times, Written};

/// The role of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The ordered column: format and unit of times apply to its numbers too.
    Ordered,
    Other,
}

/// What was seen of the values of a column whose type is not known.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    times: Times,
    role: Role,
    seen: u64,
    kinds: BTreeMap<Kind, Tally>,
    /// The first empty text. Empty texts count only if the column has no other values.
    empty: Option<First>,
    has_negative: bool,
    not_a_float: Option<First>,
    has_nanos: bool,
    finer: Option<First>,
    /// The first times too far from 1970 for nanoseconds, and for microseconds.
    far: Option<First>,
    farther: Option<First>,
    /// Whether some values are strings of JSON.
    has_strings: bool,
}

#[derive(Clone, Debug)]
struct Tally {
    count: u64,
    first: First,
}

/// The first value of some kind.
#[derive(Clone, Debug)]
struct First {
    line: u64,
    value: String,
    why: Option<Refused>,
}

/// The inferred type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guessed {
    /// The type; `None` if no value was seen.
    pub(crate) data_type: Option<DataType>,
    pub(crate) doubts: Vec<Doubt>,
}

/// Why a column became a text, or what else a user must know of an inferred type. A message puts the place in front of
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) line: u64,
    /// The value as written.
    pub(crate) value: String,
    /// Why the value makes the column a text.
    pub(crate) why: String,
    /// What would make another type of the column. `COLUMN` stands for the column's name.
    pub(crate) instead: String,
}

/// The most characters of a value that are kept.
const SHOWN: usize = 200;
/// The days from 1970 that nanoseconds of 64 bits reach.
const NANOS_REACH: i64 = 106_750;
/// The days from 1970 that microseconds of 64 bits reach.
const MICROS_REACH: i64 = 106_751_990;

impl Guess {
    pub(crate) fn new(times: &Times, role: Role) -> Self {
        Self {
            times: times.clone(),
            role,
            seen: 0,
            kinds: BTreeMap::new(),
            empty: None,
            has_negative: false,
            not_a_float: None,
            has_nanos: false,
            finer: None,
            far: None,
            farther: None,
            has_strings: false,
        }
    }

    /// Looks at one more value. Nulls are left out by the caller.
    pub(crate) fn add(&mut self, value: Written<'_>, line: u64) {
        let first = |why| First { line, value: value.text().chars().take(SHOWN).collect(), why };
        if value.text().is_empty() {
            self.empty.get_or_insert_with(|| first(None));
            return;
        }
        let Look { kind, why, negative, not_a_float, time } = Look::at(value, &self.times, self.role);
        self.seen += 1;
        match self.kinds.get_mut(&kind) {
            Some(tally) => tally.count += 1,
            None => {
                self.kinds.insert(kind, Tally { count: 1, first: first(why) });
            }
        }
        self.has_strings |= matches!(value, Written::String(_));
        self.has_negative |= negative;
        if not_a_float {
            self.not_a_float.get_or_insert_with(|| first(None));
        }
        let Time { day, has_nanos, finer } = time;
        self.has_nanos |= has_nanos;
        for (is_so, place, reach) in
            [(finer, &mut self.finer, 0), (true, &mut self.far, NANOS_REACH), (true, &mut self.farther, MICROS_REACH)]
        {
            if is_so && (reach == 0 || day.unsigned_abs() > reach.unsigned_abs()) {
                place.get_or_insert_with(|| first(None));
            }
        }
    }

    /// Adds what was seen in another file, which comes after this one.
    pub(crate) fn join(&mut self, other: Self) {
        self.seen += other.seen;
        for (kind, tally) in other.kinds {
            let count = tally.count;
            self.kinds.entry(kind).and_modify(|known| known.count += count).or_insert(tally);
        }
        self.has_negative |= other.has_negative;
        self.has_nanos |= other.has_nanos;
        self.has_strings |= other.has_strings;
        for (place, first) in [
            (&mut self.empty, other.empty),
            (&mut self.not_a_float, other.not_a_float),
            (&mut self.finer, other.finer),
            (&mut self.far, other.far),
            (&mut self.farther, other.farther),
        ] {
            *place = place.take().or(first);
        }
    }

    /// The type that all values have exactly. If they have none, the column is a text: with a doubt, if most values
    /// look like another type.
    pub(crate) fn finish(self) -> Guessed {
        if self.seen == 0 {
            let data_type = self.empty.is_some().then_some(DataType::Utf8);
            return Guessed { data_type, doubts: Vec::new() };
        }
        let (numbers, times) = (self.count(&Kind::NUMBERS), self.count(&Kind::TIMES));
        let words = self.count(&[Kind::Word]);
        let found = if words == self.seen && self.has_strings {
            // `NaN` and `inf` as strings of JSON are numbers only beside other numbers.
            Err(None)
        } else if self.count(&[Kind::Bool]) == self.seen {
            Ok(DataType::Boolean)
        } else if numbers == self.seen {
            self.number()
        } else if times == self.seen {
            self.time()
        } else {
            // `NaN` and `inf` as strings of JSON are texts beside other texts.
            let numbers = if self.has_strings { numbers - words } else { numbers };
            Err(self.mixed(numbers, times))
        };
        match found {
            Ok(data_type) => Guessed { data_type: Some(data_type), doubts: Vec::new() },
            Err(doubt) => Guessed { data_type: Some(DataType::Utf8), doubts: doubt.into_iter().collect() },
        }
    }

    fn count(&self, kinds: &[Kind]) -> u64 {
        kinds.iter().filter_map(|kind| self.kinds.get(kind)).map(|tally| tally.count).sum()
    }

    fn first(&self, kind: Kind) -> Option<&First> {
        self.kinds.get(&kind).map(|tally| &tally.first)
    }

    /// The type of a column of numbers, if one type holds each of them exactly.
    fn number(&self) -> Result<DataType, Option<Doubt>> {
        if let Some(first) = self.first(Kind::Zeros) {
            return Err(first.doubt("has zeros in front, as codes have", "for numbers give --types COLUMN:i64"));
        }
        let floats = self.count(&[Kind::Fraction, Kind::Inexact, Kind::Word]);
        if floats == 0 {
            return match (self.first(Kind::Unsigned), self.first(Kind::Big)) {
                (None, None) => Ok(DataType::Int64),
                (Some(_), None) if !self.has_negative => Ok(DataType::UInt64),
                (unsigned, big) => Err(big.or(unsigned).and_then(|first| {
                    first.doubt(
                        "has more digits than whole numbers of 64 bits",
                        "for numbers give --types COLUMN:decimal[38,0]",
                    )
                })),
            };
        }
        let decimal =
            "for numbers give --types COLUMN:decimal[38,18], or COLUMN:f64, which refuses what is not a float exactly";
        if let Some(first) = self.first(Kind::Inexact) {
            return Err(first.doubt("is not a float exactly", decimal));
        }
        let whole = self.not_a_float.as_ref();
        match whole {
            Some(first) => Err(first.doubt("has more digits than a float, as other values of the column are", decimal)),
            None => Ok(DataType::Float64),
        }
    }

    /// The type of a column of dates and times, if one type holds each of them exactly.
    fn time(&self) -> Result<DataType, Option<Doubt>> {
        let (local, zoned) = (self.first(Kind::Local), self.first(Kind::Zoned));
        if let (Some(local), Some(zoned), None) = (local, zoned, &self.times.zone) {
            let zone = "--time-zone gives the zone of times without an offset";
            return Err(match local.line > zoned.line {
                true => local.doubt("has no offset from UTC, as others of the column have", zone),
                false => zoned.doubt("has an offset from UTC, which others of the column do not have", zone),
            });
        }
        if local.is_none() && zoned.is_none() {
            return match &self.farther {
                Some(first) => {
                    Err(first.doubt("is further from 1970 than inferred dates", "for dates give --types COLUMN:date"))
                }
                None => Ok(DataType::Date32),
            };
        }
        if let Some(first) = &self.finer {
            return Err(first.doubt("is finer than nanoseconds", "no type holds it as a time"));
        }
        let zone = (zoned.is_some() || self.times.zone.is_some()).then_some("UTC");
        let far = if self.has_nanos { &self.far } else { &self.farther };
        if let Some(first) = far {
            return Err(match self.has_nanos {
                true => first.doubt(
                    "is further from 1970 than 64 bits of nanoseconds reach, which other values of the column need",
                    "no type holds both as times",
                ),
                false => first.doubt(
                    "is further from 1970 than 64 bits of microseconds reach",
                    &format!("for times give --types COLUMN:{}", Counted::Timestamp(zone).named(TimeUnit::Second)),
                ),
            });
        }
        // Never seconds or milliseconds: a later file may have fractions, and the unit of the ordered column cannot
        // change.
        let unit = if self.has_nanos { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
        Ok(DataType::Timestamp(unit, zone.map(Into::into)))
    }

    /// The doubt about values that are numbers or dates in another notation.
    fn near(&self, numbers: u64, times: u64) -> Option<Doubt> {
        let (commas, groups) = (self.count(&[Kind::Comma]), self.count(&[Kind::Grouped]));
        if numbers + commas + groups == self.seen {
            return match (self.first(Kind::Comma), self.first(Kind::Grouped)) {
                (Some(comma), _) => {
                    comma.doubt("has a comma, as before a fraction", "--decimal-comma reads such numbers")
                }
                (None, groups) => groups?.doubt(
                    "has a comma, between thousands or before a fraction",
                    "for numbers take thousands' commas out of the file, or read fractions with --decimal-comma",
                ),
            };
        }
        let is_other = self.role == Role::Other && times + self.count(&[Kind::OtherDate]) == self.seen;
        let first = self.first(Kind::OtherDate).filter(|_| is_other)?;
        first.doubt("is a date of another form than 2024-12-31", "--time-format says how dates are written")
    }

    /// The doubt about values of several kinds. If at least half of them are numbers or times, all may have been meant
    /// so.
    fn mixed(&self, numbers: u64, times: u64) -> Option<Doubt> {
        let never = self.count(&[Kind::Never]);
        let other = |known: &[Kind]| {
            let others = self.kinds.iter().filter(|(kind, _)| !known.contains(kind));
            others.map(|(_, tally)| &tally.first).min_by_key(|first| first.line)
        };
        let is_most = |count: u64| count * 2 >= self.seen;
        let is_format = self.role == Role::Ordered && self.times.format.is_some();
        if let Some(doubt) = self.near(numbers, times) {
            return Some(doubt);
        }
        if is_format && let Some(first) = other(&Kind::TIMES) {
            if !self.times.format.as_ref().is_some_and(Format::has_date) {
                return first.doubt("is a time of day by its form", TIME_OF_DAY);
            }
            let why = self.times.not_a_time().why;
            // The ordered column may hold numbers, and the format be meant for another column.
            let instead = match Number::parse(&first.value) {
                Some(_) => "for numbers give --types COLUMN:i64, for times give --time-format as they are written",
                None => "for times give --time-format as they are written",
            };
            return first.doubt(&why, instead);
        }
        if times + never > 0 && is_most(times + never) {
            let first = self.first(Kind::Never).or_else(|| other(&Kind::TIMES))?;
            let why = "is not a time, as other values of the column are";
            return first.doubt(why, "for times mend this one, or give --time-format");
        }
        if is_most(numbers) || numbers > 0 && self.has_strings {
            let first = other(&Kind::NUMBERS)?;
            return first.doubt(
                "is not a number, as other values of the column are",
                "for numbers mend this one, or give --null",
            );
        }
        if let Some(first) = self.first(Kind::Text).filter(|_| self.role == Role::Ordered) {
            if Moment::of_day(&first.value).is_some() {
                return first.doubt("is a time of day", TIME_OF_DAY);
            }
            if first.why.is_some() {
                return first.doubt("is a text", "");
            }
        }
        let is_truth = self.count(&[Kind::Bool]) > 0 && self.has_strings;
        is_truth.then(|| {
            other(&[Kind::Bool])?.doubt("is not a truth value, as others of the column are", "mend this one")
        })?
    }
}

const TIME_OF_DAY: &str = "for times of day give --types COLUMN:time[us]";

impl First {
    /// The doubt about this value. A reason that was found in the value itself comes before one that the column gives.
    fn doubt(&self, why: &str, instead: &str) -> Option<Doubt> {
        let (why, instead) = match &self.why {
            Some(Refused { why, advice }) => (why.as_str(), advice.as_deref().unwrap_or(instead)),
            None => (why, instead),
        };
        let (why, instead) = (why.to_owned(), instead.to_owned());
        Some(Doubt { line: self.line, value: self.value.clone(), why, instead })
    }
}
