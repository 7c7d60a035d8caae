//! Keys in documents, with serde.

use std::collections::BTreeMap;

use oups::key::{AnyKey, KeySchema, KeyText, Separator};
use oups::{SubLevel, TopLevel};
use serde::de::DeserializeSeed;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Measure {
    quantity: String,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    hours: u8,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Alarm {
    #[serde(with = "oups::key_text")]
    on: Measure,
    above: f64,
    quiet: BTreeMap<KeyText<Measure>, u32>,
}

fn measure(quantity: &str, hours: u8) -> Measure {
    Measure { quantity: quantity.into(), sampling: Sampling { hours } }
}

#[test]
fn a_key_is_its_path_text() {
    let alarm =
        Alarm { on: measure("wind speed", 1), above: 30.0, quiet: BTreeMap::from([(KeyText(measure("a/b", 24)), 3)]) };
    let document = json!({ "on": "wind speed/1", "above": 30.0, "quiet": { "a%2Fb/24": 3 } });
    assert_eq!(serde_json::to_value(&alarm).unwrap(), document);
    assert_eq!(serde_json::from_value::<Alarm>(document).unwrap(), alarm);
    // This text has escapes of JSON, so the path in it cannot be borrowed.
    let escaped = r#"{ "on": "wind\u0020speed/1", "above": 30.0, "quiet": { "a%2Fb/24": 3 } }"#;
    assert_eq!(serde_json::from_str::<Alarm>(escaped).unwrap(), alarm);
}

#[test]
fn a_text_that_is_no_key_is_refused_with_the_reason() {
    let read = |text: &str| serde_json::from_value::<KeyText<Measure>>(json!(text)).unwrap_err().to_string();
    assert_eq!(read("wind"), "key `wind` has 1 level(s); `quantity:str/hours:u8` has 2");
    assert!(read("wind/300").contains("field `sampling.hours`") || read("wind/300").contains("field `hours`"));
    let long = KeyText(measure(&"x".repeat(300), 1));
    assert!(serde_json::to_string(&long).unwrap_err().to_string().contains("a part of a path may have 200"));
}

#[test]
fn schemas_and_keys_without_a_struct_read_back() {
    for separator in [Separator::Dash, Separator::Underscore, Separator::Space] {
        let schema = KeySchema::parse("city:str,number:int/on:bool", separator).unwrap();
        let document = serde_json::to_string(&schema).unwrap();
        let read: KeySchema = serde_json::from_str(&document).unwrap();
        assert_eq!((read.to_string(), read.separator()), (schema.to_string(), separator));
        let key = AnyKey::from_texts(&schema, &["new-york", "7", "true"]).unwrap();
        let value = serde_json::to_value(&key).unwrap();
        assert_eq!(value, key.to_path().unwrap());
        assert_eq!((&read).deserialize(&value).unwrap(), key);
    }
    assert_eq!(serde_json::from_str::<KeySchema>(r#"{"fields": "a:str"}"#).unwrap().to_string(), "a:str");
    let refused = |document: &str| serde_json::from_str::<KeySchema>(document).unwrap_err().to_string();
    assert!(refused(r#"{"fields": "a:float"}"#).contains("at character 3: expected a type"));
    assert!(refused(r#"{"fields": "a:str", "separator": "/"}"#).contains('/'));
    assert!(refused(r#"{"fields": "a:str", "seperator": "-"}"#).contains("unknown field `seperator`"));
    assert!(refused("{}").contains("missing field `fields`"));
}
