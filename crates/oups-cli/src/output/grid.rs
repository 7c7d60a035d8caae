//! Prints texts in columns with a header, for people.

use std::io::Write;

use crate::terminal::visible::visible;
use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Row, Table, TableStyle};

/// Texts in columns.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// The head of a column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) align: Align,
}

/// How a column's texts are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    /// Used for numbers.
    Right,
}

impl Column {
    pub(crate) fn left(name: impl Into<String>) -> Self {
        Self { name: name.into(), align: Align::Left }
    }

    pub(crate) fn right(name: impl Into<String>) -> Self {
        Self { name: name.into(), align: Align::Right }
    }
}

const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─'))
    .content_lines(ContentLineStyle::none());

/// The space between two columns.
const GAP: u16 = 2;

impl Grid {
    /// Prints as many columns as fit into the width, and returns the names of the others.
    pub(crate) fn print(mut self, width: Option<usize>, out: &mut dyn Write) -> Result<Vec<String>> {
        let left_out = self.narrow(width);
        let mut table = Table::new();
        table.set_content_arrangement(ContentArrangement::Disabled).load_style(STYLE);
        table.set_header(self.columns.iter().map(|column| one_line(&column.name)).collect::<Vec<_>>());
        table.add_rows(
            self.rows.into_iter().map(|row| Row::from(row.iter().map(|cell| visible(cell)).collect::<Vec<_>>())),
        );
        for (place, head) in self.columns.iter().enumerate() {
            if let Some(column) = table.column_mut(place) {
                column.set_padding((0, GAP));
                if head.align == Align::Right {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(left_out)
    }

    /// Drops the last columns that do not fit, but never the first one.
    fn narrow(&mut self, width: Option<usize>) -> Vec<String> {
        let Some(width) = width else { return Vec::new() };
        let mut used = 0;
        let mut fitting = 0;
        for (place, column) in self.columns.iter().enumerate() {
            let texts = self.rows.iter().filter_map(|row| row.get(place));
            let widest = texts.chain([&column.name]).map(|text| text.chars().count()).max().unwrap_or(0);
            used += widest + if place == 0 { 0 } else { usize::from(GAP) };
            if used > width && place > 0 {
                break;
            }
            fitting += 1;
        }
        for row in &mut self.rows {
            row.truncate(fitting);
        }
        self.columns.split_off(fitting).into_iter().map(|column| column.name).collect()
    }
}

/// The most characters of a cell.
const CELL: usize = 80;

/// A text on one line, safe for a terminal, and cut if it is very long.
pub(crate) fn one_line(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => visible(text.get(..end).unwrap_or(text)) + "…",
        None => visible(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::visible::visible_lines;

    fn printed(width: Option<usize>) -> (String, Vec<String>) {
        let grid = Grid {
            columns: vec![Column::left("name"), Column::right("rows"), Column::left("span")],
            rows: vec![
                vec!["a".into(), "7".into(), "1 to 2".into()],
                vec!["bcdef".into(), "1000".into(), "3 to 4".into()],
            ],
        };
        let mut out = Vec::new();
        let left_out = grid.print(width, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), left_out)
    }

    #[test]
    fn numbers_stand_on_the_right() {
        let expected = "\
name   rows  span
─────────────────────
a         7  1 to 2
bcdef  1000  3 to 4
";
        assert_eq!(printed(None), (expected.to_owned(), vec![]));
    }

    #[test]
    fn columns_that_do_not_fit_are_left_out() {
        let (text, left_out) = printed(Some(12));
        assert_eq!(text.lines().next(), Some("name   rows"));
        assert_eq!(left_out, ["span"]);
        assert_eq!(printed(Some(1)).1, ["rows", "span"]);
        assert!(printed(Some(19)).1.is_empty());
    }

    #[test]
    fn a_cell_is_one_short_line() {
        assert_eq!(one_line("a\nb\u{1b}[2J"), "a\\nb\\u{1b}[2J");
        assert_eq!(one_line("\u{9b}2J \u{202e}gnp"), "\\u{9b}2J \\u{202e}gnp");
        assert_eq!(visible_lines("a\n\u{1b}[2J"), "a\n\\u{1b}[2J");
        let grid = Grid { columns: vec![Column::left("a")], rows: vec![vec!["\u{1b}[2J\r".to_owned()]] };
        let mut out = Vec::new();
        grid.print(None, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().ends_with("\\u{1b}[2J\\r\n"));
        assert_eq!(one_line(&"x".repeat(100)).chars().count(), CELL + 1);
    }
}
