//! Infers the types of the columns of a CSV file.

use super::{Dialect, Table};
use crate::input::content::Content;
use crate::input::shape::Objects;
use crate::input::spot::Spot;
use crate::input::text_files::Wanted;
use crate::input::wrong::{Wrong, shown};
use crate::terminal::progress::Progress;
use crate::text::Written;

/// Looks at the values of the columns whose types are not known. Returns what was seen, and the number of rows.
pub(in crate::input) fn seen(
    content: &Content,
    dialect: &Dialect,
    file: usize,
    wanted: &Wanted<'_>,
) -> Result<(Objects, u64), Wrong> {
    let mut table = Table::open(content, dialect, &Progress::hidden())?;
    let mut objects = Objects::default();
    let names = table.names.clone();
    let unknown: Vec<bool> = names.iter().map(|name| !wanted.knows(name)).collect();
    for (at, name) in names.iter().enumerate() {
        objects.place(at, name, || wanted.shape(name));
    }
    let mut rows = 0;
    while let Some(record) = table.next()? {
        rows += 1;
        for (((field, shape), unknown), name) in record.fields().zip(&mut objects.shapes).zip(&unknown).zip(&names) {
            if !unknown {
                continue;
            }
            if dialect.is_null(field, false) {
                if field.quoted {
                    shape.add_null_text(Spot { file, line: field.line }.packed());
                }
                continue;
            }
            let Some(text) = dialect.pointed(field.text) else {
                return Err(point_for_comma(field.text, field.line, name));
            };
            shape.add(Written::Text(&text), Spot { file, line: field.line }.packed());
        }
    }
    Ok((objects, rows))
}

/// The error of a number with a point in a file with decimal commas.
pub(super) fn point_for_comma(text: &str, line: u64, column: &str) -> Wrong {
    let what = format!("`{}` has a point, and --decimal-comma says that a comma is before fractions", shown(text));
    let advice = format!("--types {column}:str keeps such values as texts; or take the points out of the file");
    Wrong::at(line, what).in_column(column).advice(advice)
}
