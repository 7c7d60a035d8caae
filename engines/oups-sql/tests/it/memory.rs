//! What does not fit into memory goes to temporary files.

use std::io::Read;
use std::process::Stdio;

use crate::program::{output, signal};
use crate::sandbox::Sandbox;
use crate::weather::{told, weather};

/// More than the memory that it gets.
const SORT: &str =
    "select repeat(cast(value * 7919 % 1000003 as varchar), 20) as text from generate_series(1, 150000) order by text";

fn files_in(sandbox: &Sandbox) -> usize {
    let folder = sandbox.stdout("printf %s \"$TMPDIR\"");
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_sort_beyond_memory_is_the_same() {
    let sandbox = weather();
    let small = "--memory 32MB --threads 2";
    let analyzed = sandbox.stdout(&format!("oups-sql weather {small} -c 'explain analyze {SORT}'"));
    let spills =
        analyzed.split("spill_count=").nth(1).and_then(|text| text.split([',', ']']).next()).unwrap_or_default();
    assert!(spills.parse::<u64>().unwrap_or_default() > 0, "nothing was spilled: {analyzed}");
    let sum = "md5sum | cut -d' ' -f1";
    let [small, large] = [small, "--memory 4GB"]
        .map(|options| sandbox.stdout(&format!("oups-sql weather {options} --format csv -c '{SORT}' | {sum}")));
    assert_eq!(small, large);
    assert_eq!(files_in(&sandbox), 0);
}

#[test]
fn too_little_memory_is_told() {
    let (code, said) =
        told(&weather(), &format!("oups-sql weather --memory 100kB --threads 2 --format csv -c '{SORT}'"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("oups-sql: error: --memory: 100000 bytes do not suffice: "), "{said}");
    assert!(said.contains("oups-sql: hint: give more with --memory"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn whatever_ends_the_program_no_temporary_file_is_left() {
    for name in ["INT", "TERM", "KILL"] {
        let sandbox = weather();
        let mut command = sandbox.program("oups-sql");
        command.args(["weather", "--memory", "32MB", "--threads", "2", "--format", "csv", "-c", SORT]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // With its first row all is sorted, and the rest of it waits in files for somebody to read on.
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 20_000]).unwrap();
        signal(name, &child);
        let ended = output(child, name);
        assert!(!ended.status.success(), "{ended:?}");
        assert_eq!(files_in(&sandbox), 0, "SIG{name}");
    }
}
