//! Generated code depends on nothing in scope and triggers no lint. Most of the test is that this file compiles.

#![deny(warnings, missing_docs, unused_qualifications, clippy::all, clippy::pedantic)]

use oups::{SubLevel as _, TopLevel as _};

/// Names that could clash with those in generated code.
#[expect(dead_code, non_camel_case_types, reason = "they only have to be in scope")]
mod traps {
    pub(super) trait Into {}
    pub(super) trait Iterator {}
    pub(super) trait IntoIterator {}
    pub(super) trait Default {}
    pub(super) trait From {}
    pub(super) struct Result;
    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct Ok;
    pub(super) struct Cow;
    pub(super) struct str;
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod oups {}
    pub(super) mod key {}
}

/// The key, in a module where every usual name means something else.
#[expect(unreachable_pub, reason = "a public key in a private module shows what the derive makes public")]
mod inside {
    #[expect(unused_imports, reason = "they only have to be in scope")]
    use super::traps::{
        Cow, Default, From, Into, IntoIterator, Iterator, Ok, Option, Result, Some, core, key, oups, std, str,
    };

    /// Fields with names that generated code uses itself.
    #[derive(
        ::oups::TopLevel,
        ::std::clone::Clone,
        ::std::fmt::Debug,
        ::std::cmp::PartialEq,
        ::std::cmp::Eq,
        ::std::cmp::PartialOrd,
        ::std::cmp::Ord,
        ::std::hash::Hash,
    )]
    pub struct Key {
        /// A keyword.
        pub r#type: u8,
        /// A name of a parameter.
        pub reader: ::std::string::String,
        /// Another.
        pub writer: ::std::string::String,
        /// Another.
        pub schema: bool,
        /// Another.
        pub value: u8,
        /// Another.
        pub values: u8,
        /// Another.
        pub texts: u8,
        /// A method of a trait that the filter implements.
        pub clone: u8,
        /// Another.
        pub default: u8,
        /// A name that makes clippy expect a `bool`.
        pub is_day: bool,
        /// Another.
        pub to_text: u8,
        /// The name of another field's method.
        pub value_in: u8,
        /// The next level.
        #[oups(sublevel)]
        pub r#fn: Level,
    }

    /// A level.
    #[derive(
        ::oups::SubLevel,
        ::std::clone::Clone,
        ::std::fmt::Debug,
        ::std::cmp::PartialEq,
        ::std::cmp::Eq,
        ::std::cmp::PartialOrd,
        ::std::cmp::Ord,
        ::std::hash::Hash,
    )]
    pub struct Level {
        /// A parameter.
        pub filter: Kind,
        // Private, in a public struct.
        kind: Kind,
    }

    impl Level {
        pub(super) fn new() -> Self {
            Self { filter: Kind::r#As, kind: Kind::Other }
        }
    }

    /// An enum.
    #[derive(
        ::oups::KeyField,
        ::std::clone::Clone,
        ::std::marker::Copy,
        ::std::fmt::Debug,
        ::std::cmp::PartialEq,
        ::std::cmp::Eq,
        ::std::cmp::PartialOrd,
        ::std::cmp::Ord,
        ::std::hash::Hash,
    )]
    pub enum Kind {
        /// A raw name.
        r#As,
        /// Another.
        Other,
    }
}

#[test]
fn keys_of_awkward_names_work() {
    let key = inside::Key {
        r#type: 1,
        reader: "a".to_owned(),
        writer: "b".to_owned(),
        schema: true,
        value: 2,
        values: 3,
        texts: 4,
        clone: 5,
        default: 6,
        is_day: false,
        to_text: 7,
        value_in: 8,
        r#fn: inside::Level::new(),
    };
    let path = key.to_path().unwrap();
    assert_eq!(path, "1-a-b-true-2-3-4-5-6-false-7-8/As-Other");
    assert_eq!(inside::Key::from_path(&path).as_ref(), Ok(&key));
    let names: Vec<_> = inside::Key::schema().field_names().take(3).map(str::to_owned).collect();
    assert_eq!(names, ["type", "reader", "writer"]);
    let filter = inside::Key::filter().r#type(1).type_in([1, 2]).value_in(8).values_in([3]).default(6).clone(5);
    let filter = filter.r#fn(inside::Level::filter().filter(inside::Kind::r#As)).is_day(false);
    let filter: oups::KeyFilter = filter.into();
    assert!(filter.matches(&key));
}

#[test]
fn keys_can_be_made_in_a_function() {
    #[derive(oups::TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[oups(separator = "+", crate = "oups", filter = "ByAOrB")]
    struct Local {
        a: u8,
        b: u8,
    }
    assert_eq!(Local { a: 1, b: 2 }.to_string(), "1+2");
    let _: ByAOrB = Local::filter();
    assert!(oups::KeyFilter::from(Local::filter().a(1)).matches(&Local { a: 1, b: 2 }));
}
