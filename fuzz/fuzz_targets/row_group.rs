//! Bytes as a row group file that the manifest's checksum vouches for: read in whole and in part, verified, repaired
//! without a manifest, merged. Nothing panics, and a read has the number of rows that the manifest says.

#![no_main]

use std::fs;
use std::sync::{Arc, OnceLock};

use arrow::array::{FixedSizeBinaryArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use libfuzzer_sys::fuzz_target;
use oups_core::KeyFilter;
use oups_core::row_group::ReadOptions;
use oups_tests::forge::{ManifestParts, checksum};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};

fn rows(times: std::ops::Range<i64>) -> RecordBatch {
    let text: StringArray = times.clone().map(|time| (time % 3 != 0).then(|| format!("row {time}"))).collect();
    let value: Float64Array = times.clone().map(|time| Some(time as f64 / 3.0)).collect();
    let time: Int64Array = times.map(Some).collect();
    let columns = [("time", Arc::new(time) as _), ("value", Arc::new(value) as _), ("text", Arc::new(text) as _)];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

/// A manifest of one row group, and the name of its file.
fn base() -> &'static (ManifestParts, String) {
    static BASE: OnceLock<(ManifestParts, String)> = OnceLock::new();
    BASE.get_or_init(|| {
        let folder = scratch();
        let store = new_store(folder.path());
        let x = dataset(&store, "x");
        x.write(rows(0..20)).ordered_on("time").commit().unwrap();
        let name = x.snapshot().unwrap().row_groups()[0].file.clone();
        (ManifestParts::of(fs::read(folder.path().join("x.opdmd")).unwrap()), name.to_string())
    })
}

// The library turns panics of decoders into errors, so the hook hides their messages. A panic that it does not catch
// still stops the fuzzer.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| ())), |bytes: &[u8]| {
    let (manifest, name) = base();
    let folder = scratch();
    let store = new_store(folder.path());
    fs::create_dir(folder.path().join("x")).unwrap();
    fs::write(folder.path().join("x").join(name), bytes).unwrap();
    let sum = FixedSizeBinaryArray::try_from_iter([checksum(bytes)].iter()).unwrap();
    let manifest = manifest
        .clone()
        .with_column("bytes", Arc::new(UInt64Array::from(vec![bytes.len() as u64])))
        .with_column("checksum", Arc::new(sum));
    fs::write(folder.path().join("x.opdmd"), manifest.to_bytes()).unwrap();
    let x = dataset(&store, "x");
    let snapshot = x.snapshot().unwrap();
    let entry = &snapshot.row_groups()[0];
    if let Ok(file) = snapshot.open(entry) {
        let read = file.batches(ReadOptions::default()).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        if let Ok(batches) = read {
            assert_eq!(batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>(), entry.rows());
        }
    }
    drop(snapshot);
    store.verify(KeyFilter::all()).run().unwrap().findings;
    let _ = x.write(rows(5..7)).commit();
    fs::remove_file(folder.path().join("x.opdmd")).unwrap();
    let _ = x.repair().commit();
});
