//! Texts that are not keys.

use std::path::Path;

use oups_core::{AnyKey, Error, KeyError, KeySchema, Separator, Store};

use super::fixture::{dataset, rows};
use super::{Bad, bad};

fn key(root: &Path, text: &str) -> Result<(), Error> {
    dataset(root, text)?.write(rows(0..3)).ordered_on("time").commit().map(|_| ())
}

pub(super) fn table() -> Vec<Bad> {
    vec![
        bad!("an empty key", |root| key(root, ""), Error::Key(KeyError::NotCanonical { .. })),
        bad!("too few levels", |root| key(root, "a-1"), Error::Key(KeyError::Levels { .. })),
        bad!("too many levels", |root| key(root, "a-1/x/y"), Error::Key(KeyError::Levels { .. })),
        bad!("too few fields", |root| key(root, "a/x"), Error::Key(KeyError::Fields { .. })),
        bad!("too many fields", |root| key(root, "a-1-b/x"), Error::Key(KeyError::Fields { .. })),
        bad!("a key out of the store", |root| key(root, "../x"), Error::Key(_)),
        bad!("a key out of its level", |root| key(root, "a-1/.."), Error::Key(_)),
        bad!("a key of a dot", |root| key(root, "a-1/."), Error::Key(_)),
        bad!("an absolute path", |root| key(root, "/etc/passwd"), Error::Key(_)),
        bad!("a key with a NUL", |root| key(root, "a-1/x\0y"), Error::Key(KeyError::NotCanonical { .. })),
        bad!("a key with a backslash", |root| key(root, "a-1/x\\y"), Error::Key(KeyError::NotCanonical { .. })),
        bad!(
            "a key with the name of a side file",
            |root| key(root, "a-1/x.opdmd"),
            Error::Key(KeyError::NotCanonical { .. })
        ),
        bad!("a key with a line break", |root| key(root, "a-1/x\ny"), Error::Key(KeyError::NotCanonical { .. })),
        bad!("an empty text that is not written as one", |root| key(root, "a-1/"), Error::Key(_)),
        bad!("a number with a leading zero", |root| key(root, "a-07/x"), Error::Key(_)),
        bad!("a number with a plus", |root| key(root, "a-+7/x"), Error::Key(_)),
        bad!("a number that is too large", |root| key(root, "a-2147483648/x"), Error::Key(KeyError::Value { .. })),
        bad!("a word where a number belongs", |root| key(root, "a-seven/x"), Error::Key(KeyError::Value { .. })),
        bad!(
            "a letter that is encoded without need",
            |root| key(root, "a-1/%41"),
            Error::Key(KeyError::NotCanonical { .. })
        ),
        bad!("lower-case hexadecimal digits", |root| key(root, "a-1/x%2fy"), Error::Key(KeyError::NotCanonical { .. })),
        bad!("an encoding that is cut off", |root| key(root, "a-1/x%2"), Error::Key(KeyError::NotCanonical { .. })),
        bad!("an encoding that is not a text", |root| key(root, "a-1/%FF"), Error::Key(KeyError::NotCanonical { .. })),
        bad!("a reserved name", |root| key(root, "a-1/CON"), Error::Key(KeyError::NotCanonical { .. })),
        bad!(
            "a component of 201 bytes",
            |root| key(root, &format!("a-1/{}", "x".repeat(201))),
            Error::Key(KeyError::TooLong { .. })
        ),
        bad!(
            "a component of 210 bytes when encoded",
            |root| {
                let store = Store::<AnyKey>::open(root)?;
                let long = AnyKey::from_texts(store.schema(), &["a".to_owned(), "1".to_owned(), ".".repeat(70)])?;
                store.dataset(&long).map(|_| ())
            },
            Error::Key(KeyError::TooLong { .. })
        ),
        bad!(
            "a key of another schema",
            |root| {
                let other = KeySchema::parse("name:str", Separator::default())?;
                Store::<AnyKey>::open(root)?.dataset(&AnyKey::from_texts(&other, &["x"])?).map(|_| ())
            },
            Error::Key(KeyError::OtherSchema { .. })
        ),
        bad!(
            "too few values for a key",
            |root| AnyKey::from_texts(Store::<AnyKey>::open(root)?.schema(), &["x"]).map(|_| ()).map_err(Into::into),
            Error::Key(KeyError::ValueCount { .. })
        ),
        bad!("a key schema of an unknown type", |_| schema("name:string"), Error::Key(_)),
        bad!("a key schema without fields", |_| schema(""), Error::Key(_)),
        bad!("a key schema with a field twice", |_| schema("a:str,a:str"), Error::Key(_)),
        bad!(
            "an invalid separator",
            |_| ".".parse::<Separator>().map(|_| ()).map_err(Error::from),
            Error::Key(KeyError::Separator { .. })
        ),
    ]
}

fn schema(text: &str) -> Result<(), Error> {
    KeySchema::parse(text, Separator::default()).map(|_| ()).map_err(Error::from)
}
