//! Folders that are not a store, or not a store of the caller's keys.

use std::fs;
use std::path::Path;

use oups::TopLevel;
use oups_core::{AnyKey, Error, KeySchema, Separator, Store};
use oups_tests::forge::{OF_STORE_FILE, sealed};

use super::fixture::{KEY, dataset, read};
use super::{Bad, bad};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Station {
    name: String,
    number: u8,
}

fn open(root: &Path) -> Result<(), Error> {
    Store::<AnyKey>::open(root).map(|_| ())
}

fn store_file(root: &Path, bytes: impl AsRef<[u8]>) {
    fs::write(root.join("oups.json"), bytes).unwrap();
}

pub(super) fn table() -> Vec<Bad> {
    vec![
        bad!(
            "a folder without a store",
            |root| fs::remove_file(root.join("oups.json")).unwrap(),
            open,
            Error::NoStore { .. }
        ),
        bad!("no folder", |root| open(&root.join("nowhere")), Error::NoStore { .. }),
        bad!("a file as a store", |root| open(&root.join("oups.json")), Error::NoStore { .. }),
        bad!(
            "a store made twice",
            |root| {
                let schema = KeySchema::parse("name:str", Separator::default())?;
                Store::create_for(root, schema).map(|_| ())
            },
            Error::StoreExists { .. }
        ),
        bad!(
            "a store made where a file is",
            |root| {
                let schema = KeySchema::parse("name:str", Separator::default())?;
                Store::create_for(root.join("oups.json"), schema).map(|_| ())
            },
            Error::InTheWay { .. }
        ),
        bad!("a store of other keys", |root| Store::<Station>::open(root).map(|_| ()), Error::StoreSchema { .. }),
        bad!(
            "a store of other keys, or to be made",
            |root| Store::<Station>::open_or_create(root).map(|_| ()),
            Error::StoreSchema { .. }
        ),
        bad!("a foreign oups.json", |root| store_file(root, "{\"name\": \"oups\"}\n"), open, Error::Damaged { .. }),
        bad!("an empty oups.json", |root| store_file(root, ""), open, Error::Damaged { .. }),
        bad!("an oups.json that is not a text", |root| store_file(root, [0xff; 300]), open, Error::Damaged { .. }),
        bad!(
            "a changed oups.json",
            |root| {
                let text = fs::read_to_string(root.join("oups.json")).unwrap();
                store_file(root, text.replace("\"area\"", "\"aera\""));
            },
            read,
            Error::Damaged { .. }
        ),
        bad!(
            "an oups.json of a newer version",
            |root| {
                let text = fs::read_to_string(root.join("oups.json")).unwrap();
                store_file(root, sealed(text.replace("\"version\": 1", "\"version\": 2").into_bytes(), OF_STORE_FILE));
            },
            open,
            Error::NewerFormat { found: 2, .. }
        ),
        bad!(
            "a folder as oups.json",
            |root| {
                fs::remove_file(root.join("oups.json")).unwrap();
                fs::create_dir(root.join("oups.json")).unwrap();
            },
            open,
            Error::InTheWay { .. }
        ),
        bad!(
            "removing a dataset that does not exist",
            |root| {
                let store = Store::<AnyKey>::open(root)?;
                store.dataset(&store.parse_key("b-2/new")?)?.remove().commit().map(drop)
            },
            Error::NoDataset { .. }
        ),
        bad!(
            "reading a dataset that does not exist",
            |root| dataset(root, "b-2/new")?.snapshot().map(|_| ()),
            Error::NoDataset { .. }
        ),
        bad!(
            "one of several datasets does not exist",
            |root| {
                let store = Store::<AnyKey>::open(root)?;
                store.snapshots(&[store.parse_key(KEY)?, store.parse_key("b-2/new")?]).map(|_| ())
            },
            Error::NoDataset { .. }
        ),
    ]
}
