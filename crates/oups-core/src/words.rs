//! Parts of error messages: names that may have been meant, and long texts shortened.

use std::borrow::Cow;

use arrow::error::ArrowError;

use crate::key::nearest;

/// How many characters of a value, a type or a caller's text an error shows.
const SHOWN: usize = 200;

/// An error lists all column names if they have together at most this many characters.
const LISTED: usize = 200;

/// The columns of a dataset, for the error about a column that it does not have: all if they are short, else the
/// nearest.
pub fn columns(asked: &str, names: &[String]) -> String {
    let all = names.join(", ");
    if all.chars().count() <= LISTED {
        return format!("the columns are {all}");
    }
    format!("there are {} columns, {}", names.len(), some(asked, names))
}

/// As [`columns`], for an error that says what was expected.
pub fn one_of_columns(asked: &str, names: &[String]) -> String {
    let all = names.join(", ");
    if all.chars().count() <= LISTED {
        return format!("one of the columns {all}");
    }
    format!("one of the {} columns ({})", names.len(), some(asked, names))
}

/// The columns nearest to the one asked for, or else the first ones.
fn some(asked: &str, names: &[String]) -> String {
    const SOME: usize = 3;
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{}`", short(name))).collect::<Vec<_>>().join(", ");
    match nearest(asked, names.iter().map(String::as_str), SOME).as_slice() {
        [] => {
            let first: Vec<_> = names.iter().take(SOME).map(String::as_str).collect();
            format!("such as {}", quoted(&first))
        }
        [one] => format!("the nearest is `{}`", short(one)),
        near => format!("the nearest are {}", quoted(near)),
    }
}

/// The text as an error shows it: the start and the end of a long one.
pub fn short(text: &str) -> Cow<'_, str> {
    shortened(text, SHOWN)
}

/// The text, or its start and end with `most` characters in all and a mark between them.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= most {
        return Cow::Borrowed(text);
    }
    let end = most / 3;
    let start: String = text.chars().take(most - end).collect();
    let end: String = text.chars().skip(count - end).collect();
    Cow::Owned(format!("{start} … {end}"))
}

/// The message of an Arrow error, without Arrow's name of its kind, which says nothing to the owner of the data.
pub fn words_of(error: &ArrowError) -> String {
    const LONGEST: usize = 400;
    let text = match error {
        ArrowError::ExternalError(source) => source.to_string(),
        ArrowError::OffsetOverflowError(_) => {
            "a column of texts, bytes or lists is larger than 2 GiB in one batch: give smaller batches".to_owned()
        }
        ArrowError::NotYetImplemented(text)
        | ArrowError::CastError(text)
        | ArrowError::MemoryError(text)
        | ArrowError::ParseError(text)
        | ArrowError::SchemaError(text)
        | ArrowError::ComputeError(text)
        | ArrowError::ArithmeticOverflow(text)
        | ArrowError::CsvError(text)
        | ArrowError::JsonError(text)
        | ArrowError::AvroError(text)
        | ArrowError::IoError(text, _)
        | ArrowError::IpcError(text)
        | ArrowError::InvalidArgumentError(text)
        | ArrowError::ParquetError(text)
        | ArrowError::CDataInterface(text) => text.clone(),
        other => other.to_string(),
    };
    shortened(&text, LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_columns_the_nearest_are_named() {
        let many: Vec<_> = (0..2000).map(|at| format!("sensor_{at:04}")).collect();
        let near = "there are 2000 columns, the nearest are `sensor_0042`, `sensor_0002`, `sensor_0012`";
        assert_eq!(columns("sensro_0042", &many), near);
        assert_eq!(columns("x", &many), "there are 2000 columns, such as `sensor_0000`, `sensor_0001`, `sensor_0002`");
        assert_eq!(columns("x", &many[..2]), "the columns are sensor_0000, sensor_0001");
        assert!(one_of_columns("time", &many).len() < 200);
    }

    #[test]
    fn long_texts_keep_their_ends() {
        assert_eq!(shortened("größe", 5), "größe");
        assert_eq!(shortened("0123456789abc", 9), "012345 … abc");
        assert!(matches!(short("x"), Cow::Borrowed(_)));
    }
}
