//! A progress bar on a terminal; on a pipe nothing is printed.

use std::io::{self, IsTerminal, Read};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use oups::Phase;

use super::verbose;

const TICK: Duration = Duration::from_millis(100);

/// A progress bar. A clone is another handle on the same bar.
#[derive(Clone, Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar on standard error, if that is a terminal.
    pub(crate) fn new() -> Self {
        if !io::stderr().is_terminal() || verbose::is_on() {
            return Self::hidden();
        }
        let bar = ProgressBar::no_length().with_style(style("{spinner} {human_pos}, {elapsed}"));
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Says that input of this many bytes is about to be read.
    pub(crate) fn expect_bytes(&self, bytes: u64) {
        self.0.set_length(bytes);
        self.0.set_style(style("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left"));
    }

    /// Says that at most this many rows are about to be read.
    pub(crate) fn expect_rows(&self, rows: u64) {
        self.0.set_length(rows);
        self.0.set_style(style("{bar:30} {human_pos} of {human_len} rows, {per_sec}, {eta} left"));
    }

    /// Says that this many datasets are about to be worked on.
    pub(crate) fn expect_datasets(&self, datasets: u64) {
        self.0.set_length(datasets);
        self.0.set_style(style("{bar:30} {human_pos} of {human_len} datasets, {eta} left{msg}"));
    }

    /// Shows how far the library is with one change, a verification or an export. While a change reads its input, the
    /// bar counts the bytes that are read of it.
    pub(crate) fn follow(&self, at: &oups::Progress) {
        match (at.phase, at.total) {
            (Phase::Reading, _) => {}
            (Phase::Merging, Some(total)) => self.show(total, at.done, Self::expect_merged),
            (Phase::Copying | Phase::Verifying, Some(total)) => self.show(total, at.done, Self::expect_bytes),
            _ => {
                self.0.unset_length();
                self.0.set_style(style("{spinner} {msg}, {elapsed}"));
                self.0.set_message(words(at));
            }
        }
    }

    /// Shows how far the library is with one of several datasets, beside how many are done.
    pub(crate) fn mention(&self, at: &oups::Progress) {
        let of = at.dataset.as_deref().map(|dataset| format!(", {dataset}: {}", words(at)));
        self.0.set_message(of.unwrap_or_default());
    }

    fn show(&self, total: u64, done: u64, expect: fn(&Self, u64)) {
        if self.0.length() != Some(total) || done < self.0.position() {
            self.0.reset();
            expect(self, total);
        }
        self.0.set_position(done);
    }

    fn expect_merged(&self, rows: u64) {
        self.0.set_length(rows);
        self.0.set_style(style("{bar:30} {human_pos} of {human_len} rows merged, {per_sec}, {eta} left"));
    }

    /// Says that all input has been read.
    pub(crate) fn all_read(&self) {
        self.0.set_style(style("{spinner} all is read{msg}, {elapsed}"));
    }

    /// Says that one more of `datasets` datasets has been written.
    pub(crate) fn wrote_one_of(&self, datasets: u64) {
        if self.0.length() != Some(datasets) || self.0.position() > datasets {
            // The bar has counted bytes until now.
            self.0.reset();
            self.expect_datasets(datasets);
        }
        self.0.inc(1);
    }

    pub(crate) fn advance(&self, by: u64) {
        self.0.inc(by);
    }

    /// Prints something, with the bar out of the way.
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// Removes the bar from the screen.
    pub(crate) fn done(&self) {
        self.0.finish_and_clear();
    }

    /// Counts the bytes that are read from `inner` as progress.
    pub(crate) fn counting<R: Read>(&self, inner: R) -> Counting<R> {
        Counting { inner, progress: self.clone() }
    }

    /// Counts rows of a file of `rows` rows as their share of its bytes.
    pub(crate) fn share(&self, bytes: u64, rows: u64) -> Share {
        Share { progress: self.clone(), bytes, rows, rows_read: 0 }
    }
}

/// What a change is doing.
fn words(at: &oups::Progress) -> String {
    match at.phase {
        Phase::Waiting => "waiting for another writer".to_owned(),
        Phase::Reading => "checking rows".to_owned(),
        Phase::Merging => match at.total.filter(|total| *total > 0) {
            Some(total) => format!("{}% merged", percent(at.done, total)),
            None => "merging".to_owned(),
        },
        Phase::Publishing => "committing".to_owned(),
        _ => "at work".to_owned(),
    }
}

fn percent(done: u64, total: u64) -> u128 {
    u128::from(done.min(total)) * 100 / u128::from(total.max(1))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A reader that moves the bar on.
#[derive(Debug)]
pub(crate) struct Counting<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.progress.advance(bytes as u64);
        Ok(bytes)
    }
}

/// The part of the bar that stands for one file with a known number of rows.
#[derive(Debug)]
pub(crate) struct Share {
    progress: Progress,
    bytes: u64,
    rows: u64,
    rows_read: u64,
}

impl Share {
    pub(crate) fn add_rows(&mut self, rows: usize) {
        let before = self.bytes_read();
        self.rows_read = self.rows_read.saturating_add(rows as u64).min(self.rows);
        self.progress.advance(self.bytes_read() - before);
    }

    fn bytes_read(&self) -> u64 {
        let read = u128::from(self.bytes) * u128::from(self.rows_read) / u128::from(self.rows.max(1));
        u64::try_from(read).unwrap_or(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn what_a_change_is_doing_is_shown_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let schema = oups::KeySchema::parse("name:str", oups::Separator::default()).unwrap();
        let store = oups::Store::create_for(folder.path(), schema).unwrap();
        let column: arrow::array::ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![1, 2, 3]));
        let rows = arrow::array::RecordBatch::try_from_iter([("at", column)]).unwrap();
        let write = store.dataset(&store.parse_key("x").unwrap()).unwrap().write(rows).ordered_on("at");
        let (told, bar) = (Arc::new(Mutex::new(Vec::new())), Progress::hidden());
        let all = told.clone();
        let write = write.progress(move |at| {
            bar.follow(at);
            bar.mention(at);
            all.lock().unwrap().push((words(at), bar.0.length(), bar.0.message()));
            ControlFlow::Continue(())
        });
        write.commit().unwrap();
        let told = told.lock().unwrap();
        let of = |words: &str| (words.to_owned(), format!(", x: {words}"));
        let found: Vec<_> = told.iter().map(|(words, _, message)| (words.clone(), message.clone())).collect();
        assert_eq!(found, ["checking rows", "0% merged", "100% merged", "committing", "committing"].map(of));
        assert_eq!(told[1].1, Some(3), "rows are counted while they are merged");
    }

    #[test]
    fn the_shares_of_a_file_add_up_to_its_bytes() {
        let progress = Progress::hidden();
        let mut share = progress.share(100, 7);
        for rows in [3, 3, 3] {
            share.add_rows(rows);
        }
        assert_eq!(share.bytes_read(), 100);
        progress.share(10, 0).add_rows(1);
    }
}
