//! What a dataset covers, according to its manifest: the spans of its row groups, and the gaps between them.

use oups::Snapshot;
use oups::ordered::{OrdValue, OrderedType};

use super::axis::{Kind, distance, kind};
use super::ticks::number;
use crate::output::value;
use crate::terminal::counted::counted;

/// A stretch between row groups is a gap if it is more than this many times as long as the distance between the rows
/// beside it.
pub(crate) const GAP: f64 = 3.0;

#[derive(Clone, Debug)]
pub(crate) struct Covered {
    pub(crate) key: String,
    pub(crate) ordered_on: String,
    pub(crate) ordered: OrderedType,
    pub(crate) groups: Vec<Group>,
    pub(crate) gaps: Vec<Gap>,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) min: OrdValue,
    pub(crate) max: OrdValue,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// A stretch that no row group covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gap {
    /// The position of the row group before it.
    pub(crate) after: usize,
    /// The length in seconds, or in units of a number.
    pub(crate) length: f64,
}

impl Covered {
    pub(crate) fn of(key: String, snapshot: &Snapshot) -> Self {
        let group = |entry: &oups::RowGroup| Group {
            min: entry.min().clone(),
            max: entry.max().clone(),
            rows: entry.rows(),
            bytes: entry.bytes(),
        };
        let groups: Vec<Group> = snapshot.row_groups().iter().map(group).collect();
        let gaps = gaps(snapshot.ordered_type(), &groups);
        Self {
            key,
            ordered_on: snapshot.ordered_on().to_owned(),
            ordered: snapshot.ordered_type().clone(),
            groups,
            gaps,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        kind(&self.ordered)
    }

    pub(crate) fn rows(&self) -> u64 {
        self.groups.iter().map(|group| group.rows).sum()
    }

    /// The number of row groups, and the rows of the smallest and the largest, as text.
    pub(crate) fn sizes(&self) -> String {
        let rows = || self.groups.iter().map(|group| group.rows);
        let groups = counted(self.groups.len() as u64, "row group");
        match (rows().min(), rows().max()) {
            (Some(least), Some(most)) if least < most => format!("{groups}: {least}-{most}"),
            (_, Some(most)) if self.groups.len() > 1 => format!("{groups}: {most}"),
            _ => groups,
        }
    }

    /// The number of rows, and their density, as text.
    pub(crate) fn extent(&self) -> String {
        let density = self.density().map(|density| format!(", {}", density_text(self.kind(), density)));
        counted(self.rows(), "row") + &density.unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.groups.iter().map(|group| group.bytes).sum()
    }

    /// The last value before a gap, and the first value after it.
    pub(crate) fn ends(&self, gap: Gap) -> Option<(&OrdValue, &OrdValue)> {
        Some((&self.groups.get(gap.after)?.max, &self.groups.get(gap.after + 1)?.min))
    }

    /// A value of the ordered column for people.
    pub(crate) fn text(&self, value: &OrdValue) -> String {
        value::text(&self.ordered, value)
    }

    /// The rows per second, or per unit of a number, without the gaps; `None` if the rows cover no length.
    pub(crate) fn density(&self) -> Option<f64> {
        let (first, last) = (self.groups.first()?, self.groups.last()?);
        let gaps: f64 = self.gaps.iter().map(|gap| gap.length).sum();
        let length = distance(&self.ordered, &first.min, &last.max)? - gaps;
        // n rows without a gap have n - 1 distances between them, and each gap takes one away.
        let steps = self.rows().saturating_sub(1 + self.gaps.len() as u64);
        let density = steps as f64 / length;
        (density.is_finite() && density > 0.0).then_some(density)
    }
}

/// The stretches between row groups that are longer than [`GAP`] times the larger distance between rows in the row
/// groups beside them.
fn gaps(ordered: &OrderedType, groups: &[Group]) -> Vec<Gap> {
    let spacing = |group: &Group| {
        let spacing = distance(ordered, &group.min, &group.max)? / group.rows.checked_sub(1)? as f64;
        (spacing.is_finite() && spacing > 0.0).then_some(spacing)
    };
    // A row group of one row, or of one value, has no distances: then the mean of the dataset counts.
    let overall = || {
        let (first, last) = (groups.first()?, groups.last()?);
        let rows: u64 = groups.iter().map(|group| group.rows).sum();
        Some(distance(ordered, &first.min, &last.max)? / rows.saturating_sub(1) as f64)
    };
    let overall = overall().unwrap_or(f64::INFINITY);
    let mut gaps = Vec::new();
    for (after, pair) in groups.windows(2).enumerate() {
        let [before, behind] = pair else { continue };
        let Some(length) = distance(ordered, &before.max, &behind.min) else { continue };
        let beside = [before, behind].into_iter().filter_map(spacing).reduce(f64::max).unwrap_or(overall);
        if length.is_finite() && length > GAP * beside {
            gaps.push(Gap { after, length });
        }
    }
    gaps
}

/// The units of time, in seconds, the shorter ones first.
const UNITS: [(&str, f64); 7] =
    [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// A length as text: a time in at most two units, or a number.
pub(crate) fn length_text(kind: Kind, length: f64) -> String {
    if !matches!(kind, Kind::Time | Kind::TimeOfDay) {
        return short(length);
    }
    let fits = UNITS.iter().rposition(|(_, seconds)| length >= *seconds).unwrap_or(0);
    let Some((unit, seconds)) = UNITS.get(fits) else { return short(length) };
    let Some((smaller, part)) = fits.checked_sub(1).and_then(|below| UNITS.get(below)) else {
        return format!("{:.0} {unit}", length / seconds);
    };
    let parts = (length / part).round();
    let whole = (parts * part / seconds + 1e-9).floor();
    match parts - (whole * seconds / part).round() {
        left if left > 0.0 => format!("{whole} {unit} {left} {smaller}"),
        _ => format!("{whole} {unit}"),
    }
}

/// A density as text: rows per unit of time, or per unit of a number.
fn density_text(kind: Kind, density: f64) -> String {
    const NEARLY_ONE: f64 = 0.95;
    if !matches!(kind, Kind::Time | Kind::TimeOfDay) {
        return format!("{} per unit", short(density));
    }
    let units = [("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0), ("year", 365.25 * 86_400.0)];
    let (unit, rows) = units
        .map(|(unit, seconds)| (unit, density * seconds))
        .into_iter()
        .find(|(_, rows)| *rows >= NEARLY_ONE)
        .unwrap_or(("year", density * 365.25 * 86_400.0));
    format!("{}/{unit}", short(rows))
}

/// A number with three significant digits, without trailing zeros.
fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if value.abs() >= 100.0 && value.abs() < 1e7 {
        return format!("{value:.0}");
    }
    let text = number(value, 10f64.powf(value.abs().log10().floor() - 2.0));
    match text.contains('.') && !text.contains('e') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;

    use super::*;

    fn gaps_of(data_type: DataType, groups: &[(&str, &str, u64)]) -> Vec<(usize, f64)> {
        let ordered = OrderedType::new(&data_type).unwrap();
        let value = |text: &str| ordered.parse(text).unwrap();
        let group =
            |(min, max, rows): &(&str, &str, u64)| Group { min: value(min), max: value(max), rows: *rows, bytes: 1 };
        let groups: Vec<_> = groups.iter().map(group).collect();
        gaps(&ordered, &groups).into_iter().map(|gap| (gap.after, gap.length)).collect()
    }

    #[test]
    fn a_gap_is_long_beside_the_rows_next_to_it() {
        let int = || DataType::Int64;
        assert_eq!(gaps_of(int(), &[("0", "9", 10), ("10", "19", 10), ("23", "29", 7)]), [(1, 4.0)]);
        assert_eq!(gaps_of(int(), &[("0", "90", 10), ("110", "190", 9), ("191", "191", 1)]), []);
        // Row groups of single rows at equal distances, then one far away.
        assert_eq!(gaps_of(int(), &[("0", "0", 1), ("10", "10", 1), ("20", "20", 1)]), []);
        assert_eq!(gaps_of(int(), &[("0", "0", 9), ("0", "0", 1), ("1", "1", 1), ("500", "500", 1)]), [(2, 499.0)]);
        assert_eq!(gaps_of(DataType::Float64, &[("-inf", "0", 2), ("100", "inf", 2)]), []);
        assert_eq!(gaps_of(DataType::Utf8, &[("a", "b", 2), ("y", "z", 2)]), []);
        let hours = ("2013-01-01T00:00:00", "2013-01-01T05:00:00", 6);
        let time = DataType::Timestamp(arrow::datatypes::TimeUnit::Nanosecond, None);
        assert_eq!(gaps_of(time, &[hours, ("2013-01-02T00:00:00", "2013-01-02T05:00:00", 6)]), [(0, 68_400.0)]);
    }

    #[test]
    fn lengths_and_densities_are_short() {
        let lengths =
            [0.25, 3.0, 90.0, 3600.0, 68_400.0, 100_000.0, 4e-9].map(|length| length_text(Kind::Time, length));
        assert_eq!(lengths, ["250 ms", "3 s", "1 min 30 s", "1 h", "19 h", "1 d 4 h", "4 ns"]);
        assert_eq!(length_text(Kind::Number, 12.0), "12");
        let densities = [1.0 / 3600.0, 24.5 / 86_400.0, 1000.0, 1e-9].map(|density| density_text(Kind::Time, density));
        assert_eq!(densities, ["1/h", "1.02/h", "1000/s", "0.0316/year"]);
        assert_eq!(density_text(Kind::Number, 0.5), "0.5 per unit");
    }
}
