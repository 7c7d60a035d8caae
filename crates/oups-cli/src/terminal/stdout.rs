//! Standard output, which may be a pipe that its reader closes.

use std::io::{self, BufWriter, Write};

/// Buffered standard output that remembers whether its reader has closed the pipe. A closed pipe is not a failure of
/// the command, however deep in the writer of a format the error came up.
pub struct Stdout {
    inner: BufWriter<io::Stdout>,
    closed: bool,
}

impl Default for Stdout {
    fn default() -> Self {
        Self::new()
    }
}

impl Stdout {
    pub fn new() -> Self {
        Self { inner: BufWriter::with_capacity(1 << 16, io::stdout()), closed: false }
    }

    /// Whether the reader has closed the pipe.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes the rest of the buffer.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        Ok(self.flush()?)
    }

    fn noting<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            self.closed |= error.kind() == io::ErrorKind::BrokenPipe;
            io::Error::new(error.kind(), format!("cannot write to standard output: {error}"))
        })
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.noting(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.noting(result)
    }
}
