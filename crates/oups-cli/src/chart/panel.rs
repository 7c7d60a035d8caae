//! Panels: datasets on one axis, with values turned into places, ready to be drawn.

use std::collections::BTreeSet;

use oups::ordered::OrdValue;

use super::axis::{Axis, Kind, place};
use super::covered::{Covered, Group};
use crate::output::value;

/// Datasets of one kind, which share an axis.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(crate) kind: Kind,
    pub(crate) axis: Axis,
    /// The names of the datasets' ordered columns.
    pub(crate) ordered_on: Vec<String>,
    /// The smallest and the largest value, as texts.
    pub(crate) ends: Option<(String, String)>,
    pub(crate) lanes: Vec<Lane>,
}

/// A dataset in a panel.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) covered: Covered,
    pub(crate) bars: Vec<Bar>,
    /// The start and the end of each gap.
    pub(crate) gaps: Vec<(f64, f64)>,
}

/// A row group in a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) from: f64,
    /// The place of the row group's last row, or, if no gap follows, of the first row of the next row group.
    pub(crate) to: f64,
    pub(crate) rows: u64,
}

impl Bar {
    /// The rows per unit of the axis; `None` for a bar without length.
    pub(crate) fn density(&self) -> Option<f64> {
        let density = self.rows as f64 / (self.to - self.from);
        (density.is_finite() && density > 0.0).then_some(density)
    }
}

/// The panels of the datasets, one for each kind.
pub(crate) fn panels(covered: Vec<Covered>) -> Vec<Panel> {
    let kinds: BTreeSet<Kind> = covered.iter().map(Covered::kind).collect();
    let mut covered = covered;
    kinds
        .into_iter()
        .map(|kind| {
            let (of_kind, others) = covered.drain(..).partition(|covered| covered.kind() == kind);
            covered = others;
            panel(kind, of_kind)
        })
        .collect()
}

fn panel(kind: Kind, covered: Vec<Covered>) -> Panel {
    let ranks = if kind == Kind::Order { ranks(&covered) } else { Vec::new() };
    let place = |covered: &Covered, value: &OrdValue| {
        place(&covered.ordered, value).unwrap_or_else(|| ranks.partition_point(|known| known < value) as f64)
    };
    let ends = covered.iter().filter(|covered| !covered.groups.is_empty()).flat_map(|covered| {
        let ends = [covered.groups.first().map(|group| &group.min), covered.groups.last().map(|group| &group.max)];
        ends.into_iter().flatten().map(|value| (place(covered, value), value::text(&covered.ordered, value)))
    });
    let ends: Vec<(f64, String)> = ends.collect();
    let text = |end: Option<&(f64, String)>| end.map(|(_, text)| text.clone());
    let low = text(ends.iter().min_by(|a, b| a.0.total_cmp(&b.0)));
    let high = text(ends.iter().max_by(|a, b| a.0.total_cmp(&b.0)));
    let ordered_on: BTreeSet<String> = covered.iter().map(|covered| covered.ordered_on.clone()).collect();
    let lane = |covered: Covered| {
        let bars = bars(&covered, |value| place(&covered, value));
        let gap = |after: usize| Some((bars.get(after)?.to, bars.get(after + 1)?.from));
        let gaps = covered.gaps.iter().filter_map(|found| gap(found.after)).collect();
        Lane { bars, gaps, covered }
    };
    Panel {
        kind,
        axis: Axis::over(ends.iter().map(|(place, _)| *place)),
        ordered_on: ordered_on.into_iter().collect(),
        ends: low.zip(high),
        lanes: covered.into_iter().map(lane).collect(),
    }
}

/// The minima and maxima of all row groups, in order. The place of a text is its position among them.
fn ranks(covered: &[Covered]) -> Vec<OrdValue> {
    let groups = covered.iter().flat_map(|covered| &covered.groups);
    let ends: BTreeSet<&OrdValue> = groups.flat_map(|group| [&group.min, &group.max]).collect();
    ends.into_iter().cloned().collect()
}

fn bars(covered: &Covered, place: impl Fn(&OrdValue) -> f64) -> Vec<Bar> {
    let mut gaps = covered.gaps.iter().map(|gap| gap.after).peekable();
    let mut bars = Vec::with_capacity(covered.groups.len());
    for (at, Group { min, max, rows, .. }) in covered.groups.iter().enumerate() {
        let next = covered.groups.get(at + 1).filter(|_| gaps.next_if_eq(&at).is_none());
        // Texts have no distances, so that bars of texts do not reach to the next row group.
        let next = next.filter(|_| covered.kind() != Kind::Order);
        let to = next.map_or(max, |next| &next.min);
        bars.push(Bar { from: place(min), to: place(to), rows: *rows });
    }
    bars
}
