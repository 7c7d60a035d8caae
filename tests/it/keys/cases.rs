//! Single keys, one case each.

use std::borrow::Cow;
use std::collections::BTreeSet;

use oups::{KeyError, KeyField, StoreKey, SubLevel, TopLevel};

use super::shapes::{Deep, Inner, Middle, One};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Measure {
    quantity: String,
    city: String,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
}

#[test]
fn the_documented_key() {
    let key = Measure {
        quantity: "temperature".to_owned(),
        city: "berlin".to_owned(),
        sampling: Sampling { frequency: "1D".to_owned() },
    };
    assert_eq!(key.to_path().unwrap(), "temperature-berlin/1D");
    assert_eq!(format!("{key:>24}"), "   temperature-berlin/1D");
    assert_eq!("temperature-berlin/1D".parse(), Ok(key));
    assert_eq!(Measure::schema().to_string(), "quantity:str,city:str/frequency:str");
    assert_eq!(Measure::own_schema(), Some(Measure::schema()));
}

#[test]
fn the_schema_tells_fields_of_one_name_apart() {
    let schema = Deep::schema();
    let names: Vec<_> = schema.field_names().collect();
    assert_eq!(names, ["name", "number", "flag", "middle.inner.name", "letter", "large"]);
    assert_eq!(schema.field_index("middle.flag"), Ok(2));
    assert_eq!(schema.levels()[1].name.as_deref(), Some("middle"));
}

#[test]
fn numbers_are_ordered_as_numbers() {
    let key = |number| Deep {
        name: String::new(),
        number,
        middle: Middle { flag: true, inner: Inner { name: String::new(), letter: 'x', large: 0 } },
    };
    let keys: BTreeSet<_> = [10, -1, 9, -10].map(key).into();
    let paths: Vec<_> = keys.iter().map(|key| key.to_path().unwrap()).collect();
    assert_eq!(paths, ["%-%2D10/true/%-x-0", "%-%2D1/true/%-x-0", "%-9/true/%-x-0", "%-10/true/%-x-0"]);
}

#[test]
fn the_longest_component_has_200_bytes() {
    let key = |text: String| One { text };
    assert_eq!(key("x".repeat(200)).to_path().map(|path| path.len()), Ok(200));
    match key("x".repeat(201)).to_path() {
        Err(KeyError::TooLong { bytes: 201, limit: 200, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(matches!(One::from_path(&"x".repeat(201)), Err(KeyError::TooLong { .. })));
    // The limit counts encoded bytes.
    assert!(matches!(key(".".repeat(67)).to_path(), Err(KeyError::TooLong { bytes: 201, .. })));
    assert_eq!(key(".".repeat(66)).to_path().map(|path| path.len()), Ok(198));
}

/// A field whose text lacks a part of its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Forgetful(u8, u8);

impl KeyField for Forgetful {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().map(|number| Self(number, 0))
    }
}

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Unsafe {
    field: Forgetful,
}

#[test]
fn a_field_that_is_not_one_to_one_has_no_path() {
    assert_eq!(Unsafe { field: Forgetful(1, 0) }.to_path().as_deref(), Ok("1"));
    assert!(matches!(Unsafe { field: Forgetful(1, 2) }.to_path(), Err(KeyError::NotOneToOne { .. })));
}
