//! Draws what datasets cover with characters of a terminal.

use std::io::{self, Write};

use console::Style;

use super::axis::{Axis, Kind};
use super::panel::{Bar, Lane, Panel};
use super::ticks::ticks;
use crate::terminal::visible::visible;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// The width of the terminal, in characters.
    pub(crate) width: usize,
    pub(crate) ascii: bool,
    pub(crate) coloured: bool,
}

/// The characters of a picture.
struct Marks {
    /// From few rows to many.
    shades: [char; 4],
    heights: [char; 8],
    /// Row groups that hold a single value.
    point: char,
    /// A cell of a gap.
    gap: char,
    /// A gap that is shorter than a cell.
    short_gap: char,
    tick: char,
    more: &'static str,
}

const UNICODE: Marks = Marks {
    shades: ['░', '▒', '▓', '█'],
    heights: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    point: '▎',
    gap: '·',
    short_gap: '╎',
    tick: '╷',
    more: "…",
};

const ASCII: Marks = Marks {
    shades: ['-', '=', '+', '#'],
    heights: ['1', '2', '3', '4', '5', '6', '7', '8'],
    point: '|',
    gap: '.',
    short_gap: '!',
    tick: '|',
    more: "~",
};

/// The space between the columns.
const SPACE: usize = 2;
/// The numbers beside the bars are left out if fewer cells than this remain for the bars.
const LEAST_CELLS: usize = 24;

pub(crate) fn draw(panel: &Panel, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let marks = if look.ascii { &ASCII } else { &UNICODE };
    let dim = Style::new().dim().force_styling(look.coloured);
    let names: Vec<String> = panel.lanes.iter().map(|lane| visible(&lane.covered.key)).collect();
    // They stand beside the two lines of each lane.
    let notes: Vec<[String; 2]> =
        panel.lanes.iter().map(|lane| [lane.covered.extent(), lane.covered.sizes()]).collect();
    let frame = Frame::new(&names, &notes, look.width, marks);
    header(panel, &frame, marks, &dim, out)?;
    let largest = panel.lanes.iter().flat_map(|lane| &lane.bars).map(|bar| bar.rows).max().unwrap_or(1);
    for ((lane, name), [above, below]) in panel.lanes.iter().zip(&names).zip(&notes) {
        let cells = cells(lane, panel.axis, frame.cells);
        let name = Style::new().bold().force_styling(look.coloured).apply_to(frame.name(name, marks)).to_string();
        frame.line(&name, &shaded(&cells, marks, look.coloured), above, out)?;
        let sizes: String = cells.iter().map(|cell| size(cell, largest, marks)).collect();
        frame.line(&frame.name("", marks), &dim.apply_to(sizes).to_string(), below, out)?;
    }
    let legend = legend(panel.kind, marks);
    if legend.chars().count() <= look.width { writeln!(out, "{}", dim.apply_to(legend)) } else { Ok(()) }
}

/// How the width is divided among names, bars and numbers.
struct Frame {
    names: usize,
    cells: usize,
    /// The cells, and the space to the right of them.
    room: usize,
    has_notes: bool,
}

impl Frame {
    fn new(names: &[String], notes: &[[String; 2]], width: usize, marks: &Marks) -> Self {
        let widest =
            |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
        let longest = (width / 3).max(1 + marks.more.chars().count());
        let names = widest(&mut names.iter()).min(longest);
        let notes = widest(&mut notes.iter().flatten());
        let beside = width.saturating_sub(names + SPACE);
        let has_notes = beside >= notes + SPACE + LEAST_CELLS;
        let cells = if has_notes { beside - notes - SPACE } else { beside };
        Self { names, cells: cells.max(1), room: beside.max(1), has_notes }
    }

    /// The name, padded to its column or cut.
    fn name(&self, name: &str, marks: &Marks) -> String {
        let width = self.names;
        if name.chars().count() <= width {
            return format!("{name:width$}");
        }
        let kept = width.saturating_sub(marks.more.chars().count());
        name.chars().take(kept).collect::<String>() + marks.more
    }

    fn line(&self, name: &str, bar: &str, note: &str, out: &mut dyn Write) -> io::Result<()> {
        let line = format!("{name}{:SPACE$}{bar}{:SPACE$}{}", "", "", if self.has_notes { note } else { "" });
        writeln!(out, "{}", line.trim_end())
    }
}

/// Writes the span of the panel, and the ticks of the axis with their names.
fn header(panel: &Panel, frame: &Frame, marks: &Marks, dim: &Style, out: &mut dyn Write) -> io::Result<()> {
    let columns = panel.ordered_on.join(", ");
    match &panel.ends {
        Some((low, high)) => writeln!(out, "{columns}: {} to {}", visible(low), visible(high))?,
        None => writeln!(out, "{columns}: no rows")?,
    }
    let (labels, marks) = axis_lines(panel.kind, panel.axis, frame.cells, frame.room, marks.tick);
    if labels.trim().is_empty() {
        return Ok(());
    }
    let margin = frame.names + SPACE;
    writeln!(out, "{:margin$}{}", "", labels.trim_end())?;
    writeln!(out, "{:margin$}{}", "", dim.apply_to(marks.trim_end()))
}

