//! Peak resident memory, as the operating system counts it. Only Linux reports it.

use std::fs;

/// Resident memory when an operation begins.
#[derive(Debug)]
pub(crate) struct Memory {
    before: Option<Resident>,
}

/// The most that was resident.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peak {
    /// In the whole life of the process so far.
    pub(crate) whole_mb: u64,
    /// During the operation, above what was resident when it began (the inputs, mostly).
    pub(crate) above_mb: u64,
}

#[derive(Clone, Copy, Debug)]
struct Resident {
    now_kb: u64,
    peak_kb: u64,
}

impl Memory {
    /// Begins to watch: the system forgets earlier peaks.
    pub(crate) fn watch() -> Self {
        let before = Resident::read();
        // The kernel documents this as "reset the peak resident set size".
        let is_reset = fs::write("/proc/self/clear_refs", "5").is_ok();
        Self { before: before.filter(|_| is_reset) }
    }

    /// The peak since then, and of the whole process; `None` if the system does not report it.
    pub(crate) fn peak(&self) -> Option<Peak> {
        let (before, after) = (self.before?, Resident::read()?);
        let above_kb = after.peak_kb.saturating_sub(before.now_kb);
        Some(Peak { whole_mb: before.peak_kb.max(after.peak_kb) >> 10, above_mb: above_kb >> 10 })
    }
}

impl Resident {
    fn read() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some(Self { now_kb: field("VmRSS:")?, peak_kb: field("VmHWM:")? })
    }
}
