//! `oups.json`: the schema of a store's keys, exactly as `docs/format.md` says.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use super::checksum::{self, PLACEHOLDER};
use crate::key::{Field, KeySchema, Level};
use crate::{Error, Result};

/// The format version that is written, and the newest that is read.
const VERSION: u64 = 1;
const FORMAT: &str = "oups store";
/// Marks the position of the checksum's digits, which follow it.
const MARKER: &str = "\"checksum";

/// The bytes of the file for a schema.
pub(crate) fn encode(schema: &KeySchema) -> Vec<u8> {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_text(&mut text, schema);
    let mut bytes = text.into_bytes();
    let sealed = checksum::seal(&mut bytes, MARKER);
    debug_assert!(sealed.is_some(), "the text ends with the placeholder");
    bytes
}

fn write_text(out: &mut String, schema: &KeySchema) -> std::fmt::Result {
    writeln!(out, "{{")?;
    writeln!(out, "  \"format\": {},", quote(FORMAT))?;
    writeln!(out, "  \"version\": {VERSION},")?;
    writeln!(out, "  \"separator\": {},", quote(&schema.separator().to_string()))?;
    writeln!(out, "  \"levels\": [")?;
    for (at, level) in schema.levels().iter().enumerate() {
        writeln!(out, "    {{")?;
        if let Some(name) = &level.name {
            writeln!(out, "      \"name\": {},", quote(name))?;
        }
        writeln!(out, "      \"fields\": [")?;
        for (at, field) in level.fields.iter().enumerate() {
            let (name, type_name) = (quote(&field.name), quote(field.field_type.name()));
            writeln!(out, "        {{ \"name\": {name}, \"type\": {type_name} }}{}", comma(at, level.fields.len()))?;
        }
        writeln!(out, "      ]")?;
        writeln!(out, "    }}{}", comma(at, schema.levels().len()))?;
    }
    writeln!(out, "  ],")?;
    writeln!(out, "  {MARKER}\": \"{PLACEHOLDER}\"")?;
    writeln!(out, "}}")
}

fn quote(text: &str) -> String {
    Value::from(text).to_string()
}

fn comma(at: usize, count: usize) -> &'static str {
    if at + 1 < count { "," } else { "" }
}

/// The schema in a file's bytes.
///
/// # Errors
///
/// [`Error::Damaged`] if any byte was changed, or oups did not write the file; [`Error::NewerFormat`] if a newer oups
/// wrote it.
pub(crate) fn decode(path: &Path, mut bytes: Vec<u8>) -> Result<KeySchema> {
    let damaged = |detail: String| Error::Damaged { path: path.to_owned(), detail };
    let carried = checksum::carried(&bytes, MARKER);
    if checksum::unseal(&mut bytes, MARKER).is_none() {
        return Err(damaged(match carried {
            None => "it has no checksum: oups did not write it, or it was cut off".to_owned(),
            Some(found) => {
                format!("its content does not have the checksum that it names ({found:032x}): it was changed")
            }
        }));
    }
    let file: Value = serde_json::from_slice(&bytes).map_err(|error| damaged(format!("it is not JSON: {error}")))?;
    let (format, version) = (file.get("format").and_then(Value::as_str), file.get("version").and_then(Value::as_u64));
    match (format, version) {
        (Some(FORMAT), Some(VERSION)) => {}
        (Some(FORMAT), Some(found)) if found > VERSION => {
            return Err(Error::NewerFormat { path: path.to_owned(), found, supported: VERSION });
        }
        _ => {
            return Err(damaged(format!(
                "expected format `{FORMAT}`, version {VERSION}; found {format:?}, {version:?}"
            )));
        }
    }
    schema(&file).map_err(damaged)
}

/// The schema of a file of this version; the error says what is missing or wrong.
fn schema(file: &Value) -> Result<KeySchema, String> {
    let separator = text(file, "separator")?.parse().map_err(|error| format!("{error}"))?;
    let levels = list(file, "levels")?.iter().map(level).collect::<Result<_, _>>()?;
    KeySchema::new(separator, levels).map_err(|error| error.to_string())
}

fn level(level: &Value) -> Result<Level, String> {
    let name = match level.get("name") {
        None => None,
        Some(_) => Some(text(level, "name")?.to_owned()),
    };
    Ok(Level { name, fields: list(level, "fields")?.iter().map(field).collect::<Result<_, _>>()? })
}

fn field(field: &Value) -> Result<Field, String> {
    let field_type = text(field, "type")?.parse().map_err(|error| format!("{error}"))?;
    Ok(Field { name: text(field, "name")?.to_owned(), field_type })
}

fn text<'a>(object: &'a Value, member: &str) -> Result<&'a str, String> {
    object.get(member).and_then(Value::as_str).ok_or_else(|| format!("`{member}` is not a text"))
}

