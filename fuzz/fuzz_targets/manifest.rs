//! Bytes as a manifest with the right checksum: refused, or a version that can be read, verified, written to and
//! removed. Whatever the manifest says, only files of the dataset are touched.

#![no_main]

use std::fs;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use libfuzzer_sys::fuzz_target;
use oups_core::KeyFilter;
use oups_core::row_group::ReadOptions;
use oups_tests::forge::{OF_MANIFEST, sealed};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};

// The library turns panics of decoders into errors, so the hook hides their messages. A panic that it does not catch
// still stops the fuzzer.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| ())), |bytes: &[u8]| {
    let folder = scratch();
    let root = folder.path().join("store");
    let store = new_store(&root);
    fs::write(folder.path().join("outside.parquet"), b"outside").unwrap();
    fs::create_dir(root.join("x")).unwrap();
    fs::write(root.join("x.opdmd"), sealed(bytes.to_vec(), OF_MANIFEST)).unwrap();
    let x = dataset(&store, "x");
    if let Ok(snapshot) = x.snapshot() {
        let version = snapshot.version();
        assert_eq!(version.to_string().parse(), Ok(version));
        assert_eq!(version.commit(), snapshot.version().commit());
        for entry in snapshot.row_groups().iter().take(8) {
            if let Ok(file) = snapshot.open(entry) {
                let _ = file.batches(ReadOptions::default()).map(|batches| batches.take(4).count());
            }
        }
        let _ = store.layout();
    }
    store.verify(KeyFilter::all()).run().unwrap().findings;
    let rows = RecordBatch::try_from_iter([("time", Arc::new(Int64Array::from(vec![5, 7])) as _)]).unwrap();
    let _ = x.write(rows.clone()).plan();
    if let (Ok(before), Ok(written)) = (x.version(), x.write(rows).commit()) {
        assert_eq!(x.version().unwrap(), written.version);
        assert_eq!(written.changed, written.version != before);
    }
    let _ = store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit();
    assert_eq!(fs::read(folder.path().join("outside.parquet")).unwrap(), b"outside");
});
