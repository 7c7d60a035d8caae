//! Key → path → key is the identity for any key of every shape, and no other text is a path.

use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

use oups::key::{FieldValue, KeySchema, Separator};
use oups::{AnyKey, KeyError, StoreKey, TopLevel};
use proptest::prelude::*;

use super::shapes::{Check, each_shape, one, text, untyped};

/// The invariants of a component, written down independently of the encoder.
fn is_component(component: &str) -> bool {
    let reserved = |name: &str| {
        let name = name.to_lowercase();
        let port = |start: &str| {
            name.strip_prefix(start).is_some_and(|rest| rest.chars().count() == 1 && "0123456789¹²³".contains(rest))
        };
        ["con", "prn", "aux", "nul"].contains(&name.as_str()) || port("com") || port("lpt")
    };
    (1..=200).contains(&component.len())
        && component.chars().all(|c| c.is_alphanumeric() || "_-~=@+, %".contains(c))
        && !component.starts_with(' ')
        && !component.ends_with(' ')
        && !component.contains("  ")
        && !reserved(component)
}

struct RoundTrip;

impl Check for RoundTrip {
    fn check<K>(&self, a: &K, b: &K) -> Result<(), TestCaseError>
    where
        K: TopLevel + Display + FromStr<Err = KeyError>,
    {
        let path = match a.to_path() {
            Ok(path) => path,
            Err(error) => {
                prop_assert!(matches!(error, KeyError::TooLong { .. }), "{error}");
                prop_assert!(a.to_string().split('/').any(|component| component.len() > 200));
                prop_assert!(K::from_path(&a.to_string()).is_err());
                return Ok(());
            }
        };
        prop_assert!(path.split('/').all(is_component), "{path:?}");
        prop_assert_eq!(path.split('/').count(), K::schema().levels().len());
        prop_assert_eq!(&K::from_path(&path)?, a);
        prop_assert_eq!(&path.parse::<K>()?, a);
        prop_assert_eq!(&a.to_string(), &path);
        if let Ok(other) = b.to_path() {
            prop_assert_eq!(a == b, path == other);
        }
        Ok(())
    }
}

struct UntypedIsTheSame;

impl Check for UntypedIsTheSame {
    fn check<K>(&self, a: &K, b: &K) -> Result<(), TestCaseError>
    where
        K: TopLevel + Display + FromStr<Err = KeyError>,
    {
        let (any_a, any_b) = (untyped(a), untyped(b));
        prop_assert_eq!(a.cmp(b), any_a.cmp(&any_b));
        prop_assert_eq!(a == b, any_a == any_b);
        let state = RandomState::new();
        prop_assert_eq!(state.hash_one(&any_a), state.hash_one(untyped(a)));
        prop_assert_eq!(a.to_path(), any_a.to_path());
        prop_assert_eq!(a.to_string(), any_a.to_string());
        if let Ok(path) = a.to_path() {
            let parsed = AnyKey::parse(&K::schema(), &path)?;
            prop_assert_eq!(&parsed, &any_a);
            prop_assert_eq!(StoreKey::path_text(&parsed, &K::schema())?, path);
        }
        let names: Vec<_> = a.named_values(&K::schema()).into_iter().map(|(name, _)| name).collect();
        for (name, value) in names.iter().zip(a.values()) {
            prop_assert_eq!(any_a.get(name), Some(&value));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn keys_round_trip(seed: [u8; 32]) {
        each_shape(&mut runner(seed), RoundTrip)?;
    }

    #[test]
    fn untyped_keys_are_like_typed_ones(seed: [u8; 32]) {
        each_shape(&mut runner(seed), UntypedIsTheSame)?;
    }

    #[test]
    fn every_key_but_a_long_one_has_a_path(key in one()) {
        let fits = key.to_string().len() <= 200;
        prop_assert_eq!(key.to_path().is_ok(), fits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// A text is either the path of its key, or not a path.
    #[test]
    fn only_what_encoding_gives_is_a_path(
        path in prop_oneof![any::<String>(), "[a%0-9A-F -/]{0,10}", "([aà.1٣ _%-]|%[0-9A-Fa-f]{2}|/){0,6}", text()],
        separator in prop::sample::select(Separator::ALL.to_vec()),
        schema in prop::sample::select(vec!["a:str", "a:str,b:str", "a:str/b:i8", "a:char,b:bool/c:u128", "a:text/b:text/c:text"]),
    ) {
        let schema = KeySchema::parse(schema, separator)?;
        if let Ok(key) = AnyKey::parse(&schema, &path) {
            prop_assert_eq!(key.to_path()?, path);
        }
    }
}

/// Runs without shrinking, which would change the shape of the values: a failure shows its seed.
fn runner(seed: [u8; 32]) -> proptest::test_runner::TestRunner {
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

#[test]
fn values_are_typed() {
    let schema = KeySchema::parse("a:str,b:i8,c:u8,d:bool,e:char/f:text", Separator::Dash).unwrap();
    let key = AnyKey::parse(&schema, "x-%2D1-1-true-y/z").unwrap();
    let expected = ["x".into(), (-1).into(), 1_u8.into(), true.into(), 'y'.into(), FieldValue::Text("z".to_owned())];
    assert_eq!(key.values(), expected);
}
