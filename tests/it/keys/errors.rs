//! Messages for refused keys, filters and schemas.

use oups::key::{KeySchema, Separator};
use oups::{AnyKey, KeyFilter, TopLevel};

use super::shapes::Own;

#[test]
fn messages_name_the_key_the_field_and_what_would_do() {
    let schema = KeySchema::parse("city:str,number:u8/frequency:str,city:str", Separator::Dash).unwrap();
    let mut lines = Vec::new();
    for path in [
        "",
        "/",
        "berlin-7",
        "berlin-7/1D-x/y",
        "berlin/1D-x",
        "berlin-7-8/1D-x",
        "berlin-x/1D-x",
        "berlin-07/1D-x",
        "berlin-256/1D-x",
        "ber%6Cin-7/1D-x",
        "ber.lin-7/1D-x",
        "b%e9-7/1D-x",
        "b%E9-7/1D-x",
        "b%-7/1D-x",
        "-7/1D-x",
        "a  b-7/1D-x",
    ] {
        lines.push(AnyKey::parse(&schema, path).unwrap_err().to_string());
    }
    let single = KeySchema::parse("name:str", Separator::Underscore).unwrap();
    for path in ["nul", "a_b", "%6eul"] {
        lines.push(AnyKey::parse(&single, path).unwrap_err().to_string());
    }
    for path in ["Wednesday-xy-1", "Tuesday-%-1", "Tuesday-x-01", "Tuesday-x"] {
        lines.push(Own::from_path(path).unwrap_err().to_string());
    }
    for condition in ["city", "citi=x", "frequenz=x", "altitude=x", "level2.city=x", "number=x", "number=7x?"] {
        lines.push(match KeyFilter::parse(&schema, [condition]) {
            Ok(_) => format!("{condition} is a filter"),
            Err(error) => error.to_string(),
        });
    }
    let ambiguous = KeySchema::parse("a:str/b:str/b:str", Separator::Dash).unwrap();
    lines.push(KeyFilter::parse(&ambiguous, ["b=1"]).unwrap_err().to_string());
    for (text, separator) in [("a:str,b:float", "-"), ("a:str,a:int", "-"), ("a", "-"), ("a:str", "/")] {
        let schema = separator.parse::<Separator>().and_then(|separator| KeySchema::parse(text, separator));
        lines.push(schema.unwrap_err().to_string());
    }
    lines.push(AnyKey::new(&schema, ["x".into()]).unwrap_err().to_string());
    lines.push(AnyKey::new(&schema, ["x".into(), (-1).into(), "y".into(), "z".into()]).unwrap_err().to_string());
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn another_stores_key_is_refused() {
    use oups::StoreKey;
    let schema = KeySchema::parse("a:str", Separator::Dash).unwrap();
    let key = AnyKey::parse(&schema, "x").unwrap();
    for other in [KeySchema::parse("b:str", Separator::Dash), KeySchema::parse("a:str", Separator::Plus)] {
        let error = key.path_text(&other.unwrap()).unwrap_err();
        assert!(matches!(error, oups::KeyError::OtherSchema { .. }), "{error}");
    }
}

/// A message in a terminal must not control the terminal.
#[test]
fn no_message_holds_a_control_character() {
    let schema = KeySchema::parse("city:str,number:u8/frequency:str", Separator::Dash).unwrap();
    let mut messages = Vec::new();
    for bad in ["\u{1b}[31m", "\u{7}", "\r", "\u{9b}2J"] {
        for path in
            [format!("{bad}-7/x"), format!("a-{bad}/x"), format!("a-7/{bad}"), format!("a-7/x/{bad}"), bad.into()]
        {
            messages.push(AnyKey::parse(&schema, &path).unwrap_err().to_string());
            messages.push(Own::from_path(&path).unwrap_err().to_string());
        }
        for condition in [format!("{bad}=x"), format!("number={bad}"), bad.to_owned()] {
            messages.extend(KeyFilter::parse(&schema, [&condition]).err().map(|error| error.to_string()));
        }
        for text in [format!("{bad}:str"), format!("a:{bad}"), format!("a:str,{bad}:str"), bad.to_owned()] {
            messages.push(KeySchema::parse(&text, Separator::Dash).unwrap_err().to_string());
        }
        messages.push(bad.parse::<Separator>().unwrap_err().to_string());
    }
    assert!(messages.len() >= 60, "{}", messages.len());
    for message in messages {
        assert!(!message.chars().any(char::is_control), "{message:?}");
    }
}
