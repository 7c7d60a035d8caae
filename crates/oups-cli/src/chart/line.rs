//! Draws columns against the ordered column, as lines of dots in a terminal.

use std::io::{self, Write};

use console::Style;
use textplots::{Chart, Plot, Shape};

use super::axis::{Axis, Kind};
use super::blocks::{Look, axis_lines};
use super::buckets::Bucket;
use super::ticks::ticks;

/// The line of one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) title: String,
    pub(crate) buckets: Vec<Bucket>,
}

/// The dots of a character, across and down.
const ACROSS: u32 = 2;
const DOWN: u32 = 4;
/// The lines of a picture: of a single one, and of each of several.
const HEIGHT: usize = 14;
const HEIGHT_OF_SEVERAL: usize = 8;
/// The lines between the names of values.
const BETWEEN: usize = 3;
/// The narrowest picture that the library draws.
const LEAST_CELLS: usize = 16;
/// A character without a dot.
const BLANK: char = '\u{2800}';

/// Draws the series below each other, over the same axes.
pub(crate) fn draw(kind: Kind, series: &[Series], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let all = || series.iter().flat_map(|series| &series.buckets);
    let across = Axis::over(all().flat_map(|bucket| [bucket.from, bucket.to]));
    let down = Axis::over(all().flat_map(|bucket| [bucket.low, bucket.high]));
    let height = if series.len() > 1 { HEIGHT_OF_SEVERAL } else { HEIGHT };
    let names = names(down, height);
    let margin = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let cells = look.width.saturating_sub(margin + 1).max(LEAST_CELLS);
    let dim = Style::new().dim().force_styling(look.coloured);
    let line = Style::new().cyan().force_styling(look.coloured);
    let (edge, tick) = if look.ascii { ('|', '|') } else { ('│', '╵') };
    for series in series {
        writeln!(out, "{}", series.title)?;
        if series.buckets.is_empty() {
            continue;
        }
        let dots = dots(&series.buckets, across, down, cells, height);
        for (name, row) in names.iter().zip(dots) {
            let row = if look.ascii { plain(&row) } else { row };
            let edge = dim.apply_to(edge);
            writeln!(out, "{}", format!("{name:>margin$}{edge}{}", line.apply_to(row)).trim_end())?;
        }
    }
    if all().next().is_none() {
        return Ok(());
    }
    let (labels, marks) = axis_lines(kind, across, cells, cells, tick);
    if !labels.trim().is_empty() {
        writeln!(out, "{:margin$} {}", "", dim.apply_to(marks.trim_end()))?;
        writeln!(out, "{:margin$} {}", "", labels.trim_end())?;
    }
    Ok(())
}

/// The text in front of each line: a round value at its height, or nothing.
fn names(down: Axis, height: usize) -> Vec<String> {
    let mut names = vec![String::new(); height];
    for tick in ticks(Kind::Number, down, height / BETWEEN) {
        let from_top = (1.0 - down.fraction(tick.at)) * height as f64;
        if let Some(name) = names.get_mut((from_top as usize).min(height - 1)) {
            *name = tick.label;
        }
    }
    names
}

/// The characters of each line, from the top.
fn dots(buckets: &[Bucket], across: Axis, down: Axis, cells: usize, height: usize) -> Vec<String> {
    let (wide, high) = (cells as u32 * ACROSS, height as u32 * DOWN);
    // Places and values are scaled here in 64 bits, because the library computes in 32 bits.
    let x = |place: f64| (across.fraction(place) * f64::from(wide - 1)) as f32;
    let y = |value: f64| (down.fraction(value) * f64::from(high - 1)) as f32 + 1.0;
    let mut points = Vec::with_capacity(buckets.len() * 4 + 1);
    for Bucket { from, to, first, last, low, high } in buckets {
        let middle = from / 2.0 + to / 2.0;
        points.extend([(x(*from), y(*first)), (x(middle), y(*low)), (x(middle), y(*high)), (x(*to), y(*last))]);
    }
    let shape = Shape::Lines(&points);
    let mut chart = Chart::new_with_y_range(wide, high, 0.0, wide as f32, 0.0, high as f32);
    let chart = chart.lineplot(&shape);
    chart.figures();
    let frame = chart.frame();
    let fitting = |line: &str| line.chars().take(cells).collect::<String>().trim_end_matches([' ', BLANK]).to_owned();
    let mut lines: Vec<String> = frame.lines().take(height).map(fitting).collect();
    lines.resize(height, String::new());
    lines
}

fn plain(line: &str) -> String {
    line.chars().map(|c| if c == BLANK || c == ' ' { ' ' } else { '*' }).collect()
}
