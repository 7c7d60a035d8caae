//! The values of JSON as written: numbers keep all digits, objects and lists are not parsed yet.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::input::wrong::shown;
use crate::text::Written;

/// One value of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Object(&'a str),
    List(&'a str),
}

/// The names and values of an object, in its order. A name may come twice.
#[derive(Debug)]
pub(super) struct Members<'a>(pub(super) Vec<(Name<'a>, &'a RawValue)>);

#[derive(Debug)]
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'a> Token<'a> {
    /// The token of a value. A text that is one of `nulls` is null. `None` for a text with half of a surrogate pair.
    pub(super) fn of(raw: &'a RawValue, nulls: &[String]) -> Option<Self> {
        let raw = raw.get();
        Some(match raw.as_bytes().first() {
            Some(b'n') | None => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'{') => Self::Object(raw),
            Some(b'[') => Self::List(raw),
            Some(b'"') => match unescaped(raw)? {
                text if nulls.iter().any(|null| *null == text) => Self::Null,
                text => Self::Text(text),
            },
            Some(_) => Self::Number(raw),
        })
    }

    /// The value, if it has no parts and is not null.
    pub(super) fn leaf(&self) -> Option<Written<'_>> {
        Some(match self {
            Self::Bool(value) => Written::Bool(*value),
            Self::Number(number) => Written::Number(number),
            Self::Text(text) => Written::String(text),
            Self::Null | Self::Object(_) | Self::List(_) => return None,
        })
    }

    /// The value as an error shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Object(raw) | Self::List(raw) => shown(raw),
            leaf => leaf.leaf().map(|value| shown(value.text())).unwrap_or_default(),
        }
    }
}

fn unescaped(raw: &str) -> Option<Cow<'_, str>> {
    match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => Some(Cow::Borrowed(text)),
        _ => serde_json::from_str(raw).ok().map(Cow::Owned),
    }
}

/// The items of a list.
pub(super) fn items(list: &str) -> serde_json::Result<Vec<&RawValue>> {
    serde_json::from_str(list)
}

/// The members of an object.
pub(super) fn members(object: &str) -> serde_json::Result<Members<'_>> {
    serde_json::from_str(object)
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfMembers(PhantomData))
    }
}

struct OfMembers<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for OfMembers<'a> {
    type Value = Members<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'a>, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OfName(PhantomData))
    }
}

struct OfName<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for OfName<'a> {
    type Value = Name<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'a>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'a>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_are_written() {
        let text = r#"{"a":1.50e+3,"b\n":"gr\u00fc\u00dfe \"x\"","c":null,"d":[1, {"e":2}],"f":true,"a":18446744073709551616}"#;
        let members = members(text).unwrap().0;
        let names: Vec<_> = members.iter().map(|(name, _)| name.0.as_ref()).collect();
        assert_eq!(names, ["a", "b\n", "c", "d", "f", "a"]);
        let tokens: Vec<_> = members.iter().map(|(_, raw)| Token::of(raw, &[]).unwrap()).collect();
        assert_eq!(tokens[0], Token::Number("1.50e+3"));
        assert_eq!(tokens[1], Token::Text("grüße \"x\"".into()));
        assert_eq!(tokens[3], Token::List("[1, {\"e\":2}]"));
        assert_eq!(tokens[5], Token::Number("18446744073709551616"));
        assert_eq!([tokens[2].leaf(), tokens[4].leaf()], [None, Some(Written::Bool(true))]);
        assert_eq!(items("[1, {\"e\":2}]").unwrap().len(), 2);
    }

    #[test]
    fn half_a_character_is_not_a_text() {
        let members = members(r#"{"a":"\ud800"}"#).unwrap().0;
        assert_eq!(Token::of(members[0].1, &[]), None);
    }
}
