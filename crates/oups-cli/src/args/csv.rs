//! The options that describe how CSV files are written.

use clap::Args;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct Csv {
    /// Read this text as null: in CSV a field, in JSON a string; can be given several times
    #[arg(long, value_name = "TEXT", requires = "input")]
    pub(crate) null: Vec<String>,
    /// What separates the fields of CSV: one character, or `tab`; by default a comma, in .tsv a tab
    #[arg(long, value_name = "CHAR", value_parser = character, requires = "input")]
    pub(crate) delimiter: Option<Character>,
    /// What quotes the texts of CSV: one character, or `none`; by default `"`
    #[arg(long, value_name = "CHAR", value_parser = character_or_none, requires = "input")]
    pub(crate) quote: Option<CharacterOrNone>,
    /// Leave out lines of CSV that begin with this character
    #[arg(long, value_name = "CHAR", value_parser = character, requires = "input")]
    pub(crate) comment: Option<Character>,
    /// Read a comma in numbers of CSV as the decimal point: `12,5`
    #[arg(long, requires = "input")]
    pub(crate) decimal_comma: bool,
}

/// One ASCII character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Character(pub(crate) u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CharacterOrNone(pub(crate) Option<u8>);

fn character(text: &str) -> Result<Character, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Ok(Character(*byte)),
        b"tab" | b"\\t" => Ok(Character(b'\t')),
        _ => Err("expected one character of ASCII, or `tab`".to_owned()),
    }
}

fn character_or_none(text: &str) -> Result<CharacterOrNone, String> {
    match text {
        "none" | "" => Ok(CharacterOrNone(None)),
        other => character(other).map(|character| CharacterOrNone(Some(character.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_one_character() {
        for (text, expected) in [(";", b';'), ("tab", b'\t'), ("\\t", b'\t'), (" ", b' ')] {
            assert_eq!(character(text), Ok(Character(expected)));
        }
        for wrong in ["", ";;", "ü", "\n", "none"] {
            assert!(character(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(character_or_none("none"), Ok(CharacterOrNone(None)));
        assert_eq!(character_or_none("'"), Ok(CharacterOrNone(Some(b'\''))));
    }
}
