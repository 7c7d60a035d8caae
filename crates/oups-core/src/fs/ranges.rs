//! Reading ranges of a file's bytes.

use std::io;
use std::ops::Range;

use bytes::Bytes;

use super::ReadFile;

/// The bytes of a range. The range is checked against the file's length first, so that a damaged footer cannot make us
/// allocate memory without bound.
pub(super) fn read<F: ReadFile + ?Sized>(file: &F, range: &Range<u64>) -> io::Result<Bytes> {
    let Range { start, end } = *range;
    if !is_forward(range) || end > file.len() {
        let message = format!("bytes {start} to {end} are not all in the file's {}", file.len());
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    let mut buffer = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
    file.read_exact_at(&mut buffer, start)?;
    Ok(buffer.into())
}

/// The bytes of several ranges. Ranges that follow one another without a gap are read by one call.
pub(super) fn read_joined<F: ReadFile + ?Sized>(file: &F, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
    let mut found = Vec::with_capacity(ranges.len());
    for run in ranges.chunk_by(|range, next| is_forward(range) && is_forward(next) && range.end == next.start) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let mut bytes = read(file, &(first.start..last.end))?;
        for range in run {
            // Cannot panic: each range of a run begins where the one before ends, so they fill the bytes exactly.
            found.push(bytes.split_to(usize::try_from(range.end - range.start).map_err(io::Error::other)?));
        }
    }
    Ok(found)
}

fn is_forward(range: &Range<u64>) -> bool {
    range.start <= range.end
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// 100 bytes, each with its offset as value. Records the ranges that are read.
    #[derive(Debug, Default)]
    struct Numbers(Mutex<Vec<Range<u64>>>);

    impl ReadFile for Numbers {
        fn len(&self) -> u64 {
            100
        }

        fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            self.0.lock().unwrap().push(offset..offset + buffer.len() as u64);
            buffer.iter_mut().zip(offset..).for_each(|(byte, at)| *byte = at as u8);
            Ok(())
        }
    }

    #[test]
    fn ranges_come_one_by_one_unless_a_file_can_do_better() {
        let (file, wanted) = (Numbers::default(), [10..12, 12..15, 40..41, 3..4, 4..4, 4..6]);
        let bytes: [&[u8]; 6] = [&[10, 11], &[12, 13, 14], &[40], &[3], &[], &[4, 5]];
        assert_eq!(file.read_ranges(&wanted).unwrap(), bytes);
        assert_eq!(file.0.lock().unwrap().split_off(0), wanted);
        assert_eq!(read_joined(&file, &wanted).unwrap(), bytes);
        assert_eq!(file.0.lock().unwrap().split_off(0), [10..15, 40..41, 3..6]);
        assert!(read_joined(&file, &[]).unwrap().is_empty());
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges, clippy::single_range_in_vec_init, reason = "a damaged file may say so")]
    fn a_range_that_is_not_in_the_file_is_refused_and_not_read() {
        for wanted in [
            vec![99..101],
            vec![0..u64::MAX],
            vec![7..3],
            vec![7..3, 3..9],
            vec![90..100, 100..95],
            vec![90..100, 100..200],
        ] {
            let file = Numbers::default();
            for found in [read_joined(&file, &wanted), file.read_ranges(&wanted)] {
                assert_eq!(found.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{wanted:?}");
            }
            assert!(file.0.lock().unwrap().iter().all(|read| *read == (90..100)), "{wanted:?}");
        }
    }
}
