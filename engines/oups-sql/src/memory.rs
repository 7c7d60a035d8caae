//! How much memory the engine may take by default.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The memory of a machine that does not say how much it has.
const ASSUMED: u64 = 4 << 30;

/// Half of the memory of the machine, or of what this process may have of it.
pub(crate) fn half_of_all() -> u64 {
    let all = of_machine().unwrap_or(ASSUMED);
    limits().fold(all, u64::min) / 2
}

fn of_machine() -> Option<u64> {
    if let Ok(text) = fs::read_to_string("/proc/meminfo") {
        return total(&text);
    }
    // Systems without that file have a program that prints the number, under one of these names.
    ["hw.memsize", "hw.physmem"].iter().find_map(|name| {
        let output = Command::new("sysctl").args(["-n", name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    })
}

/// The line `MemTotal:  16384 kB`.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The limits of the control groups of this process. Containers have such limits.
fn limits() -> impl Iterator<Item = u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let files: Vec<PathBuf> = groups.lines().flat_map(files_of).collect();
    files.into_iter().filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok())
}

/// The files that may hold the limit of a group, and of those that it is within: `0::/a/b`, and for the older kind
/// `4:memory:/a/b`.
fn files_of(line: &str) -> Vec<PathBuf> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (folder, file) = match parts.next() {
        Some("") => ("/sys/fs/cgroup", "memory.max"),
        Some(kinds) if kinds.split(',').any(|kind| kind == "memory") => {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        }
        _ => return Vec::new(),
    };
    let path = Path::new(parts.next().unwrap_or_default().trim_start_matches('/'));
    path.ancestors().map(|group| Path::new(folder).join(group).join(file)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:       16384 kB\n"), Some(16 << 20));
        assert_eq!(total("MemTotal: much\n"), None);
        assert!(half_of_all() > 1 << 20);
    }

    #[test]
    fn a_group_is_within_others() {
        let files = files_of("0::/user/a");
        let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        assert_eq!(
            names,
            ["/sys/fs/cgroup/user/a/memory.max", "/sys/fs/cgroup/user/memory.max", "/sys/fs/cgroup/memory.max"]
        );
        assert_eq!(
            files_of("4:cpu,memory:/a").first().unwrap(),
            Path::new("/sys/fs/cgroup/memory/a/memory.limit_in_bytes")
        );
        assert!(files_of("3:cpu:/a").is_empty() && files_of("").is_empty());
    }
}
