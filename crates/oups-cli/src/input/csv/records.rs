//! Reads the records of a CSV file strictly: a record that breaks RFC 4180 is refused with its line. Nothing is
//! guessed.
//!
//! Lines end with LF, CR LF or CR, and are counted as an editor counts them. A quote that is not the first character of
//! a field is part of the text.

use std::io::{self, BufRead, BufReader};

use memchr::{memchr2, memchr3};

use super::Dialect;
use crate::input::content::Bytes;
use crate::input::encoding::ICONV;
use crate::input::wrong::{Wrong, shown};

/// The bytes that are read at once.
const BLOCK: usize = 256 << 10;

/// The most bytes of one record, so that an unclosed quote does not fill the memory.
const LONGEST: usize = 256 << 20;

pub(in crate::input) struct Records {
    text: BufReader<Bytes>,
    delimiter: u8,
    quote: Option<u8>,
    comment: Option<u8>,
    /// The line of the next byte, counted from 1.
    line: u64,
    bytes: Vec<u8>,
    ends: Vec<End>,
}

/// Where a field of the record ends, and how it was written.
#[derive(Clone, Copy, Debug)]
struct End {
    at: usize,
    line: u64,
    quoted: bool,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::input) struct Record<'r> {
    text: &'r str,
    ends: &'r [End],
}

/// One field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) struct Field<'r> {
    pub(in crate::input) text: &'r str,
    /// The line that the field begins in.
    pub(in crate::input) line: u64,
    pub(in crate::input) quoted: bool,
}

/// What follows a field: another field of the record, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    Field,
    Nothing,
}

