//! Filters, typed and by name.

use oups::key::KeySchema;
use oups::{AnyKey, KeyFilter, SubLevel, TopLevel};
use proptest::prelude::*;

use super::shapes::{Weekday, untyped};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Measure {
    city: String,
    number: u64,
    weekday: Weekday,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
    letter: char,
}

fn key(city: &str, number: u64, frequency: &str) -> Measure {
    let sampling = Sampling { frequency: frequency.to_owned(), letter: 'x' };
    Measure { city: city.to_owned(), number, weekday: Weekday::Monday, sampling }
}

fn passing(filter: impl Into<KeyFilter>) -> Vec<String> {
    let filter = filter.into();
    let keys = [key("berlin", 5, "1D"), key("berlin", 50, "1h"), key("oslo", 5, "1h"), key("", 5, "*")];
    for key in &keys {
        assert_eq!(filter.matches(key), filter.matches(&untyped(key)));
    }
    keys.iter()
        .filter(|key| filter.matches(*key))
        .map(|key| format!("{}{}", key.city, key.sampling.frequency))
        .collect()
}

#[test]
fn typed_filters_take_literals() {
    assert_eq!(passing(Measure::filter()), ["berlin1D", "berlin1h", "oslo1h", "*"]);
    assert_eq!(passing(Measure::filter().city("berlin")), ["berlin1D", "berlin1h"]);
    assert_eq!(passing(Measure::filter().city(String::from("berlin")).number(5)), ["berlin1D"]);
    assert_eq!(passing(Measure::filter().number_in([5, 6]).city_in(["oslo", ""])), ["oslo1h", "*"]);
    assert_eq!(passing(Measure::filter().weekday(Weekday::Tuesday)), [""; 0]);
    assert_eq!(passing(Measure::filter().sampling(Sampling::filter().frequency("1h"))), ["berlin1h", "oslo1h"]);
    let sampling = Sampling::filter().letter('x').frequency_in(vec!["1h".to_owned()]);
    assert_eq!(passing(Measure::filter().city("oslo").sampling(sampling)), ["oslo1h"]);
    assert_eq!(passing(Measure::filter().sampling(Sampling::filter().letter('y'))), [""; 0]);
    assert_eq!(passing(Measure::filter().city("").sampling(Sampling::filter().frequency("*"))), ["*"]);
    assert_eq!(passing(Measure::filter().city("berlin").city("oslo")), ["oslo1h"]);
    assert_eq!(passing(Measure::filter().city_in([""; 0])), [""; 0]);
}

#[test]
fn filters_by_name_take_patterns() {
    let by_name = |conditions: &[&str]| passing(KeyFilter::parse(&Measure::schema(), conditions).unwrap());
    assert_eq!(by_name(&[]), ["berlin1D", "berlin1h", "oslo1h", "*"]);
    assert_eq!(by_name(&["city=ber*"]), ["berlin1D", "berlin1h"]);
    assert_eq!(by_name(&["city=ber*", "frequency=1D"]), ["berlin1D"]);
    assert_eq!(by_name(&["city=berlin", "city=o*"]), ["berlin1D", "berlin1h", "oslo1h"]);
    assert_eq!(by_name(&["sampling.frequency=1?"]), ["berlin1D", "berlin1h", "oslo1h"]);
    assert_eq!(by_name(&[r"frequency=\*"]), ["*"]);
    assert_eq!(by_name(&["city="]), ["*"]);
    assert_eq!(by_name(&["number=5"]), ["berlin1D", "oslo1h", "*"]);
    assert_eq!(by_name(&["number=5?"]), ["berlin1h"]);
}

proptest! {
    /// A filter for exactly one key accepts that key and no other.
    #[test]
    fn a_filter_for_a_key_finds_it(city in super::shapes::text(), number: u64, frequency in super::shapes::text()) {
        let wanted = key(&city, number, &frequency);
        let sampling = Sampling::filter().frequency(frequency.as_str()).letter('x');
        let filter: KeyFilter =
            Measure::filter().city(city.as_str()).number(number).weekday(Weekday::Monday).sampling(sampling).into();
        prop_assert!(filter.matches(&wanted));
        let (other_city, other_frequency) = (format!("{city}x"), format!("{frequency}x"));
        prop_assert!(!filter.matches(&key(&other_city, number, &frequency)));
        prop_assert!(!filter.matches(&key(&city, number.wrapping_add(1), &frequency)));
        prop_assert!(!filter.matches(&key(&city, number, &other_frequency)));
        prop_assert!(KeyFilter::all().matches(&wanted) && KeyFilter::all().is_all() && !filter.is_all());
    }
}

#[test]
fn a_filter_of_an_untyped_key() {
    let schema: KeySchema = Measure::schema();
    let filter = KeyFilter::all().with(&schema, "number", "7").unwrap();
    assert!(filter.matches(&AnyKey::parse(&schema, "%-7-Tuesday/1D-x").unwrap()));
    assert!(!filter.matches(&AnyKey::parse(&schema, "%-8-Tuesday/1D-x").unwrap()));
}
