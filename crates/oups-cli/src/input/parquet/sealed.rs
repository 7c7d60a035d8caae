//! Finds out whether a footer names encrypted columns. The parquet crate, built without decryption, fails on them with
//! an error that does not say so.

/// The field of the footer that names the encryption algorithm.
const ENCRYPTION_ALGORITHM: i64 = 8;

/// Whether the footer, a struct in Thrift's compact protocol, has the field. A damaged footer counts as not encrypted.
pub(super) fn is_encrypted(footer: &[u8]) -> bool {
    let mut rest = Rest(footer);
    let mut field = 0;
    while let Some((next, kind)) = rest.field(field) {
        if next == ENCRYPTION_ALGORITHM {
            return true;
        }
        field = next;
        if rest.skip(kind, 0).is_none() {
            return false;
        }
    }
    false
}

/// The deepest nesting of structs; a footer has less.
const DEEPEST: usize = 32;

/// The bytes that have not been read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// The number and the kind of the next field of a struct; `None` at its end.
    fn field(&mut self, before: i64) -> Option<(i64, u8)> {
        let head = self.byte()?;
        let (step, kind) = (head >> 4, head & 0x0f);
        if kind == 0 {
            return None;
        }
        let id = match step {
            0 => {
                let zigzag = self.number()?;
                (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed()
            }
            step => before.checked_add(step.into())?,
        };
        Some((id, kind))
    }

    /// Skips a value of this kind.
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            _ if depth > DEEPEST => None,
            // The kind of a boolean field holds its value.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.number().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => self.skip_list(depth),
            12 => {
                let mut id = 0;
                while *self.0.first()? != 0 {
                    let (next, kind) = self.field(id)?;
                    id = next;
                    self.skip(kind, depth + 1)?;
                }
                self.pass(1)
            }
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: usize) -> Option<()> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => self.number()?,
            short => short.into(),
        };
        let kind = head & 0x0f;
        for _ in 0..length {
            match kind {
                1 | 2 => self.pass(1)?,
                kind => self.skip(kind, depth + 1)?,
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_found_behind_others() {
        // 1: i32, 2: a list of two structs, 6: a text; 8: a struct.
        let footer = [0x15, 2, 0x19, 0x2c, 0x15, 2, 0, 0x11, 0, 0x48, 2, b'a', b'b', 0x2c, 0, 0];
        assert!(is_encrypted(&footer));
        assert!(!is_encrypted(&footer[..13]));
        let mut other = footer;
        other[13] = 0x3c;
        assert!(!is_encrypted(&other));
    }

    #[test]
    fn what_is_cut_or_nonsense_ends() {
        assert!(!is_encrypted(&[]));
        assert!(!is_encrypted(&[0x19, 0xfc, 0xff, 0xff]));
        assert!(!is_encrypted(&[0x1c; 4096]));
    }
}
