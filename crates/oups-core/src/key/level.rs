//! The traits that the derives implement: one level of a key, and the key as a whole.

use std::fmt::Debug;
use std::hash::Hash;

use super::path::check_length;
use super::{KeyError, KeyFilter, KeyReader, KeySchema, KeyWriter, LevelFilter, SchemaBuilder, Separator};

/// The key of a dataset: a struct that derives this.
///
/// It gives a key its path and the inverse, its schema and its filter. The derive writes the required items.
///
/// # Examples
///
/// ```
/// use oups_core::key::{SubLevel, TopLevel};
/// # use oups_derive::{SubLevel, TopLevel};
///
/// #[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// # #[oups(crate = "oups_core")]
/// struct Measure {
///     quantity: String,
///     city: String,
///     #[oups(sublevel)]
///     sampling: Sampling,
/// }
///
/// #[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// # #[oups(crate = "oups_core")]
/// struct Sampling {
///     frequency: String,
/// }
///
/// let key = Measure::from_path("temperature-berlin/1D")?;
/// assert_eq!(key.city, "berlin");
/// assert_eq!(key.to_path()?, "temperature-berlin/1D");
/// assert_eq!(Measure::schema().to_string(), "quantity:str,city:str/frequency:str");
/// # Ok::<(), oups_core::key::KeyError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the key of a dataset",
    label = "does not derive `TopLevel`",
    note = "add `#[derive(TopLevel)]` to the struct"
)]
pub trait TopLevel: Clone + Debug + Ord + Hash + Send + Sync + 'static {
    /// The typed filter, made by the derive.
    type Filter: Default + Into<KeyFilter>;

    /// The character that joins the fields of a level.
    const SEPARATOR: Separator;

    /// Adds the names and types of the fields to the schema: this level's and those of the levels below.
    fn describe(schema: &mut SchemaBuilder);

    /// Writes the fields of this level and of the levels below.
    fn write(&self, writer: &mut KeyWriter);

    /// Makes a key of the fields of a path.
    ///
    /// # Errors
    ///
    /// As [`TopLevel::from_path`], but text after the last field is not looked at.
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, KeyError>;

    /// The key's path below the store's root: one component for each level, joined by `/`.
    ///
    /// # Errors
    ///
    /// [`KeyError::TooLong`] if a component has more than 200 bytes; [`KeyError::NotOneToOne`] if the path does not
    /// read back as this key, which only a faulty `KeyField` of your own can cause.
    fn to_path(&self) -> Result<String, KeyError> {
        let path = path_unchecked(self);
        check_length(&path)?;
        let found = match Self::from_path(&path) {
            Ok(key) if key == *self => return Ok(path),
            Ok(other) => format!("{other:?}"),
            Err(error) => format!("an error ({error})"),
        };
        Err(KeyError::NotOneToOne { key: path, expected: format!("{self:?}"), found })
    }

    /// The key of a path.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not exactly the path of a key: [`Levels`](KeyError::Levels),
    /// [`Fields`](KeyError::Fields), [`Value`](KeyError::Value), [`NotCanonical`](KeyError::NotCanonical) or
    /// [`TooLong`](KeyError::TooLong).
    fn from_path(path: &str) -> Result<Self, KeyError> {
        let mut reader = KeyReader::new(path, Self::SEPARATOR, Self::schema)?;
        let key = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(key)
    }

    /// The names and types of the fields of all levels.
    fn schema() -> KeySchema {
        let mut schema = SchemaBuilder::new();
        Self::describe(&mut schema);
        schema.finish(Self::SEPARATOR)
    }

    /// A filter that lets every key pass. It has a method for each field, which narrows it down.
    ///
    /// # Examples
    ///
    /// ```
    /// # use oups_core::key::{KeyFilter, TopLevel};
    /// # use oups_derive::TopLevel;
    /// #[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    /// # #[oups(crate = "oups_core")]
    /// struct Station {
    ///     city: String,
    ///     number: u16,
    /// }
    ///
    /// let filter: KeyFilter = Station::filter().city("berlin").number_in([1, 2]).into();
    /// assert!(filter.matches(&Station { city: "berlin".to_owned(), number: 2 }));
    /// assert!(!filter.matches(&Station { city: "berlin".to_owned(), number: 3 }));
    /// ```
    fn filter() -> Self::Filter {
        Self::Filter::default()
    }
}

/// A level of a key below the outermost: a struct that derives this.
///
/// It is the last field of the level above, marked `#[oups(sublevel)]`, and is a folder of its own in the path. See
/// [`TopLevel`] for an example.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a level of a key",
    label = "does not derive `SubLevel`",
    note = "a field marked `#[oups(sublevel)]` is a struct that derives `SubLevel`"
)]
pub trait SubLevel: Clone + Debug + Ord + Hash + Send + Sync + 'static {
    /// The typed filter, made by the derive.
    type Filter: Default + Into<LevelFilter<Self>>;

    /// Adds the names and types of the fields to the schema: this level's and those of the levels below.
    fn describe(schema: &mut SchemaBuilder);

    /// Writes the fields of this level and of the levels below.
    fn write(&self, writer: &mut KeyWriter);

    /// Makes a level of the fields of a path.
    ///
    /// # Errors
    ///
    /// As [`TopLevel::read`].
    fn read(reader: &mut KeyReader<'_>) -> Result<Self, KeyError>;

    /// A filter that lets every key pass. It has a method for each field, which narrows it down.
    fn filter() -> Self::Filter {
        Self::Filter::default()
    }
}

/// The key's path, however long. `Display` shows it.
pub(super) fn path_unchecked<K: TopLevel>(key: &K) -> String {
    let mut writer = KeyWriter::path(K::SEPARATOR);
    key.write(&mut writer);
    writer.finish_path()
}

/// The key of a path. The derived `FromStr` calls this.
///
/// # Errors
///
/// As [`TopLevel::from_path`].
pub fn parse<K: TopLevel>(path: &str) -> Result<K, KeyError> {
    K::from_path(path)
}

/// Shows a key as its path, even a path that is too long for a file system. The derived `Display` calls this.
///
/// # Errors
///
/// The formatter's errors.
pub fn display<K: TopLevel>(key: &K, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    f.pad(&path_unchecked(key))
}
