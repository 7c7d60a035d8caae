//! Files without a name for what does not fit into memory. The system removes them with the process, however it ends.

use std::env::temp_dir;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::spill_file::{SpillFile, SpillWriter, TempFileFactory};
use futures::{Stream, stream};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 17;

/// Creates files without a name.
#[derive(Debug)]
pub(crate) struct Unnamed;

impl TempFileFactory for Unnamed {
    fn create_temp_file(&self, _description: &str) -> Result<Arc<dyn SpillFile>> {
        let file = tempfile::tempfile().map_err(|error| told("make", &error))?;
        Ok(Arc::new(Spilled(Arc::new(file))))
    }
}

/// Adds the folder to an error: an unnamed file has no path.
fn told(action: &str, error: &io::Error) -> io::Error {
    let folder = temp_dir();
    io::Error::new(error.kind(), format!("cannot {action} temporary files in {}: {error}", folder.display()))
}

/// A file without a name, written once and then read.
struct Spilled(Arc<File>);

impl SpillFile for Spilled {
    fn size(&self) -> Option<u64> {
        self.0.metadata().ok().map(|file| file.len())
    }

    fn read_stream(&self) -> Result<Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>> {
        let file = self.0.clone();
        Ok(Box::pin(stream::try_unfold(0, move |offset| chunk(file.clone(), offset))))
    }

    fn open_writer(&self) -> Result<Box<dyn SpillWriter>> {
        Ok(Box::new(Writing(self.0.clone())))
    }
}

/// The bytes from an offset on, and the offset behind them; none at the end of the file.
async fn chunk(file: Arc<File>, offset: u64) -> Result<Option<(Bytes, u64)>> {
    let read = move || {
        let mut bytes = vec![0; CHUNK];
        let length = file.read_at(&mut bytes, offset)?;
        bytes.truncate(length);
        Ok(bytes)
    };
    let read: io::Result<Vec<u8>> = match tokio::task::spawn_blocking(read).await {
        Ok(read) => read,
        Err(error) => return Err(DataFusionError::ExecutionJoin(Box::new(error))),
    };
    let bytes = read.map_err(|error| told("read", &error))?;
    let end = offset + bytes.len() as u64;
    Ok((!bytes.is_empty()).then(|| (bytes.into(), end)))
}

struct Writing(Arc<File>);

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_ref().write(bytes).map_err(|error| told("write", &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SpillWriter for Writing {
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    #[test]
    fn what_is_written_is_read_as_often_as_wanted() {
        let file = Unnamed.create_temp_file("a test").unwrap();
        let mut writer = file.open_writer().unwrap();
        let bytes: Vec<u8> = (0..3 * CHUNK + 7).map(|at| (at % 251) as u8).collect();
        bytes.chunks(1000).for_each(|chunk| writer.write_all(chunk).unwrap());
        writer.finish().unwrap();
        assert_eq!(file.size(), Some(bytes.len() as u64));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..2 {
            let chunks: Vec<Bytes> = runtime.block_on(file.read_stream().unwrap().try_collect()).unwrap();
            assert_eq!(chunks.concat(), bytes);
        }
    }
}
