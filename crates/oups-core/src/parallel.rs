//! Work divided among the threads of a pool. Nothing else in oups uses a pool.
//!
//! The pool is oups' own. A rayon task that waits for another one meanwhile runs a third on its own stack. If that
//! third task is the user's and commits to the dataset whose lock the first one holds, it waits for itself for ever. So
//! a caller in a task waits without running others, and work in this pool never takes a lock. A thread of this pool
//! that has work to divide does all of it itself.

use std::any::Any;
use std::cell::Cell;
use std::cmp::Ordering;
use std::panic::resume_unwind;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The pool of the first process that needed one. A forked child does not have its threads.
static FIRST: OnceLock<(u32, Arc<ThreadPool>)> = OnceLock::new();
/// The pool of a forked child, with the child's process id.
static CHILD: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

thread_local! {
    /// Whether this thread belongs to the pool.
    static IS_OURS: Cell<bool> = const { Cell::new(false) };
}

/// The number of threads that share work: those of the rayon pool that the caller is in, else one for each processor
/// (or `RAYON_NUM_THREADS`).
pub fn count() -> usize {
    match rayon::current_thread_index() {
        Some(_) => rayon::current_num_threads(),
        None => pool().map_or(1, |pool| pool.current_num_threads()),
    }
}

/// The results of `act` for all items, in their order.
///
/// # Errors
///
/// An error of `act`; if several items fail, any one of theirs.
pub fn try_map<I: Send, T: Send, E: Send>(
    items: Vec<I>,
    act: impl Fn(I) -> Result<T, E> + Sync + Send,
) -> Result<Vec<T>, E> {
    if items.len() < 2 {
        return items.into_iter().map(act).collect();
    }
    // Each item is a task of its own: heavy ones must not wait behind each other.
    let divided = |items: Vec<I>| items.into_par_iter().with_max_len(1).map(&act).collect();
    divide(items, divided, |items| items.into_iter().map(&act).collect())
}

/// Sorts; items that compare as equal keep their order.
pub(crate) fn sort_by<T: Send>(items: &mut [T], cmp: impl Fn(&T, &T) -> Ordering + Sync + Send) {
    divide(items, |items| items.par_sort_by(&cmp), |items| items.sort_by(&cmp));
}

/// Sorts items that are all different.
pub(crate) fn sort_unstable<T: Ord + Send>(items: &mut [T]) {
    divide(items, |items| items.par_sort_unstable(), |items| items.sort_unstable());
}

/// Does the work in the pool. Does it alone if no pool of several threads can be had, if the caller is a thread of the
/// pool, or if the caller is a task of a rayon pool of one thread.
fn divide<I: Send, T: Send>(items: I, divided: impl FnOnce(I) -> T + Send, alone: impl FnOnce(I) -> T) -> T {
    let is_task = rayon::current_thread_index().is_some();
    if IS_OURS.get() || (is_task && rayon::current_num_threads() == 1) {
        return alone(items);
    }
    let Some(pool) = pool().filter(|pool| pool.current_num_threads() > 1) else { return alone(items) };
    if !is_task {
        return pool.install(|| divided(items));
    }
    // A task that waits for another pool runs further tasks of its own pool meanwhile. A task that joins a thread does
    // not.
    thread::scope(|scope| {
        let (sender, receiver) = channel();
        let work = move || receiver.recv().map(|items| pool.install(|| divided(items)));
        let Ok(thread) = thread::Builder::new().name("oups divide".to_owned()).spawn_scoped(scope, work) else {
            return alone(items);
        };
        match sender.send(items) {
            Ok(()) => {
                let done = thread.join().and_then(|done| done.map_err(|error| Box::new(error) as Box<dyn Any + Send>));
                done.unwrap_or_else(|panic| resume_unwind(panic))
            }
            Err(unsent) => alone(unsent.0),
        }
    })
}

/// The pool of this process; `None` if its threads cannot be started.
fn pool() -> Option<Arc<ThreadPool>> {
    let process = std::process::id();
    if FIRST.get().is_none() {
        // If several threads race, one pool stays and those of the others end.
        let _ = FIRST.set((process, new_pool()?));
    }
    let (owner, pool) = FIRST.get()?;
    if *owner == process { Some(pool.clone()) } else { of_child(process) }
}

/// The pool of a forked child. It is made anew if the process forked again.
fn of_child(process: u32) -> Option<Arc<ThreadPool>> {
    let mut child = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, pool)) = &*child {
        if *owner == process {
            return Some(pool.clone());
        }
        // The parent's threads do not exist in this process: dropping the pool would wait for them for ever.
        std::mem::forget(child.take());
    }
    let pool = new_pool()?;
    *child = Some((process, pool.clone()));
    Some(pool)
}

fn new_pool() -> Option<Arc<ThreadPool>> {
    let named = ThreadPoolBuilder::new().thread_name(|number| format!("oups {number}"));
    named.start_handler(|_| IS_OURS.set(true)).build().ok().map(Arc::new)
}
