//! Checksums of files, also of files that hold their own checksum.

use std::io;

use twox_hash::XxHash3_128;

use crate::fs::ReadFile;

/// How many bytes of a file are read at once.
const PIECE: usize = 1 << 20;

/// The number of digits of a checksum as text.
pub(crate) const DIGITS: usize = 32;
/// Stands in a file for its own checksum while that is computed.
pub(crate) const PLACEHOLDER: &str = "00000000000000000000000000000000";

/// XXH3-128.
pub(crate) fn checksum(bytes: &[u8]) -> u128 {
    XxHash3_128::oneshot(bytes)
}

/// XXH3-128 of a whole file, read a piece at a time.
pub(crate) fn checksum_of(file: &dyn ReadFile) -> io::Result<u128> {
    Ok(hash_first(file, file.len())?.finish_128())
}

/// The hash of the first bytes of a file; the caller may add more.
pub(crate) fn hash_first(file: &dyn ReadFile, length: u64) -> io::Result<XxHash3_128> {
    let mut hasher = XxHash3_128::new();
    let mut buffer = vec![0; PIECE.min(usize::try_from(length).unwrap_or(PIECE))];
    let mut offset = 0;
    while offset < length {
        let wanted = usize::try_from(length - offset).unwrap_or(PIECE).min(buffer.len());
        let Some(piece) = buffer.get_mut(..wanted) else { break };
        file.read_exact_at(piece, offset)?;
        hasher.write(piece);
        offset += wanted as u64;
    }
    Ok(hasher)
}

/// Puts the checksum of the whole file in place of the last placeholder after the last `marker`.
///
/// Returns `None`, with the bytes unchanged, if there is no placeholder.
pub(crate) fn seal(bytes: &mut [u8], marker: &str) -> Option<u128> {
    let at = digits_at(bytes, marker)?;
    // The placeholder is part of the checksum, so that checking can restore the very same bytes.
    let sum = checksum(bytes);
    let digits = format!("{sum:032x}");
    bytes.get_mut(at..at + DIGITS)?.copy_from_slice(digits.as_bytes());
    Some(sum)
}

/// The checksum in a sealed file, if it is right. It is wrong if any byte of the file has changed.
pub(crate) fn unseal(bytes: &mut [u8], marker: &str) -> Option<u128> {
    let at = digits_at(bytes, marker)?;
    let digits = bytes.get_mut(at..at + DIGITS)?;
    let text = std::str::from_utf8(digits).ok()?.to_owned();
    digits.copy_from_slice(PLACEHOLDER.as_bytes());
    let sum = checksum(bytes);
    (format!("{sum:032x}") == text).then_some(sum)
}

/// The checksum that a sealed file carries, right or wrong.
pub(crate) fn carried(bytes: &[u8], marker: &str) -> Option<u128> {
    let at = digits_at(bytes, marker)?;
    u128::from_str_radix(std::str::from_utf8(bytes.get(at..at + DIGITS)?).ok()?, 16).ok()
}

/// The offset of the digits: after the last marker, the first hexadecimal digit that 31 more follow.
fn digits_at(bytes: &[u8], marker: &str) -> Option<usize> {
    let marker = marker.as_bytes();
    let at = bytes.windows(marker.len()).rposition(|window| window == marker)? + marker.len();
    // Between marker and digits are a few bytes of the format: a field header and a length, or `": "`.
    (at..at + 8).find(|&start| {
        bytes
            .get(start..start + DIGITS)
            .is_some_and(|digits| digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_is_noticed() {
        let mut file = format!("some text, sum: \"{PLACEHOLDER}\" and more").into_bytes();
        let sum = seal(&mut file, "sum").unwrap();
        assert_eq!(unseal(&mut file.clone(), "sum"), Some(sum));
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(unseal(&mut changed, "sum"), None, "bit {bit} of byte {at}");
            }
        }
    }
}
