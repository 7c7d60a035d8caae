//! The writers' lock of one dataset.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::open::{Take, open_locked};
use super::owner::Owner;
use crate::format::mark::Mark;
use crate::fs::{LockAccess, LockFile, StoreFs, failed, if_there, is_not_found};
use crate::paths::DatasetPaths;
use crate::{Error, Result};

/// The first and the longest pause of a waiter with a time-out.
const BACK_OFF: (Duration, Duration) = (Duration::from_micros(200), Duration::from_millis(10));

/// A wait of this length is logged at level `info`.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// How often a listener hears that a change still waits.
const TOLD_EVERY: Duration = Duration::from_millis(50);

/// Hears how long a change has waited. Its error ends the wait.
pub(crate) type Waiting<'a> = dyn Fn(Duration) -> Result<()> + 'a;

/// How long a change waits for the lock, in all of its tries together.
pub(crate) struct Patience<'a> {
    limit: Option<Duration>,
    waited: Duration,
    told: Option<&'a Waiting<'a>>,
}

impl<'a> Patience<'a> {
    /// `None` waits without limit.
    pub(crate) fn of(limit: Option<Duration>) -> Self {
        Self { limit, waited: Duration::ZERO, told: None }
    }

    /// Reports every 50 ms how long the change has waited.
    pub(crate) fn telling(self, told: Option<&'a Waiting<'a>>) -> Self {
        Self { told, ..self }
    }
}

/// Whether a writer is at work, or the last one did not end cleanly: it died, or did not know whether its commit is
/// durable.
pub(crate) fn is_marked(fs: &StoreFs, paths: &DatasetPaths) -> Result<bool> {
    Ok(fs.read_if_there(&paths.lock())?.is_some_and(|mark| !mark.is_empty()))
}

/// The exclusive lock of a dataset, held until dropped.
#[derive(Debug)]
pub(crate) struct WriterLock {
    fs: StoreFs,
    path: PathBuf,
    file: Box<dyn LockFile>,
    owner: Owner,
    mark: Mark,
    left: Left,
    is_new: bool,
}

/// The state in which the last holder left the lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Empty: it ended cleanly.
    Clean,
    /// Marked: it died. `commit` is the one that it was making, if the mark names it.
    Died { commit: Option<u64> },
}

impl WriterLock {
    /// Waits for the lock and takes it, unless the patience ends.
    ///
    /// Missing folders above the dataset's are made.
    pub(crate) fn acquire(fs: &StoreFs, paths: &DatasetPaths, patience: &mut Patience<'_>) -> Result<Self> {
        let path = paths.lock();
        let opened = match Self::open(fs, paths, Take::TryExclusive) {
            Ok(Some(opened)) => Ok(opened),
            Ok(None) => Self::wait(fs, paths, patience),
            Err(error) => Err(error),
        };
        if opened.is_err() {
            // Removes the folders that were made for the lock. Folders that are not empty stay.
            let _ = paths.parents().iter().rev().try_for_each(|folder| fs.remove_dir(folder));
        }
        let (file, is_new) = opened?;
        let text = file.read_text().map_err(failed("read", &path))?;
        let left = if text.is_empty() {
            Left::Clean
        } else {
            Left::Died { commit: Mark::parse(&text).and_then(|mark| mark.commit) }
        };
        let (owner, mark) = (Owner::this_process(), Mark::of_this_process());
        Ok(Self { fs: fs.clone(), path, file, owner, mark, left, is_new })
    }

    /// The lock file, and whether it was made. Between making a folder and opening the lock file in it, another writer
    /// that finds the folder empty may remove it. So this is tried again.
    fn open(fs: &StoreFs, paths: &DatasetPaths, take: Take) -> Result<Option<(Box<dyn LockFile>, bool)>> {
        match open_locked(fs, &paths.lock(), LockAccess::Write, take) {
            Err(error) if is_not_found(&error) => {}
            other => return Ok(other?.map(|file| (file, false))),
        }
        let mut tries = 0;
        loop {
            for folder in paths.parents() {
                if let Err(error) = fs.create_dir(&folder)
                    && !is_not_found(&error)
                {
                    return Err(error);
                }
            }
            match open_locked(fs, &paths.lock(), LockAccess::Create, take) {
                Err(error) if is_not_found(&error) && tries < 1000 => tries += 1,
                other => return Ok(other?.map(|file| (file, true))),
            }
        }
    }

