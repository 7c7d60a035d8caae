//! Makes texts from files and stores safe to print on a terminal.

/// The whole text on one line, with the characters that steer a terminal escaped.
pub fn visible(text: &str) -> String {
    escaped(text, |_| false)
}

/// As [`visible`], but the text keeps its line breaks.
pub fn visible_lines(text: &str) -> String {
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

/// Whether the character moves the cursor, or changes the direction or the lines of the text beside it.
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
