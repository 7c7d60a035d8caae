//! Keys of several shapes, with strategies that make values of them.

use std::borrow::Cow;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use oups::{AnyKey, KeyError, KeyField, StoreKey, SubLevel, TopLevel};
use proptest::prelude::*;

/// Any text; difficult ones come more often than by chance.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[a%2D_=@+,~ -]{0,8}",
        " {0,3}[a-z]{0,2} {0,3}",
        "(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$)[.x]?",
        prop::sample::select(vec![
            "",
            ".",
            "..",
            "%",
            "%%",
            "%41",
            "%2",
            "/",
            "\\",
            "\0",
            "a/b",
            "a/../b",
            "é",
            "e\u{301}",
            "\u{feff}",
            "İ",
            "ß",
            "ſ",
            "\u{202e}x",
            "a\u{ad}b",
            "-1",
            "+1",
            "007",
            "\u{10ffff}",
            "👩‍👧",
            "a.lock",
            "oups",
            "x.opdmd",
        ])
        .prop_map(str::to_owned),
        (190_usize..210).prop_map(|length| "x".repeat(length)),
        (60_usize..70).prop_map(|length| "東".repeat(length)),
    ]
}

/// One text.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct One {
    pub(crate) text: String,
}

pub(crate) fn one() -> impl Strategy<Value = One> {
    text().prop_map(|text| One { text })
}

/// Three levels, the last with two fields of names that other levels have.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Deep {
    pub(crate) name: String,
    pub(crate) number: i128,
    #[oups(sublevel)]
    pub(crate) middle: Middle,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Middle {
    pub(crate) flag: bool,
    #[oups(sublevel)]
    pub(crate) inner: Inner,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) letter: char,
    pub(crate) large: u128,
}

pub(crate) fn deep() -> impl Strategy<Value = Deep> {
    let number = prop_oneof![any::<i128>(), -3..3_i128, Just(i128::MIN), Just(i128::MAX)];
    let large = prop_oneof![any::<u128>(), 0..20_u128, Just(u128::MAX)];
    let letter = prop_oneof![any::<char>(), prop::sample::select(vec!['-', ' ', '%', '.', '/', '\0'])];
    (text(), number, any::<bool>(), text(), letter, large).prop_map(|(name, number, flag, inner, letter, large)| Deep {
        name,
        number,
        middle: Middle { flag, inner: Inner { name: inner, letter, large } },
    })
}

/// Every width of integer.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Numbers {
    pub(crate) a: i8,
    pub(crate) b: u8,
    pub(crate) c: i16,
    pub(crate) d: u16,
    pub(crate) e: i32,
    pub(crate) f: u32,
    pub(crate) g: i64,
    pub(crate) h: u64,
    pub(crate) i: isize,
    pub(crate) j: usize,
}

pub(crate) fn numbers() -> impl Strategy<Value = Numbers> {
    any::<(i8, u8, i16, u16, i32, u32, i64, u64, isize, usize)>().prop_map(|(a, b, c, d, e, f, g, h, i, j)| Numbers {
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
    })
}

/// Fields of the user's own types.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Own {
    pub(crate) weekday: Weekday,
    pub(crate) pair: Pair,
    pub(crate) id: Id,
}

#[derive(KeyField, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Weekday {
    /// The texts have the order of the values, so that the untyped keys have it too.
    #[oups(rename = "")]
    Any,
    #[oups(rename = "1 mon")]
    Monday,
    Tuesday,
}

/// Two texts in one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pair(pub(crate) char, pub(crate) String);

impl KeyField for Pair {
    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}{}", self.0, self.1))
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        Some(Self(chars.next()?, chars.as_str().to_owned()))
    }
}

/// A number in a type of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(pub(crate) u16);

impl KeyField for Id {
    const TYPE: oups::key::FieldType = oups::key::FieldType::U16;

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

pub(crate) fn own() -> impl Strategy<Value = Own> {
    let weekday = prop::sample::select(vec![Weekday::Any, Weekday::Monday, Weekday::Tuesday]);
    (weekday, any::<char>(), text(), any::<u16>()).prop_map(|(weekday, c, text, id)| Own {
        weekday,
        pair: Pair(c, text),
        id: Id(id),
    })
}

/// One struct per separator, with two levels of the same fields.
macro_rules! separated {
    ($($module:ident: $separator:literal),*) => {
        $(pub(crate) mod $module {
            use super::*;

            #[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[oups(separator = $separator)]
            pub(crate) struct Key {
                pub(crate) first: String,
                pub(crate) number: i32,
                #[oups(sublevel)]
                pub(crate) below: Below,
            }

            #[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub(crate) struct Below {
                pub(crate) second: String,
            }

            pub(crate) fn key() -> impl Strategy<Value = Key> {
                (text(), any::<i32>(), text())
                    .prop_map(|(first, number, second)| Key { first, number, below: Below { second } })
            }
        })*

        /// Runs the check for one key of each shape.
        pub(crate) fn each_shape(
            keys: &mut proptest::test_runner::TestRunner,
            check: impl Check,
        ) -> Result<(), TestCaseError> {
            fn one_of<S: Strategy>(
                keys: &mut proptest::test_runner::TestRunner,
                strategy: S,
                check: &impl Check,
            ) -> Result<(), TestCaseError>
            where
                S::Value: TopLevel + Display + FromStr<Err = KeyError>,
            {
                let tree = |keys: &mut _| strategy.new_tree(keys).map(|tree| tree.current());
                let (a, b) = (tree(keys).unwrap(), tree(keys).unwrap());
                check.check(&a, &b)
            }
            $(one_of(keys, $module::key(), &check)?;)*
            one_of(keys, one(), &check)?;
            one_of(keys, deep(), &check)?;
            one_of(keys, numbers(), &check)?;
            one_of(keys, own(), &check)
        }
    };
}

use proptest::strategy::ValueTree;

separated!(
    dash: "-", underscore: "_", equals: "=", at: "@", plus: "+", comma: ",", tilde: "~", space: " "
);

/// A property of any two keys of one shape.
pub(crate) trait Check {
    fn check<K>(&self, a: &K, b: &K) -> Result<(), TestCaseError>
    where
        K: TopLevel + Display + FromStr<Err = KeyError>;
}

/// The untyped key with the same values.
pub(crate) fn untyped<K: TopLevel>(key: &K) -> AnyKey {
    AnyKey::new(&K::schema(), key.values()).expect("a struct's values fit its schema")
}
