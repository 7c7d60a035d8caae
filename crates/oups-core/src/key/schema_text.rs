//! The text form of a key schema: `quantity:str,city:str/frequency:str`.

use std::fmt;

use super::schema::is_name;
use super::{Field, FieldType, KeyError, KeySchema, Level, Separator};

impl KeySchema {
    /// Reads the text form: levels joined by `/`, fields of a level by `,`, each a name, `:` and a type.
    ///
    /// Types are `str`, `int` (64 bits), `bool`, `char`, Rust's integer names, and `text` (a type that only the program
    /// with the struct knows).
    ///
    /// # Errors
    ///
    /// [`KeyError::SchemaText`] with the character at which parsing failed; [`KeyError::SchemaRule`] if a level has a
    /// name twice.
    ///
    /// # Examples
    ///
    /// ```
    /// use oups_core::key::{KeySchema, Separator};
    ///
    /// let error = KeySchema::parse("city:str,population:float", Separator::Dash).unwrap_err();
    /// assert!(error.to_string().contains("at character 21: expected a type"));
    /// ```
    pub fn parse(text: &str, separator: Separator) -> Result<Self, KeyError> {
        let mut at = 1;
        let mut levels = Vec::new();
        for level in text.split('/') {
            let mut fields = Vec::new();
            for field in level.split(',') {
                fields.push(parse_field(text, at, field)?);
                at += field.chars().count() + 1;
            }
            levels.push(Level { name: None, fields });
        }
        Self::new(separator, levels)
    }

    /// The text form without the separator, as [`KeySchema::parse`] reads it.
    pub fn levels_text(&self) -> String {
        let level_text = |level: &Level| {
            let fields: Vec<_> = level.fields.iter().map(Field::to_string).collect();
            fields.join(",")
        };
        let levels: Vec<_> = self.levels().iter().map(level_text).collect();
        levels.join("/")
    }
}

/// Reads one `name:type`, which starts at character `at` of the whole text; blanks around its parts are allowed.
fn parse_field(text: &str, at: usize, field: &str) -> Result<Field, KeyError> {
    let refuse = |offset: usize, expected: String, found: &str| {
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
        Err(KeyError::SchemaText { schema: text.to_owned(), at: at + offset, expected, found })
    };
    let indent = |part: &str| part.chars().take_while(|c| c.is_whitespace()).count();

    let Some((name, type_name)) = field.split_once(':') else {
        return refuse(indent(field), "a field as `name:type`".to_owned(), field.trim());
    };
    if !is_name(name.trim()) {
        return refuse(indent(name), "a field's name, without blanks, `.` and `=`,".to_owned(), name.trim());
    }
    match type_name.trim().parse::<FieldType>() {
        Ok(field_type) => Ok(Field { name: name.trim().to_owned(), field_type }),
        Err(KeyError::Type { found, expected }) => {
            refuse(name.chars().count() + 1 + indent(type_name), format!("a type ({expected})"), &found)
        }
        Err(other) => Err(other),
    }
}

/// The text form, followed by the separator if it is not `-`.
impl fmt::Display for KeySchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.levels_text())?;
        match self.separator() {
            Separator::Dash => Ok(()),
            separator => write!(f, " (separator `{separator}`)"),
        }
    }
}

/// `name:type`
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.field_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<KeySchema, KeyError> {
        KeySchema::parse(text, Separator::Dash)
    }

    #[test]
    fn the_text_form_reads_back() {
        for text in ["a:str", "a:str,b:i64/c:u128/d:text", "a:str,b:i64/a:str,b:i64", "größe:char,r#x:bool"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(parse(" a : str , b:int / c:bool").unwrap().to_string(), "a:str,b:i64/c:bool");
        let other = KeySchema::parse("a:str", Separator::Space).unwrap();
        assert_eq!(other.to_string(), "a:str (separator ` `)");
    }

    #[test]
    fn errors_say_where_and_what() {
        for (text, at, found) in [
            ("", 1, "nothing"),
            ("a:str,", 7, "nothing"),
            ("a:str//b:str", 7, "nothing"),
            ("a:str/b", 7, "`b`"),
            ("a:str, b c:str", 8, "`b c`"),
            (":str", 1, "nothing"),
            ("a:", 3, "nothing"),
            ("é:float", 3, "`float`"),
            ("a:str:int", 3, "`str:int`"),
            ("a.b:str", 1, "`a.b`"),
        ] {
            match parse(text) {
                Err(KeyError::SchemaText { at: place, found: what, .. }) => {
                    assert_eq!((place, what.as_str()), (at, found), "{text:?}");
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
        assert!(matches!(parse("a:str,a:int"), Err(KeyError::SchemaRule { .. })));
    }

    #[test]
    fn names_of_several_levels_are_told_apart() {
        let schema = parse("a:str,b:int/a:str,c:int/a:str").unwrap();
        assert_eq!(schema.field_names().collect::<Vec<_>>(), ["a", "b", "level2.a", "c", "level2.level3.a"]);
        assert_eq!(schema.field_index("a"), Ok(0));
        assert_eq!(schema.field_index("c"), Ok(3));
        assert_eq!(schema.field_index("level2.c"), Ok(3));
        assert!(matches!(schema.field_index("d"), Err(KeyError::UnknownField { .. })));
        let schema = parse("b:int/a:str,c:int/a:str").unwrap();
        assert!(matches!(schema.field_index("a"), Err(KeyError::AmbiguousField { .. })));
    }
}
