//! Reads the objects of a JSON file, one per line, each with the number of its line.

use std::io::{self, BufRead, BufReader};

use memchr::memchr2;

use super::tokens::{Members, members};
use crate::input::content::{Bytes, Content};
use crate::input::encoding::ICONV;
use crate::input::wrong::{Wrong, shown};
use crate::terminal::progress::Progress;

/// The bytes that are read at once.
const BLOCK: usize = 256 << 10;

/// The most bytes of one line, so that a list of all objects on one line does not fill the memory.
const LONGEST: usize = 256 << 20;

pub(in crate::input) struct Objects {
    text: BufReader<Bytes>,
    /// The line that was read last, counted from 1.
    line: u64,
    bytes: Vec<u8>,
    /// Whether the last line ended with CR. Then a following LF does not end another line.
    after_cr: bool,
    /// Whether the last line has no line break, because the file ends there.
    open_end: bool,
}

impl Objects {
    pub(in crate::input) fn open(content: &Content, progress: &Progress) -> Result<Self, Wrong> {
        let text = BufReader::with_capacity(BLOCK, content.text(progress)?);
        Ok(Self { text, line: 0, bytes: Vec::new(), after_cr: false, open_end: false })
    }

    /// The next object, with its line and its length. Blank lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Members<'_>, usize)>, Wrong> {
        loop {
            if !self.next_line()? {
                return Ok(None);
            }
            if !self.bytes.trim_ascii().is_empty() {
                break;
            }
        }
        let line = self.line;
        let text = std::str::from_utf8(&self.bytes).map_err(|error| {
            let before = self.bytes.get(..error.valid_up_to()).unwrap_or_default();
            let at = String::from_utf8_lossy(before).chars().count() + 1;
            Wrong::at(line, format!("character {at} is not UTF-8")).advice(ICONV)
        })?;
        match members(text) {
            Ok(members) => Ok(Some((line, members, text.len()))),
            Err(error) => Err(not_an_object(text, line, &error, self.open_end)),
        }
    }

    /// Reads the next line; `false` at the end.
    fn next_line(&mut self) -> Result<bool, Wrong> {
        self.bytes.clear();
        let mut any = false;
        loop {
            let chunk = match self.text.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Wrong::unreadable(&error)),
            };
            if chunk.is_empty() {
                self.line += u64::from(any);
                self.open_end = true;
                return Ok(any);
            }
            let skipped = usize::from(self.after_cr && chunk.first() == Some(&b'\n'));
            self.after_cr = false;
            let chunk = chunk.get(skipped..).unwrap_or_default();
            any |= !chunk.is_empty();
            let end = memchr2(b'\n', b'\r', chunk);
            let length = end.unwrap_or(chunk.len());
            self.bytes.extend_from_slice(chunk.get(..length).unwrap_or_default());
            self.after_cr = chunk.get(length) == Some(&b'\r');
            self.text.consume(skipped + length + usize::from(end.is_some()));
            if end.is_some() {
                self.line += 1;
                return Ok(true);
            }
            if self.bytes.len() > LONGEST {
                return Err(too_long(&self.bytes, self.line + 1));
            }
        }
    }
}

fn too_long(start: &[u8], line: u64) -> Wrong {
    if start.trim_ascii_start().first() == Some(&b'[') {
        return a_list(line);
    }
    Wrong::at(line, format!("a line of more than {} MB: expected one object a line", LONGEST >> 20))
}

fn a_list(line: u64) -> Wrong {
    let advice = "`jq -c '.[]' FILE` makes lines of the objects of a list";
    Wrong::at(line, "expected one object a line, found a list").advice(advice)
}

