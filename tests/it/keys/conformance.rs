//! The recorded cases of keys and their paths.

use oups::AnyKey;
use oups::key::{Field, FieldValue, KeySchema, Level};
use serde_json::Value;

/// The levels of a case's schema, the outermost first.
fn levels(name: Option<&str>, fields: &Value, out: &mut Vec<Level>) {
    let at = out.len();
    out.push(Level { name: name.map(str::to_owned), fields: Vec::new() });
    for field in fields.as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        match field["type"].as_str() {
            Some(field_type) => {
                let field_type = field_type.parse().unwrap();
                out[at].fields.push(Field { name: name.to_owned(), field_type });
            }
            None => levels(Some(name), &field["type"]["fields"], out),
        }
    }
}

fn values(values: &Value, out: &mut Vec<FieldValue>) {
    for value in values.as_array().unwrap() {
        match value {
            Value::Array(_) => self::values(value, out),
            Value::String(text) => out.push(text.as_str().into()),
            number => out.push(number.as_i64().unwrap().into()),
        }
    }
}

#[test]
fn keys_have_the_recorded_paths() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/conformance/keys.json");
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 30);
    for case in cases {
        let mut found = (Vec::new(), Vec::new());
        levels(None, &case["schema"], &mut found.0);
        values(&case["values"], &mut found.1);
        let separator = case["separator"].as_str().unwrap().parse().unwrap();
        let schema = KeySchema::new(separator, found.0).unwrap();
        let key = AnyKey::new(&schema, found.1).unwrap();
        let path = case["path"].as_str().unwrap();
        assert_eq!(key.to_path().as_deref(), Ok(path), "{case}");
        assert_eq!(AnyKey::parse(&schema, path).as_ref(), Ok(&key), "{case}");

        // The text form of the same schema makes the same paths.
        let same = KeySchema::parse(&schema.levels_text(), separator).unwrap();
        assert!(same.is_compatible(&schema));
        assert_eq!(key.schema(), &schema);
    }
}