    /// Waits while another writer has the lock, and logs it.
    fn wait(fs: &StoreFs, paths: &DatasetPaths, patience: &mut Patience<'_>) -> Result<(Box<dyn LockFile>, bool)> {
        tracing::debug!(
            dataset = paths.text(),
            holder = Self::holder(fs, paths).ok().flatten().as_deref().unwrap_or("unknown"),
            timeout = ?patience.limit,
            "waiting for the writers' lock"
        );
        let start = Instant::now();
        let file = Self::poll(fs, paths, patience)?;
        let waited = start.elapsed();
        patience.waited += waited;
        match waited {
            waited if waited < LONG_WAIT => tracing::debug!(dataset = paths.text(), ?waited, "have the writers' lock"),
            waited => tracing::info!(dataset = paths.text(), ?waited, "waited long for the writers' lock"),
        }
        Ok(file)
    }

    /// The holder of the lock, by its mark.
    fn holder(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<String>> {
        let text = if_there(fs.read(&paths.lock()))?.unwrap_or_default();
        Ok(Mark::parse(&String::from_utf8_lossy(&text)).map(|mark| mark.to_string()))
    }

    /// Tries to take the lock until it is free or the patience ends. The pauses double up to 10 ms, so that a short
    /// wait ends soon and a long one costs little.
    fn poll(fs: &StoreFs, paths: &DatasetPaths, patience: &Patience<'_>) -> Result<(Box<dyn LockFile>, bool)> {
        let start = Instant::now();
        let (mut pause, mut tell_at) = (BACK_OFF.0, Duration::ZERO);
        loop {
            // A wait in the operating system has no time limit, and could not report progress. So with either, we poll.
            let polls = patience.limit.is_some() || patience.told.is_some();
            let take = if polls { Take::TryExclusive } else { Take::Exclusive };
            if let Some(file) = Self::open(fs, paths, take)? {
                return Ok(file);
            }
            let waited = patience.waited + start.elapsed();
            let left = patience.limit.map_or(pause, |limit| limit.saturating_sub(waited));
            if left.is_zero() {
                let holder = Self::holder(fs, paths)?;
                return Err(Error::LockTimeout { dataset: paths.text().to_owned(), holder, waited });
            }
            if let Some(told) = patience.told.filter(|_| start.elapsed() >= tell_at) {
                told(waited)?;
                tell_at = start.elapsed() + TOLD_EVERY;
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(BACK_OFF.1);
        }
    }

    /// Whether this holder made the lock file, so that the file's name may not be durable yet.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// The state in which the last holder left the lock file.
    pub(crate) fn left(&self) -> &Left {
        &self.left
    }

    /// Fails in a forked child.
    ///
    /// # Errors
    ///
    /// [`Error::Forked`] in a child process.
    pub(crate) fn check(&self) -> Result<()> {
        self.owner.check()
    }

    /// Writes into the lock file who holds the lock, and the commit. This overwrites a dead writer's mark, which must
    /// stay until its leftovers are cleared away: this process may die too.
    pub(crate) fn mark(&mut self, commit: Option<u64>) -> Result<()> {
        self.check()?;
        self.mark.commit = commit;
        self.file.write_text(&self.mark.to_text()).map_err(failed("write", &self.path))
    }

    /// Makes the mark durable.
    pub(crate) fn sync_mark(&self) -> Result<()> {
        self.check()?;
        self.fs.sync_lock(&*self.file, &self.path)
    }

    /// Empties the lock file, which says that nothing is left to clear away.
    pub(crate) fn unmark(&self) -> Result<()> {
        self.check()?;
        self.file.write_text("").map_err(failed("write", &self.path))
    }

    /// Unlinks the lock file. That is right only while the lock is held: others that have the file open look at its
    /// path again once they have the lock.
    pub(crate) fn unlink(&self) -> Result<()> {
        self.check()?;
        // If the store was moved and another one put in its place, the path names that one's lock.
        if !self.file.is_at(&self.path).map_err(failed("look at", &self.path))? {
            return Ok(());
        }
        self.fs.remove_file_if_there(&self.path)
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        if self.owner.is_here() {
            // Closing the file would unlock it, too, unless a forked child still has it open.
            let _ = self.file.unlock();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fs::LocalFs;

    /// If each try waited anew, this test would take an hour.
    #[test]
    fn all_tries_share_one_time_out() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, paths) = (StoreFs::new(Arc::new(LocalFs)), DatasetPaths::new(folder.path(), "a"));
        let hour = Duration::from_secs(3600);
        let mut patience = Patience::of(Some(hour));
        let mut held = WriterLock::acquire(&fs, &paths, &mut patience).unwrap();
        assert!(patience.waited.is_zero(), "nobody was in the way");
        held.mark(None).unwrap();
        patience.waited = hour;
        let error = WriterLock::acquire(&fs, &paths, &mut patience).unwrap_err();
        assert!(matches!(error, Error::LockTimeout { waited, holder: Some(_), .. } if waited >= hour), "{error}");
        assert!(error.to_string().contains("; waited 3600."), "{error}");
        drop(held);
        WriterLock::acquire(&fs, &paths, &mut patience).unwrap();
    }
}