/// The error of a line that is not one object.
fn not_an_object(text: &str, line: u64, error: &serde_json::Error, open_end: bool) -> Wrong {
    let at = text.len() - text.trim_start().len();
    let start = text.trim_start();
    if start.starts_with('[') {
        return a_list(line);
    }
    if !start.starts_with('{') {
        return Wrong::at(line, format!("expected one object a line, found `{}`", shown(start)));
    }
    // serde counts columns in bytes, from 1.
    let wrong = error.column().saturating_sub(1).max(at);
    let wrong = (0..=wrong.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, rest) = text.split_at(wrong);
    let pretty = "`jq -c . FILE` makes lines of objects that are spread over several";
    if error.is_eof() && open_end {
        return Wrong::at(
            line,
            "the file ends within this object: it is cut short, or the object is spread over several lines",
        )
        .advice(pretty);
    }
    if error.is_eof() {
        return Wrong::at(line, "the line ends within its object").advice(pretty);
    }
    let mut whole = serde_json::Deserializer::from_str(text);
    if <Members<'_> as serde_core::Deserialize>::deserialize(&mut whole).is_ok() {
        let advice = "each object is on a line of its own; `jq -c . FILE` makes such lines";
        return Wrong::at(
            line,
            format!("expected one object, found `{}` behind it", shown(rest.trim_matches(JSON_BLANKS))),
        )
        .advice(advice);
    }
    let at = before.chars().count() + 1;
    Wrong::at(line, format!("is not JSON from character {at} on: `{}`", shown(rest))).advice_opt(advice(before, rest))
}

const JSON_BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Advice for texts that are not JSON but that other programs write.
fn advice(before: &str, rest: &str) -> Option<String> {
    let before = before.trim_end_matches(JSON_BLANKS);
    let is_word = ["NaN", "nan", "Infinity", "inf"].iter().any(|word| rest.starts_with(word));
    let advice = match rest.chars().next()? {
        _ if is_word => {
            "JSON has no such number: write it between quotes, \"NaN\", \"Infinity\" or \"-Infinity\", or as null"
        }
        '}' | ']' if before.ends_with(',') => "take out the comma before it",
        '\'' => "JSON has double quotes around names and texts",
        _ if rest.chars().take(2).any(char::is_control) => {
            "characters below U+0020 are written as escapes, such as \\t"
        }
        '0'..='9' if before.ends_with(['0', '-']) => "a number has no zeros in front; codes are texts between quotes",
        _ => return None,
    };
    Some(advice.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<Vec<(u64, usize)>, Wrong> {
        let text = BufReader::with_capacity(3, Box::new(io::Cursor::new(text.to_vec())) as Bytes);
        let mut objects = Objects { text, line: 0, bytes: Vec::new(), after_cr: false, open_end: false };
        let mut found = Vec::new();
        while let Some((line, members, _)) = objects.next()? {
            found.push((line, members.0.len()));
        }
        Ok(found)
    }

    fn refused(text: impl AsRef<[u8]>) -> String {
        all(text.as_ref()).unwrap_err().to_string()
    }

    #[test]
    fn each_line_is_one_object() {
        assert_eq!(all(b"{\"t\":1}\n\n{}\r\n{\"a\":1,\"b\":2}").unwrap(), [(1, 1), (3, 0), (4, 2)]);
        assert_eq!(all(b"{}\r{}\r\r{}").unwrap(), [(1, 0), (2, 0), (4, 0)]);
        assert_eq!(all(b"\r\n\r\n").unwrap(), []);
        assert_eq!(all(b"").unwrap(), []);
    }

    #[test]
    fn what_is_not_one_object_is_told_with_its_line() {
        assert_eq!(refused("{}\n{} {}\n"), "line 2: expected one object, found `{}` behind it");
        assert_eq!(refused("{\"a\":1},\n"), "line 1: expected one object, found `,` behind it");
        assert_eq!(refused("{}\r\n{\"a\":\n1}"), "line 2: the line ends within its object");
        assert_eq!(refused("[{}]"), "line 1: expected one object a line, found a list");
        assert_eq!(refused("7"), "line 1: expected one object a line, found `7`");
        assert_eq!(refused("\n{\"gr\u{fc}n\":tru}"), "line 2 is not JSON from character 12 on: `}`");
        assert_eq!(refused("{'a':1}"), "line 1 is not JSON from character 2 on: `'a':1}`");
        assert_eq!(refused(b"{\"a\":\"\xC3\xA4\xFF\"}"), "line 1: character 8 is not UTF-8");
        assert_eq!(refused("{\"a\":NaN}"), "line 1 is not JSON from character 6 on: `NaN}`");
        assert_eq!(refused("{\"a\":007}"), "line 1 is not JSON from character 7 on: `07}`");
    }
}
