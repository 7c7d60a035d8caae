//! Unpacks packed files. They are recognised by their first bytes, whatever their names say.

use std::io::{self, BufReader, Cursor, Read};

use super::content::Bytes;
use super::wrong::Wrong;

/// The most bytes at the start of a file that say how it is packed.
const LONGEST: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
    /// A packing that is not read here: its name, and a tool that unpacks it.
    Other(&'static str, &'static str),
}

impl Packing {
    pub(super) fn of(start: &[u8]) -> Self {
        match start {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Other("bzip2", "bzip2 -dc"),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Self::Other("xz", "xz -dc"),
            [0x04, 0x22, 0x4D, 0x18, ..] => Self::Other("lz4", "lz4 -dc"),
            [b'P', b'K', 3, 4, ..] => Self::Other("ZIP (as spreadsheets are, too)", "unzip -p"),
            _ => Self::None,
        }
    }

    /// The error of packed bytes that cannot be read; `None` if the bytes are not packed.
    pub(super) fn refused(self) -> Option<Wrong> {
        let (name, tool) = match self {
            Self::None => return None,
            Self::Gzip => ("gzip", "gzip -dc"),
            Self::Zstd => ("Zstandard", "zstd -dc"),
            Self::Other(name, tool) => (name, tool),
        };
        Some(Wrong::new(format!("is packed with {name}")).advice(format!("unpack it first, with `{tool}`")))
    }
}

/// The first `wanted` bytes, or fewer if the input is shorter, and a reader of all bytes.
pub(super) fn peeked(mut bytes: Bytes, wanted: usize) -> io::Result<(Vec<u8>, Bytes)> {
    let mut start = Vec::new();
    (&mut bytes).take(wanted as u64).read_to_end(&mut start)?;
    Ok((start.clone(), Box::new(Cursor::new(start).chain(bytes))))
}

/// The bytes, unpacked if they are packed.
pub(super) fn unpacked(bytes: Bytes) -> Result<Bytes, Wrong> {
    let (start, bytes) = peeked(bytes, LONGEST).map_err(|error| Wrong::unreadable(&error))?;
    match Packing::of(&start) {
        Packing::None => Ok(bytes),
        Packing::Gzip => Ok(Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(bytes)))),
        Packing::Zstd => match zstd::Decoder::new(bytes) {
            Ok(bytes) => Ok(Box::new(bytes)),
            Err(error) => Err(Wrong::unreadable(&error)),
        },
        other => Err(other.refused().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8]) -> Result<String, Wrong> {
        let mut text = String::new();
        let mut bytes = unpacked(Box::new(Cursor::new(bytes.to_vec())))?;
        bytes.read_to_string(&mut text).map_err(|error| Wrong::unreadable(&error))?;
        Ok(text)
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn the_first_bytes_say_how_a_file_is_packed() {
        assert_eq!(read(b"t,x\n").unwrap(), "t,x\n");
        assert_eq!(read(b"").unwrap(), "");
        assert_eq!(read(&gzip("t,x\n")).unwrap(), "t,x\n");
        assert_eq!(read(&[gzip("t,x\n"), gzip("1,2\n")].concat()).unwrap(), "t,x\n1,2\n");
        assert_eq!(read(&zstd::encode_all(&b"t,x\n"[..], 0).unwrap()).unwrap(), "t,x\n");
        let other = Wrong::new("is packed with bzip2").advice("unpack it first, with `bzip2 -dc`");
        assert_eq!(read(b"BZh91AY"), Err(other));
    }

    #[test]
    fn a_packed_file_that_was_cut_short_is_told_as_that() {
        let long = "2013-02-08T12:00:00Z,1\n".repeat(1_000);
        for whole in [gzip(&long), zstd::encode_all(long.as_bytes(), 0).unwrap()] {
            for cut in [7, whole.len() / 2, whole.len() - 1] {
                let wrong = read(&whole[..cut]).unwrap_err();
                assert_eq!(wrong.to_string(), "ends too early: the file was cut short", "{cut}");
            }
        }
        let mut damaged = gzip(&long);
        let end = damaged.len() - 6;
        damaged[end] ^= 1;
        assert_eq!(read(&damaged).unwrap_err().to_string(), "is damaged: what it is packed with cannot unpack it");
    }
}
