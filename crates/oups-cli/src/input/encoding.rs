//! Decodes texts to UTF-8 from the encoding that their byte order mark names.

use std::fmt;
use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use super::content::Bytes;
use super::packing::peeked;

/// The error of bytes that are not valid in the encoding of their byte order mark.
#[derive(Debug)]
pub(super) struct Undecodable {
    encoding: &'static str,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is not the {} that its byte order mark says: it is damaged or was cut short", self.encoding)
    }
}

impl std::error::Error for Undecodable {}

/// The advice for a text that is not UTF-8.
pub(super) const ICONV: &str = "convert it first: `iconv -f LATIN1 -t UTF-8` (or -f WINDOWS-1252, -f UTF-16LE)";

/// The text after its byte order mark, as UTF-8. A text without a mark is passed on as it is; its reader checks that it
/// is UTF-8.
pub(super) fn decoded(bytes: Bytes) -> io::Result<Bytes> {
    let (start, mut bytes) = peeked(bytes, 3)?;
    let encoding = match start.as_slice() {
        [0xEF, 0xBB, 0xBF] => {
            io::copy(&mut (&mut bytes).take(3), &mut io::sink())?;
            return Ok(bytes);
        }
        [0xFF, 0xFE, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] => UTF_16BE,
        _ => return Ok(bytes),
    };
    io::copy(&mut (&mut bytes).take(2), &mut io::sink())?;
    Ok(Box::new(Decoded::new(bytes, encoding)))
}

/// The bytes that are decoded at once.
const BLOCK: usize = 64 << 10;

struct Decoded {
    inner: Bytes,
    encoding: &'static str,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// The number of bytes of `text` that have been read.
    read: usize,
    ended: bool,
}

impl Decoded {
    fn new(inner: Bytes, encoding: &'static encoding_rs::Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { inner, encoding: encoding.name(), decoder, raw: vec![0; BLOCK], text: Vec::new(), read: 0, ended: false }
    }

    /// Decodes the next block into `text`, which is empty after the last block.
    fn fill(&mut self) -> io::Result<()> {
        let length = self.inner.read(&mut self.raw)?;
        self.ended = length == 0;
        let block = self.raw.get(..length).unwrap_or_default();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(length).unwrap_or(4 * BLOCK);
        self.text.resize(room, 0);
        self.read = 0;
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(block, &mut self.text, self.ended);
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            // `OutputFull` cannot happen, because the buffer has room for the whole block.
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, Undecodable { encoding: self.encoding }))
            }
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.text.len() && !self.ended {
            self.fill()?;
        }
        let mut left = self.text.get(self.read..).unwrap_or_default();
        let length = left.read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        decoded(Box::new(Cursor::new(bytes)))?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn little(text: &str) -> Vec<u8> {
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_byte_order_mark_says_what_a_text_is() {
        let long = "t,name\n1,größe 🌊\n".repeat(20_000);
        let big = [0xFEFF].into_iter().chain(long.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [long.clone().into_bytes(), [b"\xEF\xBB\xBF", long.as_bytes()].concat(), little(&long), big] {
            assert!(read(bytes).unwrap() == long);
        }
        assert_eq!(read(Vec::new()).unwrap(), "");
        assert_eq!(read(vec![0xEF]).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn half_a_character_is_not_replaced_by_another() {
        let mut cut = little("t\n1🌊");
        cut.truncate(cut.len() - 2);
        let mut odd = little("t\n1");
        odd.push(b'x');
        for bytes in [cut, odd] {
            let error = read(bytes).unwrap_err();
            assert!(error.to_string().starts_with("is not the UTF-16LE that its byte order mark says"), "{error}");
        }
    }
}
