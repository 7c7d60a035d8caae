//! Whether the file of a table is whole, before a library is asked to read it.

use std::io::{Read, Seek, SeekFrom};

use super::content::Content;
use super::ipc;
use super::wrong::Wrong;

/// Refuses a file that does not begin and end as Parquet files do.
pub(super) fn parquet(content: &Content) -> Result<(), Wrong> {
    const MAGIC: [&[u8]; 2] = [b"PAR1", b"PARE"];
    let (start, end) = ends(content, 4)?;
    if !MAGIC.contains(&start.as_slice()) {
        return Err(Wrong::new("is not a Parquet file: it does not begin as one").advice("--format says what it is"));
    }
    if !MAGIC.contains(&end.as_slice()) {
        return Err(Wrong::new("is not a whole Parquet file: it has no footer; was it cut short?"));
    }
    Ok(())
}

/// Refuses a file that begins as Arrow files do and does not end so. A stream ends anyhow.
pub(super) fn arrow(content: &Content) -> Result<(), Wrong> {
    let (start, end) = ends(content, ipc::MAGIC.len())?;
    if start == ipc::MAGIC && end != ipc::MAGIC {
        return Err(Wrong::new("is not a whole Arrow file: it has no footer; was it cut short?"));
    }
    Ok(())
}

/// So many bytes at both ends of what is not packed.
fn ends(content: &Content, length: usize) -> Result<(Vec<u8>, Vec<u8>), Wrong> {
    content.refuse_packed()?;
    let read = || {
        let mut file = content.file()?;
        let (mut start, mut end) = (Vec::new(), Vec::new());
        (&mut file).take(length as u64).read_to_end(&mut start)?;
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(size.saturating_sub(length as u64)))?;
        file.read_to_end(&mut end)?;
        Ok((start, end))
    };
    read().map_err(|error| Wrong::unreadable(&error))
}
