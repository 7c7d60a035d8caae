//! The bytes that a read takes from the files, counted in the file system.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use oups_core::fs::{DirEntry, EntryKind, Fs, LocalFs, LockAccess, LockFile, ReadFile, WriteFile};
use oups_core::{AnyKey, DuplicatesOn, Durability, Error, Store, StoreOptions};
use oups_query::ReadDataset;

use super::{dataset, numbers, store_of};

/// The local file system, which counts the bytes of positioned reads.
#[derive(Debug, Default)]
struct CountingFs {
    bytes: Arc<AtomicU64>,
}

#[derive(Debug)]
struct CountingFile {
    file: Arc<dyn ReadFile>,
    bytes: Arc<AtomicU64>,
}

impl ReadFile for CountingFile {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.bytes.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        self.file.read_exact_at(buffer, offset)
    }
}

impl Fs for CountingFs {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        LocalFs.read(path)
    }
    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>> {
        Ok(Arc::new(CountingFile { file: LocalFs.open(path)?, bytes: self.bytes.clone() }))
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        LocalFs.create(path)
    }
    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        LocalFs.copy(from, to)
    }
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        LocalFs.sync_file(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        LocalFs.sync_dir(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        LocalFs.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        LocalFs.remove_file(path)
    }
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        LocalFs.create_dir(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        LocalFs.remove_dir(path)
    }
    fn list(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        LocalFs.list(path)
    }
    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        LocalFs.kind(path)
    }
    fn open_lock(&self, path: &Path, access: LockAccess) -> io::Result<Box<dyn LockFile>> {
        LocalFs.open_lock(path, access)
    }
}

const ROWS: i64 = 400_000;

