//! Bytes as `oups.json`, as they are and with the right checksum: refused, or a schema that another store can be made
//! with.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use oups_core::{AnyKey, Error, Store};
use oups_tests::forge::{OF_STORE_FILE, sealed};
use oups_tests::scratch;

fuzz_target!(|bytes: &[u8]| {
    let folder = scratch();
    let path = folder.path().join("store");
    fs::create_dir(&path).unwrap();
    for bytes in [bytes.to_vec(), sealed(bytes.to_vec(), OF_STORE_FILE)] {
        fs::write(path.join("oups.json"), bytes).unwrap();
        match Store::<AnyKey>::open(&path) {
            Ok(store) => {
                let again = folder.path().join("again");
                let made = Store::create_for(&again, store.schema().clone()).unwrap();
                assert_eq!(made.schema(), store.schema());
                assert_eq!(Store::<AnyKey>::open(&again).unwrap().schema(), store.schema());
                fs::remove_dir_all(again).unwrap();
            }
            Err(Error::Damaged { .. } | Error::NewerFormat { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
});
