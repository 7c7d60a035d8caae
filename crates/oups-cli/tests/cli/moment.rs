//! Several datasets at one moment, beside a writer that never pauses.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::{Int64Array, RecordBatch};
use oups::{AnyKey, Durability, Store};

use crate::sandbox::Sandbox;

const DATASETS: usize = 64;

fn keys() -> String {
    (0..DATASETS).map(|number| format!(" d{number}")).collect()
}

/// The path of a dataset's manifest, and its bytes in two versions that have the same rows.
struct Versions {
    path: PathBuf,
    bytes: [Vec<u8>; 2],
}

impl Versions {
    fn make(store: &Store<AnyKey>, number: usize) -> Self {
        let dataset = store.dataset(&store.parse_key(&format!("d{number}")).unwrap()).unwrap();
        let path = store.root().join(format!("d{number}.opdmd"));
        let rows = RecordBatch::try_from_iter([("time", Arc::new(Int64Array::from(vec![7])) as _)]).unwrap();
        dataset.write(rows).ordered_on("time").durability(Durability::Unsynced).commit().unwrap();
        let first = std::fs::read(&path).unwrap();
        dataset.change_metadata().metadata("a", "b").durability(Durability::Unsynced).commit().unwrap();
        Self { bytes: [first, std::fs::read(&path).unwrap()], path }
    }

    /// Publishes a version as a commit does, without the steps that make a commit slow.
    fn publish(&self, version: usize, temporary: &Path) {
        std::fs::write(temporary, &self.bytes[version]).unwrap();
        std::fs::rename(temporary, &self.path).unwrap();
    }
}

fn store_of_many() -> (Sandbox, Vec<Versions>) {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init data --schema 'name:str'");
    let store = Store::open(sandbox.path("data")).unwrap();
    let versions = (0..DATASETS).map(|number| Versions::make(&store, number)).collect();
    (sandbox, versions)
}

const TOLD: &str = "oups: no common moment was found in 200 ms: each dataset is at a version of this time\n";

#[test]
fn without_writers_nothing_is_told_and_a_demand_is_met() {
    let (sandbox, _) = store_of_many();
    for command in ["read data d0 d1", "align data d0 d1", "asof data d0 d1", "export data copy"] {
        let output = sandbox.sh(&format!("oups {command} --one-moment 0ms"));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !told.contains("moment"), "{command}: {told}");
    }
    sandbox.stdout("oups resample data d0 d1 --period 10 --agg time:count --one-moment 1min");
    sandbox.stdout("oups read data d0 --one-moment 1min");
    let output = sandbox.sh("oups read data d0 d1 --one-moment soon");
    assert_eq!(output.status.code(), Some(2));
}

/// Runs the commands beside writers that publish versions of all datasets, one after the other, until `is_it` was true
/// for the exit code and the messages of each command. Returns the commands for which it never was.
fn beside_writers(commands: &[String], is_it: impl Fn(Option<i32>, &str) -> bool) -> Vec<String> {
    let (sandbox, versions) = store_of_many();
    let done = AtomicBool::new(false);
    let deadline = Instant::now() + Duration::from_secs(300);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (temporary, done, versions) = (sandbox.path(&format!("temporary{writer}")), &done, &versions);
            scope.spawn(move || {
                for version in (0..2).cycle().take_while(|_| !done.load(Ordering::SeqCst)) {
                    versions.iter().for_each(|dataset| dataset.publish(version, &temporary));
                }
            });
        }
        let is_seen = |command: &&String| {
            while Instant::now() < deadline {
                let output = sandbox.sh(&format!("rm -rf copy; oups {command}"));
                if is_it(output.status.code(), &String::from_utf8(output.stderr).unwrap()) {
                    return true;
                }
            }
            false
        };
        let missing = commands.iter().filter(|command| !is_seen(command)).cloned().collect();
        done.store(true, Ordering::SeqCst);
        missing
    })
}

#[test]
fn beside_writers_a_demand_fails() {
    let commands = [
        format!("read data{} --one-moment 0ms", keys()),
        format!("align data{} --one-moment 0ms", keys()),
        format!("asof data{} --one-moment 0ms", keys()),
        format!("resample data{} --period 10 --agg time:count --one-moment 0ms", keys()),
        "export data copy --one-moment 0ms".to_owned(),
    ];
    let is_it = |code, told: &str| {
        code == Some(1) && told.contains("error: no one moment of these datasets") && told.contains("--one-moment")
    };
    let missing = beside_writers(&commands, is_it);
    assert!(missing.is_empty(), "never failed: {missing:?}");
}

/// On a busy machine the writers may happen to pause just while the program looks at all datasets: the test tries until
/// they do not.
#[test]
fn beside_writers_that_never_pause_it_is_told() {
    let commands = [format!("read data{} --format csv", keys())];
    let missing = beside_writers(&commands, |code, told| code == Some(0) && told.contains(TOLD));
    assert!(missing.is_empty(), "never told: {missing:?}");
}
