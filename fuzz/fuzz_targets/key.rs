//! Texts of key schemas, keys and filters: each is refused, or is the only text of its value.
//!
//! The first line is a schema, the second a key, the others are conditions of a filter.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oups_core::{AnyKey, KeyFilter, KeySchema, Separator};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let separator = lines.next().and_then(|line| line.parse::<Separator>().ok()).unwrap_or_default();
    let Ok(schema) = KeySchema::parse(lines.next().unwrap_or_default(), separator) else { return };
    let again = KeySchema::parse(&schema.levels_text(), separator).expect("a schema's own text");
    assert_eq!(schema, again);
    let key = lines.next().unwrap_or_default();
    let filter = KeyFilter::parse(&schema, lines);
    let Ok(key_value) = AnyKey::parse(&schema, key) else { return };
    assert_eq!(key_value.to_path().expect("a key that was read"), key);
    assert!(key.split('/').all(|part| !part.is_empty() && part.len() <= 200 && !part.contains(['.', '\\', '\0'])));
    let rebuilt = AnyKey::new(&schema, key_value.values().to_vec()).expect("the values of a key");
    assert_eq!(rebuilt, key_value);
    if let Ok(filter) = filter {
        let _ = filter.matches(&key_value);
    }
});
