//! Jobs that other threads do ahead, with their results handed out in order.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use oups_core::Error;

/// The number of helper threads of all scans is in the lower half. The process id is in the upper half, because a
/// forked child has none of its parent's threads.
///
/// Helpers are not tasks of the rayon pool: a task that waits for another one may have that one on its own stack.
static HELPERS: AtomicU64 = AtomicU64::new(0);

/// The most results that wait for the caller, whatever the number of threads.
const MOST_AHEAD: usize = 16;

/// Does one job. It looks at the flag now and then; once the flag is set, nobody wants the result, and it may stop
/// early.
type Run<J, T> = dyn Fn(&J, &AtomicBool) -> T + Send + Sync;

/// What comes next.
pub(crate) enum Next<J, T> {
    /// The result of a job that a thread has done.
    Done(T),
    /// A job that no thread has begun: the caller does it.
    Own(J),
}

/// Jobs whose results are wanted in order.
///
/// - Helper threads do jobs ahead of the caller. The caller does jobs that no helper has begun; without helpers, all.
/// - A bounded number of results waits for the caller. At the bound, the helpers wait.
/// - `drop` gives up the jobs that have not begun, and returns once the running ones have noticed.
/// - A panic of a job is passed on to the caller.
pub(crate) struct Ahead<J, T> {
    shared: Arc<Shared<J, T>>,
    threads: Vec<JoinHandle<()>>,
    /// The number of threads that may still be started.
    wanted: usize,
    /// The process that the threads run in.
    owner: u32,
}

struct Shared<J, T> {
    state: Mutex<State<J, T>>,
    /// Notified when a job is done, when there is room for another result, and at the end.
    changed: Condvar,
    stop: AtomicBool,
    run: Box<Run<J, T>>,
}

struct State<J, T> {
    /// The jobs that have not begun; `None` once nobody wants their results.
    jobs: Option<Box<dyn Iterator<Item = J> + Send>>,
    /// The results, in order, of jobs that have begun and that the caller has not taken yet; `None` while a job runs.
    begun: VecDeque<Option<thread::Result<T>>>,
    /// The number of jobs before the first one of `begun`.
    behind: usize,
    room: usize,
}

impl<J, T> State<J, T> {
    fn next_job(&mut self) -> Option<J> {
        self.jobs.as_mut()?.next()
    }
}

impl<J: Send + 'static, T: Send + 'static> Ahead<J, T> {
    /// Jobs for the caller and at most `helpers` other threads. The threads start when the first job is asked for.
    pub(crate) fn new(
        jobs: impl Iterator<Item = J> + Send + 'static,
        helpers: usize,
        run: impl Fn(&J, &AtomicBool) -> T + Send + Sync + 'static,
    ) -> Self {
        let room = (helpers + 2).min(MOST_AHEAD);
        let state = State { jobs: Some(Box::new(jobs)), begun: VecDeque::new(), behind: 0, room };
        let shared = Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            stop: AtomicBool::new(false),
            run: Box::new(run),
        };
        Self { shared: Arc::new(shared), threads: Vec::new(), wanted: helpers, owner: std::process::id() }
    }

    /// Checks that this is the process that started the threads.
    ///
    /// # Errors
    ///
    /// [`Error::Forked`] in a forked child, where no thread finishes the jobs that have begun.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let (owner, user) = (self.owner, std::process::id());
        if owner == user { Ok(()) } else { Err(Error::Forked { owner, user }) }
    }

    /// What comes next in order; `None` after the last.
    pub(crate) fn next(&mut self) -> Option<Next<J, T>> {
        let first = self.first();
        self.start_helpers();
        if first.is_some() { first } else { self.wait() }
    }

    /// The caller's own first job, taken before helpers start, so that the first wanted result needs no helper.
    fn first(&mut self) -> Option<Next<J, T>> {
        let mut state = self.shared.lock();
        let own = state.begun.is_empty().then(|| state.next_job()).flatten()?;
        state.behind += 1;
        Some(Next::Own(own))
    }

    fn start_helpers(&mut self) {
        while self.wanted > 0 {
            self.wanted -= 1;
            let Some(seat) = Seat::take() else { break };
            let shared = self.shared.clone();
            let work = move || {
                let _seat = seat;
                while let Some((number, job)) = shared.begin(true) {
                    shared.finish(number, &job);
                }
            };
            // If the system refuses a thread, the caller does the jobs itself.
            let Ok(thread) = thread::Builder::new().name("oups-scan".to_owned()).spawn(work) else { break };
            self.threads.push(thread);
        }
        self.wanted = 0;
    }

    /// The result of the front job. Until that is done, the caller does other jobs, as the helpers do.
    fn wait(&self) -> Option<Next<J, T>> {
        loop {
            let mut state = self.shared.lock();
            match state.begun.front() {
                None => return None,
                Some(Some(_)) => {
                    let done = state.begun.pop_front().flatten()?;
                    state.behind += 1;
                    drop(state);
                    self.shared.changed.notify_all();
                    return Some(Next::Done(done.unwrap_or_else(|panic| resume_unwind(panic))));
                }
                Some(None) => drop(state),
            }
            match self.shared.begin(false) {
                Some((number, job)) => self.shared.finish(number, &job),
                None => self.shared.wait_for_front(),
            }
        }
    }
}

impl<J, T> Shared<J, T> {
    fn lock(&self) -> MutexGuard<'_, State<J, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<J, T>>) -> MutexGuard<'a, State<J, T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next job, with its number. `None` after the last job, and if there is no room for its result and
    /// `waits` is false.
    fn begin(&self, waits: bool) -> Option<(usize, J)> {
        let mut state = self.lock();
        while state.begun.len() >= state.room {
            if !waits || self.stop.load(Ordering::Relaxed) {
                return None;
            }
            state = self.wait(state);
        }
        let job = state.next_job()?;
        state.begun.push_back(None);
        Some((state.behind + state.begun.len() - 1, job))
    }

    fn finish(&self, number: usize, job: &J) {
        let done = catch_unwind(AssertUnwindSafe(|| (self.run)(job, &self.stop)));
        let mut state = self.lock();
        let at = number.checked_sub(state.behind);
        if let Some(slot) = at.and_then(|at| state.begun.get_mut(at)) {
            *slot = Some(done);
        }
        drop(state);
        self.changed.notify_all();
    }

    fn wait_for_front(&self) {
        let mut state = self.lock();
        while matches!(state.begun.front(), Some(None)) {
            state = self.wait(state);
        }
    }
}

impl<J, T> Drop for Ahead<J, T> {
    fn drop(&mut self) {
        if self.owner != std::process::id() {
            // A forked child: the parent's threads do not exist here. Joining them would never end, and one of them may
            // have held the lock.
            std::mem::forget(std::mem::take(&mut self.threads));
            return;
        }
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.lock().jobs = None;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl<J, T> fmt::Debug for Ahead<J, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

/// The right to be a helper thread. Over all scans, there are fewer helpers than the pool has threads.
struct Seat;

impl Seat {
    fn take() -> Option<Self> {
        let seats = oups_core::parallel::count().saturating_sub(1) as u64;
        let none = u64::from(std::process::id()) << 32;
        let take = |taken| {
            let taken = if taken >> 32 == none >> 32 { taken } else { none };
            (taken - none < seats).then_some(taken + 1)
        };
        HELPERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok().map(|_| Self)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        HELPERS.fetch_sub(1, Ordering::Relaxed);
    }
}
