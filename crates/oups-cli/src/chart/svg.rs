//! Draws what datasets cover as an SVG for browsers and documents, light or dark as the reader prefers.

use svg::Document;
use svg::node::element::{Group, Line, Rectangle, Style, Text, Title};

use super::axis::{Axis, Kind};
use super::covered::{Covered, Gap, length_text};
use super::panel::{Bar, Lane, Panel};
use super::ticks::ticks;
use crate::terminal::counted::counted;

const WIDTH: f64 = 960.0;
const MARGIN: f64 = 24.0;
/// The approximate width of a character.
const CHARACTER: f64 = 7.3;
const LONGEST_NAME: usize = 30;
/// The width of the numbers beside a lane.
const NOTES: f64 = 180.0;
const HEADER: f64 = 64.0;
const LANE: f64 = 34.0;
const PITCH: f64 = 50.0;
const LEGEND: f64 = 44.0;
/// The distance between the names of ticks.
const TICKS: f64 = 96.0;
const LEAST_HEIGHT: f64 = 3.0;
const LEAST_GAP: f64 = 8.0;

const STYLE: &str = "
text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #24292f }
.page { fill: #ffffff } .dim { fill: #57606a } .name { font-weight: bold }
.tick { stroke: #d0d7de } .base { stroke: #8c959f }
.bar { stroke: #ffffff; fill: #0969da } .d1 { fill-opacity: .3 } .d2 { fill-opacity: .5 } .d3 { fill-opacity: .75 }
.gap { fill: #fb8f44; fill-opacity: .25 } .edge { stroke: #bc4c00; stroke-dasharray: 3 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .page { fill: #0d1117 } .dim { fill: #8d96a0 }
.tick { stroke: #30363d } .base { stroke: #6e7681 } .bar { stroke: #0d1117; fill: #58a6ff }
.gap { fill: #db6d28; fill-opacity: .35 } .edge { stroke: #f0883e }
}";

/// The picture: the panels, one below the other.
pub(crate) fn document(panels: &[Panel]) -> Document {
    let height: f64 = panels.iter().map(height).sum();
    let mut document = Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .set("width", WIDTH)
        .set("height", height)
        .set("role", "img")
        .add(Title::new("The spans that datasets cover, their row groups and gaps"))
        .add(Style::new(STYLE))
        .add(rectangle(0.0, 0.0, WIDTH, height, "page").set("rx", 8));
    let mut top = 0.0;
    for panel in panels {
        document = document.add(Frame::of(panel).panel(panel).set("transform", format!("translate(0 {top})")));
        top += self::height(panel);
    }
    document
}

fn height(panel: &Panel) -> f64 {
    HEADER + panel.lanes.len() as f64 * PITCH + LEGEND
}

/// Where the bars of a panel start and end, and the rows of the highest bar.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    right: f64,
    axis: Axis,
    largest: u64,
}

impl Frame {
    fn of(panel: &Panel) -> Self {
        let names = panel.lanes.iter().map(|lane| lane.covered.key.chars().count());
        let name = names.max().unwrap_or(0).min(LONGEST_NAME) as f64 * CHARACTER;
        let largest = panel.lanes.iter().flat_map(|lane| &lane.bars).map(|bar| bar.rows).max().unwrap_or(1);
        Self { left: MARGIN + name + MARGIN, right: WIDTH - NOTES - 2.0 * MARGIN, axis: panel.axis, largest }
    }

    fn x(&self, place: f64) -> f64 {
        self.left + self.axis.fraction(place) * (self.right - self.left)
    }

    fn panel(&self, panel: &Panel) -> Group {
        let span = match &panel.ends {
            Some((low, high)) => format!("{}: {low} to {high}", panel.ordered_on.join(", ")),
            None => format!("{}: no rows", panel.ordered_on.join(", ")),
        };
        let mut group = Group::new().add(text(MARGIN, 28.0, span, "head"));
        let bottom = HEADER + panel.lanes.len() as f64 * PITCH;
        for tick in ticks(panel.kind, self.axis, ((self.right - self.left) / TICKS) as usize) {
            let x = self.x(tick.at);
            group = group
                .add(line(x, HEADER - 10.0, x, bottom - (PITCH - LANE) / 2.0, "tick"))
                .add(text(x, HEADER - 16.0, tick.label, "dim").set("text-anchor", "middle"));
        }
        for (at, lane) in panel.lanes.iter().enumerate() {
            group = group.add(self.lane(lane, HEADER + at as f64 * PITCH));
        }
        group.add(text(MARGIN, bottom + LEGEND / 2.0, legend(panel.kind), "dim"))
    }

    fn lane(&self, lane: &Lane, top: f64) -> Group {
        let covered = &lane.covered;
        let base = top + LANE;
        let mut group = Group::new().add(text(MARGIN, top + LANE / 2.0 + 4.0, cut(&covered.key), "name"));
        for (at, gap) in lane.gaps.iter().zip(&covered.gaps) {
            group = group.add(self.gap(covered, *at, *gap, top));
        }
        let bars = self.joined(&lane.bars);
        let densest = bars.iter().filter_map(|bar| bar.density).fold(0.0, f64::max);
        for bar in &bars {
            group = group.add(self.bar(covered, bar, densest, base));
        }
        if let (Some(first), Some(last)) = (lane.bars.first(), lane.bars.last()) {
            group = group.add(line(self.x(first.from), base + 0.5, self.x(last.to), base + 0.5, "base"));
        }
        let x = self.right + MARGIN;
        group.add(text(x, top + 13.0, covered.extent(), "note")).add(text(x, top + 29.0, covered.sizes(), "dim"))
    }

    fn gap(&self, covered: &Covered, (from, to): (f64, f64), gap: Gap, top: f64) -> Group {
        let (from, to) = (self.x(from), self.x(to));
        let ends = covered.ends(gap).map(|(before, behind)| (covered.text(before), covered.text(behind)));
        let (before, behind) = ends.unwrap_or_default();
        let length = length_text(covered.kind(), gap.length);
        let group = Group::new()
            .add(Title::new(format!("{}: gap of {length}, from {before} to {behind}", covered.key)))
            .add(rectangle(from, top, (to - from).max(1.0), LANE, "gap"));
        // The edges of a short gap would hide it.
        if to - from < LEAST_GAP {
            return group;
        }
        group.add(line(from, top, from, top + LANE, "edge")).add(line(to, top, to, top + LANE, "edge"))
    }

    fn bar(&self, covered: &Covered, bar: &Joined, densest: f64, base: f64) -> Rectangle {
        let size = bar.rows as f64 / bar.groups as f64 / self.largest.max(1) as f64;
        let height = (size * LANE).max(LEAST_HEIGHT);
        let part = bar.density.map_or(1.0, |density| density / densest);
        let shade = match part {
            part if part > 0.6 => "bar d4",
            part if part > 0.3 => "bar d3",
            part if part > 0.1 => "bar d2",
            _ => "bar d1",
        };
        let low = covered.groups.get(bar.first).map(|group| covered.text(&group.min)).unwrap_or_default();
        let high = covered.groups.get(bar.first + bar.groups - 1).map(|group| covered.text(&group.max));
        let high = high.unwrap_or_default();
        let (rows, groups) = (counted(bar.rows, "row"), counted(bar.groups as u64, "row group"));
        let title = Title::new(format!("{}: {groups} of {rows}, {low} to {high}", covered.key));
        let width = (bar.to - bar.from).max(1.0);
        // A line around a narrow bar would hide it.
        let stroke = if width > 6.0 { 1.0 } else { 0.0 };
        rectangle(bar.from, base - height, width, height, shade).set("stroke-width", stroke).add(title)
    }

    /// Joins row groups that would be less than a pixel apart into one bar of their mean size.
    fn joined(&self, bars: &[Bar]) -> Vec<Joined> {
        let mut joined: Vec<Joined> = Vec::new();
        for (at, bar) in bars.iter().enumerate() {
            let (from, to) = (self.x(bar.from), self.x(bar.to));
            match joined.last_mut() {
                Some(last) if to < last.from + 1.0 => last.add(bar, to),
                _ => joined.push(Joined { first: at, groups: 1, from, to, rows: bar.rows, density: bar.density() }),
            }
        }
        joined
    }
}

/// One row group, or several that are too narrow to be seen apart.
struct Joined {
    first: usize,
    groups: usize,
    from: f64,
    to: f64,
    rows: u64,
    density: Option<f64>,
}

impl Joined {
    fn add(&mut self, bar: &Bar, to: f64) {
        let mean = |a: f64, b: f64| (a * self.groups as f64 + b) / (self.groups as f64 + 1.0);
        self.density = match (self.density, bar.density()) {
            (Some(a), Some(b)) => Some(mean(a, b)),
            (a, b) => a.or(b),
        };
        self.groups += 1;
        self.rows += bar.rows;
        self.to = to;
    }
}

fn rectangle(x: f64, y: f64, width: f64, height: f64, class: &str) -> Rectangle {
    let [x, y, width, height] = [x, y, width, height].map(rounded);
    Rectangle::new().set("x", x).set("y", y).set("width", width).set("height", height).set("class", class)
}

fn line(x1: f64, y1: f64, x2: f64, y2: f64, class: &str) -> Line {
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(rounded);
    Line::new().set("x1", x1).set("y1", y1).set("x2", x2).set("y2", y2).set("class", class)
}

fn text(x: f64, y: f64, text: impl Into<String>, class: &str) -> Text {
    Text::new(text.into()).set("x", rounded(x)).set("y", rounded(y)).set("class", class)
}

/// A length rounded to hundredths of a pixel.
fn rounded(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some(_) => name.chars().take(LONGEST_NAME - 1).collect::<String>() + "…",
        None => name.to_owned(),
    }
}

fn legend(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "Texts have no distances: only their order is drawn. Height: rows of a row group.",
        _ => "Height: rows of a row group. Strong: many rows by length, of its dataset. Orange: gap.",
    }
}