/// 400,000 rows of three columns that do not compress away, in row groups of 100,000.
fn rows() -> RecordBatch {
    let noise = |row: i64| (row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64) >> 16) as f64;
    let columns: [(&str, ArrayRef); 3] = [
        ("t", Arc::new(Int64Array::from_iter_values(0..ROWS))),
        ("n", Arc::new(Int64Array::from_iter_values((0..ROWS).map(|row| row / 1_000)))),
        ("f", Arc::new(Float64Array::from_iter_values((0..ROWS).map(noise)))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The store, and the count of bytes.
fn counted() -> (tempfile::TempDir, Store<AnyKey>, Arc<AtomicU64>) {
    counted_with(StoreOptions::new())
}

fn counted_with(options: StoreOptions) -> (tempfile::TempDir, Store<AnyKey>, Arc<AtomicU64>) {
    let (folder, store) = store_of("name:str");
    let dataset = dataset(&store, "x");
    let write = dataset.write(rows()).ordered_on("t").row_group_target(100_000);
    write.durability(Durability::Unsynced).commit().unwrap();
    let fs = CountingFs::default();
    let bytes = fs.bytes.clone();
    let store = Store::<AnyKey>::open_with(folder.path(), options.file_system(fs)).unwrap();
    (folder, store, bytes)
}

#[test]
fn a_narrow_range_reads_little_more_than_its_pages() {
    let (_folder, store, bytes) = counted();
    let snapshot = dataset(&store, "x").snapshot().unwrap();
    let range = 250_000..250_400;
    let plan = snapshot.scan().range(range.clone()).explain().unwrap();
    bytes.store(0, Ordering::Relaxed);
    let found = snapshot.scan().range(range.clone()).collect().unwrap();
    assert_eq!(numbers(&found, "t"), range.collect::<Vec<_>>());
    let read = bytes.load(Ordering::Relaxed);
    assert!(read <= 2 * plan.bytes(), "read {read} bytes, the pages have {}: {plan}", plan.bytes());
    let whole: u64 = plan.columns.iter().map(|column| column.part.of_bytes).sum();
    assert!(plan.bytes() < whole / 10, "{plan}");
}

#[test]
fn a_filter_reads_its_column_and_little_more_than_the_wanted_pages() {
    let (_folder, store, bytes) = counted();
    let snapshot = dataset(&store, "x").snapshot().unwrap();
    let scan = snapshot.scan().matching("n = 250");
    assert_eq!(scan.clone().count().unwrap(), 1_000);
    let scan = scan.columns(["f"]);
    // The bytes of the wanted rows in `f`, and of all of `n` in the one row group that statistics leave.
    let filtered = scan.clone().explain().unwrap();
    let column = filtered.columns.iter().find(|column| column.name == "n").unwrap().part.bytes;
    let wanted = snapshot.scan().range(250_000..251_000).columns(["f"]).explain().unwrap().bytes();
    let read = || {
        bytes.store(0, Ordering::Relaxed);
        assert_eq!(scan.clone().collect().unwrap().num_rows(), 1_000);
        bytes.load(Ordering::Relaxed)
    };
    let first = read();
    assert!(first <= 2 * (column + wanted), "read {first} bytes, of {column} and {wanted}");
    assert_eq!(read(), first, "the footers were known before");
    assert_eq!((filtered.row_groups.len(), filtered.pruned.by_statistics.row_groups), (1, 3), "{filtered}");
}

/// Threads that met at the cache of footers once went on without it, and each read the footer again.
#[test]
fn threads_that_meet_do_not_read_a_known_footer_again() {
    let (_folder, store, bytes) = counted();
    let snapshot = dataset(&store, "x").snapshot().unwrap();
    let scan = snapshot.scan().matching("n = 250").columns(["f"]);
    let read = || scan.clone().collect().map(|rows| rows.num_rows());
    assert_eq!(read().unwrap(), 1_000);
    bytes.store(0, Ordering::Relaxed);
    assert_eq!(read().unwrap(), 1_000);
    let one = bytes.load(Ordering::Relaxed);
    // They begin each round together. Nobody panics before all have ended: the others would wait for ever.
    let (threads, rounds, begin) = (4, 100, Barrier::new(4));
    let in_rounds = || {
        let read_once = |_| {
            begin.wait();
            read()
        };
        (0..rounds).map(read_once).collect::<Vec<_>>()
    };
    let found: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(in_rounds)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(found.into_iter().all(|rows| rows.unwrap() == 1_000));
    let reads = 1 + threads * rounds;
    assert_eq!(bytes.load(Ordering::Relaxed), reads * one, "{reads} reads of {one} bytes each");
}

#[test]
fn a_footer_is_read_once_a_snapshot() {
    let (_folder, store, bytes) = counted();
    let snapshot = dataset(&store, "x").snapshot().unwrap();
    let read = |columns: Vec<&str>| {
        bytes.store(0, Ordering::Relaxed);
        snapshot.scan().range(30..60).columns(columns).collect().unwrap();
        bytes.load(Ordering::Relaxed)
    };
    let (first, second) = (read(vec!["t"]), read(vec!["t"]));
    assert!(second > 0 && first >= second + (32 << 10), "{first} and then {second} bytes");
    assert_eq!(second, read(vec!["t"]));
}

#[test]
fn without_a_cache_each_read_reads_its_footer_again() {
    let reads = |options| {
        let (_folder, store, bytes) = counted_with(options);
        let snapshot = dataset(&store, "x").snapshot().unwrap();
        let read = |row: i64| {
            bytes.store(0, Ordering::Relaxed);
            assert_eq!(snapshot.scan().range(row..row + 30).collect().unwrap().num_rows(), 30);
            bytes.load(Ordering::Relaxed)
        };
        // Two row groups in turn.
        [read(30), read(100_030), read(30), read(100_030)]
    };
    let [first, second, again, and_again] = reads(StoreOptions::new().footer_cache(0));
    assert_eq!([first, second], [again, and_again], "nothing is remembered");
    let cached = reads(StoreOptions::new());
    let footer = 32 << 10;
    assert!(cached[2] + footer <= first && cached[3] + footer <= second, "{cached:?} of {first} and {second}");
}

/// The pages that are read have not changed, so only the length says that the file is another one.
#[test]
fn a_known_footer_is_not_used_for_a_file_of_another_length() {
    let (folder, store, _) = counted();
    let snapshot = dataset(&store, "x").snapshot().unwrap();
    let read = || snapshot.scan().range(30..60).collect();
    assert_eq!(read().unwrap().num_rows(), 30);
    let file = folder.path().join("x").join(snapshot.row_groups()[0].file_name());
    File::options().append(true).open(&file).unwrap().write_all(b"x").unwrap();
    let error = read().unwrap_err();
    assert!(matches!(&error, Error::Damaged { path, .. } if *path == file), "{error}");
}

#[test]
fn without_a_cache_each_look_decodes_the_manifest_again() {
    let decoded = |options| {
        let (_folder, store, _) = counted_with(options);
        let [one, two] = [(); 2].map(|()| dataset(&store, "x").snapshot().unwrap());
        !Arc::ptr_eq(one.schema(), two.schema())
    };
    assert!(decoded(StoreOptions::new().manifest_cache(0)));
    assert!(!decoded(StoreOptions::new()));
}

/// A merge of many datasets holds a small block of each. The more memory a block takes, the smaller it makes the next.
/// When each block reserved room for a whole batch, blocks shrank to a row, and memory grew without end.
#[test]
fn a_few_rows_take_memory_for_a_few_rows() {
    let (_folder, store, _) = counted();
    let dataset = dataset(&store, "x");
    for rows in [1..11, 99_998..100_001, 5_000..5_640] {
        let (first, count) = (rows.start, (rows.end - rows.start) as usize);
        for batch in dataset.scan().range(rows).batches().unwrap() {
            let bytes = batch.unwrap().get_array_memory_size();
            assert!(bytes <= 2 * 24 * count + 4096, "{count} rows from {first} on take {bytes} bytes");
        }
    }
}

#[test]
fn a_merge_verifies_each_file_once_however_often_it_is_opened() {
    let (_folder, store, bytes) = counted();
    let dataset = dataset(&store, "x");
    let touched = dataset.snapshot().unwrap().row_groups()[1].bytes();
    // Rows that are stored already: they are compared with the first stored rows before the merge begins.
    let again = rows().slice(150_000, 10);
    bytes.store(0, Ordering::Relaxed);
    let report =
        dataset.write(again).duplicates_on(DuplicatesOn::All).durability(Durability::Unsynced).commit().unwrap();
    assert!(!report.changed);
    let read = bytes.load(Ordering::Relaxed);
    // The file is read once to verify it, once to decode it, and in some pages for the comparison.
    assert!(read > 2 * touched && read < 5 * touched / 2, "read {read} bytes for a file of {touched}");
}