impl Records {
    pub(in crate::input) fn new(text: Bytes, dialect: &Dialect) -> Self {
        Self {
            text: BufReader::with_capacity(BLOCK, text),
            delimiter: dialect.delimiter,
            quote: dialect.quote,
            comment: dialect.comment,
            line: 1,
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Sets the delimiter of all further fields.
    pub(super) fn delimit_by(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The next record that is not a blank line or a comment.
    pub(in crate::input) fn next(&mut self) -> Result<Option<Record<'_>>, Wrong> {
        self.bytes.clear();
        self.ends.clear();
        if !self.skip_to_record()? {
            return Ok(None);
        }
        loop {
            let line = self.line;
            let quoted = self.quote.is_some() && self.peek()? == self.quote;
            let behind = if quoted { self.quoted(line)? } else { self.plain()? };
            self.ends.push(End { at: self.bytes.len(), line, quoted });
            if behind == Behind::Nothing {
                return self.record().map(Some);
            }
        }
    }

    /// Skips blank lines and comments. Answers whether a record follows.
    fn skip_to_record(&mut self) -> Result<bool, Wrong> {
        loop {
            match self.peek()? {
                None => return Ok(false),
                Some(b'\n' | b'\r') => self.line_end()?,
                first if first == self.comment => self.skip_line()?,
                Some(_) => return Ok(true),
            }
        }
    }

    fn skip_line(&mut self) -> Result<(), Wrong> {
        loop {
            let chunk = chunk(&mut self.text)?;
            let (length, is_end) = match memchr2(b'\n', b'\r', chunk) {
                Some(at) => (at, true),
                None => (chunk.len(), chunk.is_empty()),
            };
            self.text.consume(length);
            if is_end {
                return self.line_end();
            }
        }
    }

    /// Reads a field that does not begin with a quote.
    fn plain(&mut self) -> Result<Behind, Wrong> {
        loop {
            let chunk = chunk(&mut self.text)?;
            if chunk.is_empty() {
                return Ok(Behind::Nothing);
            }
            let end = memchr3(self.delimiter, b'\n', b'\r', chunk);
            let length = end.unwrap_or(chunk.len());
            let is_delimiter = chunk.get(length) == Some(&self.delimiter);
            self.bytes.extend_from_slice(chunk.get(..length).unwrap_or_default());
            self.text.consume(length);
            match end {
                None => self.not_too_long()?,
                Some(_) if is_delimiter => {
                    self.text.consume(1);
                    return Ok(Behind::Field);
                }
                Some(_) => {
                    self.line_end()?;
                    return Ok(Behind::Nothing);
                }
            }
        }
    }

    /// Reads a quoted field, whose quote is in the line `opened`.
    fn quoted(&mut self, opened: u64) -> Result<Behind, Wrong> {
        let Some(quote) = self.quote else { return self.plain() };
        self.text.consume(1);
        loop {
            let chunk = chunk(&mut self.text)?;
            if chunk.is_empty() {
                let what = "the quote that opens here is never closed: is the file cut short?";
                return Err(self.in_its_field(Wrong::at(opened, what)));
            }
            let found = memchr3(quote, b'\n', b'\r', chunk);
            let length = found.unwrap_or(chunk.len());
            let special = chunk.get(length).copied();
            self.bytes.extend_from_slice(chunk.get(..length).unwrap_or_default());
            self.text.consume(length);
            match special {
                None => self.not_too_long()?,
                Some(byte) if byte == quote => {
                    self.text.consume(1);
                    match self.behind_quote(quote)? {
                        Some(behind) => return Ok(behind),
                        None => self.bytes.push(quote),
                    }
                }
                Some(byte) => self.break_within(byte)?,
            }
        }
    }

    /// What follows a quote within a quoted field. `None` if it is a second quote: then the two stand for one quote.
    fn behind_quote(&mut self, quote: u8) -> Result<Option<Behind>, Wrong> {
        match self.peek()? {
            None => Ok(Some(Behind::Nothing)),
            Some(byte) if byte == quote => {
                self.text.consume(1);
                Ok(None)
            }
            Some(byte) if byte == self.delimiter => {
                self.text.consume(1);
                Ok(Some(Behind::Field))
            }
            Some(b'\n' | b'\r') => {
                self.line_end()?;
                Ok(Some(Behind::Nothing))
            }
            Some(_) => {
                let last = self.bytes.last().copied();
                let rest = self.rest_of_field()?;
                let wrong = Wrong::at(self.line, format!("`{rest}` behind a closing quote"));
                let advice = match last {
                    Some(b'\\') => "a quote within quotes is written twice (`\"\"`), not with a backslash",
                    _ => "a quote within quotes is written twice (`\"\"`); --quote none reads quotes as they stand",
                };
                Err(self.in_its_field(wrong).advice(advice))
            }
        }
    }

    /// The rest of a malformed field, as an error shows it.
    fn rest_of_field(&mut self) -> Result<String, Wrong> {
        const ENOUGH: usize = 400;
        let mut rest = Vec::new();
        loop {
            let chunk = chunk(&mut self.text)?;
            let end = memchr3(self.delimiter, b'\n', b'\r', chunk);
            let length = end.unwrap_or(chunk.len());
            rest.extend_from_slice(chunk.get(..length).unwrap_or_default());
            self.text.consume(length);
            if end.is_some() || length == 0 || rest.len() > ENOUGH {
                return Ok(shown(&String::from_utf8_lossy(&rest)));
            }
        }
    }

    /// Takes a line break as part of a quoted text.
    fn break_within(&mut self, byte: u8) -> Result<(), Wrong> {
        self.bytes.push(byte);
        self.text.consume(1);
        // CR LF is one line break, counted at its LF.
        if byte == b'\n' || self.peek()? != Some(b'\n') {
            self.line += 1;
        }
        Ok(())
    }

    /// Steps over the end of a line, or of the file.
    fn line_end(&mut self) -> Result<(), Wrong> {
        let Some(byte) = self.peek()? else { return Ok(()) };
        self.text.consume(1);
        self.line += 1;
        if byte == b'\r' && self.peek()? == Some(b'\n') {
            self.text.consume(1);
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, Wrong> {
        Ok(chunk(&mut self.text)?.first().copied())
    }

    fn not_too_long(&self) -> Result<(), Wrong> {
        if self.bytes.len() <= LONGEST {
            return Ok(());
        }
        let line = self.ends.last().map_or(self.line, |end| end.line);
        Err(Wrong::at(line, format!("a record of more than {} MB: is a quote never closed?", LONGEST >> 20)))
    }

    /// The error, with the number of the field that is being read.
    fn in_its_field(&self, wrong: Wrong) -> Wrong {
        wrong.in_field(self.ends.len())
    }

    /// The record, if all its fields are UTF-8 without NUL.
    fn record(&self) -> Result<Record<'_>, Wrong> {
        let record = |text| Record { text, ends: &self.ends };
        let is_cut = |text: &str| self.ends.iter().any(|end| !text.is_char_boundary(end.at));
        let has_nul = memchr::memchr(0, &self.bytes).is_some();
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if !has_nul && (text.is_ascii() || !is_cut(text)) => Ok(record(text)),
            _ => Err(self.no_text()),
        }
    }

    /// The error of the first field that is not UTF-8 or holds NUL.
    fn no_text(&self) -> Wrong {
        let mut start = 0;
        for (place, end) in self.ends.iter().enumerate() {
            let field = self.bytes.get(start..end.at).unwrap_or_default();
            start = end.at;
            let what = match std::str::from_utf8(field) {
                Ok(text) if !text.contains('\0') => continue,
                Ok(_) => "holds a NUL byte, which no text has",
                Err(_) => "is not UTF-8",
            };
            let what = format!("`{}` {what}", shown(&String::from_utf8_lossy(field)));
            return Wrong::at(end.line, what).in_field(place).advice(ICONV);
        }
        Wrong::at(self.line, "is not UTF-8").advice(ICONV)
    }
}

fn chunk(text: &mut BufReader<Bytes>) -> Result<&[u8], Wrong> {
    // A loop and a second call, because the borrow checker does not accept a `match` that retries.
    while let Err(error) = text.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(Wrong::unreadable(&error));
        }
    }
    Ok(text.buffer())
}

impl<'r> Record<'r> {
    pub(in crate::input) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The line that the record begins in.
    pub(in crate::input) fn line(&self) -> u64 {
        self.ends.first().map_or(0, |end| end.line)
    }

    /// The bytes of all its fields.
    pub(in crate::input) fn size(&self) -> usize {
        self.text.len()
    }

    pub(in crate::input) fn fields(&self) -> impl Iterator<Item = Field<'r>> + use<'r> {
        let Self { text, ends } = *self;
        let mut start = 0;
        ends.iter().map(move |end| {
            let field = text.get(start..end.at).unwrap_or_default();
            start = end.at;
            Field { text: field, line: end.line, quoted: end.quoted }
        })
    }
}

#[cfg(test)]
mod tests;
