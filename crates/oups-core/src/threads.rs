//! Work on several threads, also in a forked child, which has none of its parent's.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// The process that used the threads of the program first: rayon's global ones are its own.
static FIRST: OnceLock<u32> = OnceLock::new();
/// Threads of a forked child, with the child's number.
static CHILD: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Does work that divides itself with rayon. In a child that was forked after its parent had threads, waiting for
/// these would last for ever: the child makes its own, or fails where it can make none.
pub fn in_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let process = std::process::id();
    if *FIRST.get_or_init(|| process) == process {
        return work();
    }
    match pool_of(process) {
        Some(pool) => pool.install(work),
        // Without threads rayon works in this one, if it has not been used before.
        None => work(),
    }
}

fn pool_of(process: u32) -> Option<Arc<ThreadPool>> {
    let mut child = CHILD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, pool)) = &*child {
        if *owner == process {
            return Some(pool.clone());
        }
        // The parent's threads are not here: dropping the pool would wait for them.
        std::mem::forget(child.take());
    }
    let pool = Arc::new(ThreadPoolBuilder::new().build().ok()?);
    *child = Some((process, pool.clone()));
    Some(pool)
}