/// The names of ticks and their marks, as two lines. Each name begins above its mark, and names that would touch are
/// left out. The last name may reach beyond the cells if there is room.
pub(super) fn axis_lines(kind: Kind, axis: Axis, cells: usize, room: usize, tick: char) -> (String, String) {
    /// The cells of a name and the space around it.
    const NAME: usize = 10;
    let (mut labels, mut marks) = (vec![' '; room], vec![' '; cells]);
    let mut free_from = 0;
    for found in ticks(kind, axis, cells / NAME) {
        let at = cell_of(axis.fraction(found.at), cells);
        let end = at + found.label.chars().count();
        if at < free_from || end > room {
            continue;
        }
        labels.splice(at..end, found.label.chars());
        marks.splice(at..=at, [tick]);
        free_from = end + SPACE;
    }
    (labels.into_iter().collect(), marks.into_iter().collect())
}

fn cell_of(fraction: f64, cells: usize) -> usize {
    ((fraction * cells as f64) as usize).min(cells.saturating_sub(1))
}

/// One character of a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// The part of the cell that row groups with a length cover.
    covered: f64,
    /// The rows in that part; the rows of a row group are taken to be spread evenly.
    rows: f64,
    /// The number of row groups that reach into the cell.
    groups: u64,
    /// All rows of these row groups.
    group_rows: u64,
    /// Whether the cell lies in a gap, or a gap lies in the cell.
    has_gap: bool,
}

/// The cells of a lane. Each row group is divided among the cells that it reaches into, by length.
fn cells(lane: &Lane, axis: Axis, count: usize) -> Vec<Cell> {
    let mut cells = vec![Cell::default(); count];
    let at = |place| axis.fraction(place) * count as f64;
    for Bar { from, to, rows } in lane.bars.iter().copied() {
        let (from, to) = (at(from), at(to));
        let (first, last) = (cell_of(from / count as f64, count), cell_of(to / count as f64, count));
        for (place, cell) in cells.iter_mut().enumerate().take(last + 1).skip(first) {
            let part = to.min(place as f64 + 1.0) - from.max(place as f64);
            // A row group that ends where the cell begins is not in the cell.
            if part <= 0.0 && place > first {
                continue;
            }
            cell.groups += 1;
            cell.group_rows += rows;
            if to > from {
                cell.covered += part;
                cell.rows += rows as f64 * part / (to - from);
            }
        }
    }
    for (from, to) in &lane.gaps {
        let (first, last) = (cell_of(axis.fraction(*from), count), cell_of(axis.fraction(*to), count));
        // A gap with empty cells is seen, so that the cells at its ends need no mark.
        let empty = first + 1..last;
        let marked = if empty.is_empty() { first..first + 1 } else { empty };
        for cell in cells.iter_mut().take(marked.end).skip(marked.start) {
            cell.has_gap = true;
        }
    }
    cells
}

fn shaded(cells: &[Cell], marks: &Marks, coloured: bool) -> String {
    let density = |cell: &Cell| if cell.covered > 0.0 { cell.rows / cell.covered } else { 0.0 };
    let densest = cells.iter().map(density).fold(0.0, f64::max);
    let gap = Style::new().yellow().force_styling(coloured);
    let mut line = String::new();
    for cell in cells {
        match (cell.groups, cell.has_gap) {
            (0, false) => line.push(' '),
            (0, true) => line.push_str(&gap.apply_to(marks.gap).to_string()),
            (_, true) => line.push_str(&gap.apply_to(marks.short_gap).to_string()),
            _ if cell.covered == 0.0 => line.push(marks.point),
            _ => line.push(shade(density(cell) / densest, marks)),
        }
    }
    line
}

/// The shade for a density, as a part of the densest. The thresholds are low for few rows, so that one dense row group
/// does not make all others look empty.
fn shade(part: f64, marks: &Marks) -> char {
    let [few, some, many, most] = marks.shades;
    match part {
        part if part > 0.6 => most,
        part if part > 0.3 => many,
        part if part > 0.1 => some,
        _ => few,
    }
}

/// The mark for the mean size of the cell's row groups, compared with the largest row group of all.
fn size(cell: &Cell, largest: u64, marks: &Marks) -> char {
    if cell.groups == 0 {
        return ' ';
    }
    let part = cell.group_rows as f64 / cell.groups as f64 / largest.max(1) as f64;
    let step = (part * marks.heights.len() as f64).ceil().max(1.0) as usize;
    marks.heights.get(step - 1).copied().unwrap_or(' ')
}

fn legend(kind: Kind, marks: &Marks) -> String {
    let ends = |marks: &[char]| marks.iter().collect::<String>();
    let (shades, heights) = (ends(&marks.shades), ends(&marks.heights));
    let (gap, short) = (marks.gap, marks.short_gap);
    match kind {
        Kind::Order => format!("texts have no distances: only their order is drawn; {heights} rows of a row group"),
        _ => format!("{shades} rows by length, {heights} rows of a row group, {gap} gap, {short} short gap"),
    }
}