fn list<'a>(object: &'a Value, member: &str) -> Result<&'a [Value], String> {
    object.get(member).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| format!("`{member}` is not a list"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{FieldType, Separator};

    fn measure() -> KeySchema {
        let field = |name: &str, field_type| Field { name: name.to_owned(), field_type };
        let levels = vec![
            Level { name: None, fields: vec![field("quantity", FieldType::Str), field("größe", FieldType::U8)] },
            Level { name: Some("sampling".to_owned()), fields: vec![field("checksum", FieldType::Text)] },
        ];
        KeySchema::new(Separator::Underscore, levels).unwrap()
    }

    fn decode(bytes: &[u8]) -> Result<KeySchema> {
        super::decode(Path::new("oups.json"), bytes.to_vec())
    }

    fn sealed(text: &str) -> Vec<u8> {
        let mut bytes = text.replace("CHECKSUM", PLACEHOLDER).into_bytes();
        crate::format::checksum::seal(&mut bytes, MARKER).unwrap();
        bytes
    }

    #[test]
    fn the_file_is_as_documented() {
        let text = String::from_utf8(encode(&measure())).unwrap();
        insta::assert_snapshot!(text);
        assert_eq!(decode(text.as_bytes()).unwrap(), measure());
    }

    #[test]
    fn the_example_of_the_documentation_is_a_file() {
        let schema = KeySchema::parse("quantity:str,city:str/frequency:str", Separator::Dash).unwrap();
        let mut levels = schema.levels().to_vec();
        levels[1].name = Some("sampling".to_owned());
        let file = String::from_utf8(encode(&KeySchema::new(Separator::Dash, levels).unwrap())).unwrap();
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let documented: String = ["format.md", "format-oups-json.md"]
            .iter()
            .filter_map(|name| std::fs::read_to_string(docs.join(name)).ok())
            .collect();
        assert!(documented.contains(&format!("```json\n{file}```")), "{file}");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let file = encode(&measure());
        for at in 0..file.len() {
            for change in 1..=255 {
                let mut changed = file.clone();
                changed[at] ^= change;
                let result = decode(&changed);
                assert!(matches!(result, Err(Error::Damaged { .. })), "byte {at} ^ {change}: {result:?}");
            }
            let mut longer = file.clone();
            longer.insert(at, b' ');
            for other in [file[..at].to_vec(), [&file[..at], &file[at + 1..]].concat(), longer] {
                assert!(matches!(decode(&other), Err(Error::Damaged { .. })), "byte {at} missing or added");
            }
        }
    }

    #[test]
    fn a_newer_file_is_named_whatever_it_holds() {
        let newer = sealed("{\"format\": \"oups store\", \"version\": 7, \"levels\": 3, \"checksum\": \"CHECKSUM\"}\n");
        assert!(matches!(decode(&newer), Err(Error::NewerFormat { found: 7, supported: 1, .. })));
        let mut damaged = newer;
        damaged[40] ^= 1;
        assert!(matches!(decode(&damaged), Err(Error::Damaged { .. })));
    }

    #[test]
    fn unknown_members_are_ignored() {
        let text = String::from_utf8(encode(&measure())).unwrap();
        let (before, digits) = text.rsplit_once("\"checksum\": \"").unwrap();
        let longer = format!("{before}\"more\": [1],\n  \"checksum\": \"{PLACEHOLDER}{}", &digits[32..]);
        assert_eq!(decode(&sealed(&longer)).unwrap(), measure());
    }

    #[test]
    fn foreign_files_are_damaged() {
        for text in [
            "",
            "{}",
            "{\"checksum\": \"CHECKSUM\"}",
            "not JSON \"checksum\": \"CHECKSUM\"",
            "{\"format\": \"other\", \"version\": 9, \"checksum\": \"CHECKSUM\"}",
            "{\"format\": \"oups store\", \"version\": 0, \"checksum\": \"CHECKSUM\"}",
            "{\"format\": \"oups store\", \"version\": 1, \"separator\": \"-\", \"levels\": [], \"checksum\": \"CHECKSUM\"}",
            "{\"format\": \"oups store\", \"version\": 1, \"separator\": \".\", \"levels\": [], \"checksum\": \"CHECKSUM\"}",
            "{\"format\": \"oups store\", \"version\": 1, \"separator\": \"-\", \"levels\": [{\"fields\": [{\"name\": \"a\", \"type\": \"f64\"}]}], \"checksum\": \"CHECKSUM\"}",
        ] {
            let bytes = if text.contains("CHECKSUM") { sealed(text) } else { text.as_bytes().to_vec() };
            let error = decode(&bytes).unwrap_err();
            assert!(
                matches!(error, Error::Damaged { .. }) && error.to_string().contains("oups.json"),
                "{text}: {error}"
            );
        }
    }
}
