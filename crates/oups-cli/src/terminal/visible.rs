//! Texts of files and stores, with nothing in them that steers a terminal.

/// A text on one line, whole, without anything that could move a terminal's cursor.
pub(crate) fn visible(text: &str) -> String {
    escaped(text, |_| false)
}

/// As [`visible`], but with the text's own lines.
pub(crate) fn visible_lines(text: &str) -> String {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if is_kept(c) => line.push(c),
            '\n' | '\r' | '\t' => line.extend(c.escape_default()),
            c if steers(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
    }
    line
}

/// What moves a cursor, or turns the direction or the lines of what stands beside it.
fn steers(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{061c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || is_format
}
