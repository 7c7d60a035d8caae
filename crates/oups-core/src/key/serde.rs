//! Keys and their schemas in a user's documents: configurations, messages, logs. Behind the feature `serde`.
//!
//! A key is written as its path text, which is one to one. The derive does not implement `Serialize`: that choice is
//! left to the struct's author. [`key_text`] and [`KeyText`] write the path text wherever the author wants it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_core::de::{Deserialize, DeserializeSeed, Deserializer, Error as _};
use serde_core::ser::{Error as _, Serialize, SerializeStruct, Serializer};

use super::{AnyKey, KeySchema, Separator, TopLevel};

/// A key as its path text, for places that [`key_text`] does not reach, such as lists and maps.
///
/// ```
/// # use oups_core as oups;
/// # #[derive(oups_derive::TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// # #[oups(crate = "oups_core")]
/// # struct Measure { quantity: String, city: String }
/// use oups::key::KeyText;
///
/// // struct Measure { quantity: String, city: String }
/// let watched: Vec<KeyText<Measure>> = serde_json::from_str(r#"["wind-oslo", "temperature-berlin"]"#)?;
/// assert_eq!(watched[1].0.city, "berlin");
/// assert_eq!(serde_json::to_string(&watched)?, r#"["wind-oslo","temperature-berlin"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyText<K>(pub K);

impl<K: TopLevel> Serialize for KeyText<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        key_text::serialize(&self.0, serializer)
    }
}

impl<'de, K: TopLevel> Deserialize<'de> for KeyText<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        key_text::deserialize(deserializer).map(Self)
    }
}

/// A field that is a key, as its path text: `#[serde(with = "oups::key_text")]`.
pub mod key_text {
    use super::{Cow, Deserialize, Deserializer, Serializer};
    use crate::key::TopLevel;
    use serde_core::{de, ser};

    /// Writes a key as its path text.
    ///
    /// # Errors
    ///
    /// If the key has no path: see [`TopLevel::to_path`].
    pub fn serialize<K: TopLevel, S: Serializer>(key: &K, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&key.to_path().map_err(ser::Error::custom)?)
    }

    /// Reads a key from its path text.
    ///
    /// # Errors
    ///
    /// If the text is not the path of a `K`; the message says what is expected.
    pub fn deserialize<'de, K: TopLevel, D: Deserializer<'de>>(deserializer: D) -> Result<K, D::Error> {
        K::from_path(&Cow::<str>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Writes the path text. Reading it back needs the schema: a [`KeySchema`] is the [`DeserializeSeed`] of its keys.
impl Serialize for AnyKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_path().map_err(S::Error::custom)?)
    }
}

/// Reads a key of this schema from its path text.
///
/// ```
/// use oups_core::key::{KeySchema, Separator};
/// use serde_core::de::DeserializeSeed;
///
/// let schema = KeySchema::parse("city:str,number:int", Separator::Dash)?;
/// let key = (&schema).deserialize(&serde_json::json!("berlin-7"))?;
/// assert_eq!(key.get("number"), Some(&7.into()));
/// assert_eq!(serde_json::to_value(&key)?, "berlin-7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'de> DeserializeSeed<'de> for &KeySchema {
    type Value = AnyKey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<AnyKey, D::Error> {
        AnyKey::parse(self, &Cow::<str>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

const FIELDS: &str = "fields";
const SEPARATOR: &str = "separator";

/// `{"fields": "city:str/frequency:str", "separator": "-"}`
impl Serialize for KeySchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut schema = serializer.serialize_struct("KeySchema", 2)?;
        schema.serialize_field(FIELDS, &self.levels_text())?;
        schema.serialize_field(SEPARATOR, &self.separator().to_string())?;
        schema.end()
    }
}

/// The separator may be missing and is `-` then.
impl<'de> Deserialize<'de> for KeySchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = BTreeMap::<Cow<'de, str>, Cow<'de, str>>::deserialize(deserializer)?;
        if let Some(other) = parts.keys().find(|name| !matches!(&***name, FIELDS | SEPARATOR)) {
            return Err(D::Error::unknown_field(other, &[FIELDS, SEPARATOR]));
        }
        let fields = parts.get(FIELDS).ok_or_else(|| D::Error::missing_field(FIELDS))?;
        let separator = parts.get(SEPARATOR).map(|text| text.parse()).transpose();
        let separator: Option<Separator> = separator.map_err(D::Error::custom)?;
        Self::parse(fields, separator.unwrap_or_default()).map_err(D::Error::custom)
    }
}
