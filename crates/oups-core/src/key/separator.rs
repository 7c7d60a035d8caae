//! The character between the fields of one level.

use std::fmt;
use std::str::FromStr;

use super::KeyError;

/// The character that joins the fields of one level of a key in its path: one of `- _ = @ + , ~` or a space.
///
/// # Examples
///
/// ```
/// use oups_core::key::Separator;
///
/// assert_eq!("_".parse(), Ok(Separator::Underscore));
/// assert_eq!(Separator::default().as_char(), '-');
/// assert!("/".parse::<Separator>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Separator {
    /// `-`, the default.
    #[default]
    Dash,
    /// `_`
    Underscore,
    /// `=`
    Equals,
    /// `@`
    At,
    /// `+`
    Plus,
    /// `,`
    Comma,
    /// `~`
    Tilde,
    /// A space.
    Space,
}

impl Separator {
    /// Every separator.
    pub const ALL: [Self; 8] =
        [Self::Dash, Self::Underscore, Self::Equals, Self::At, Self::Plus, Self::Comma, Self::Tilde, Self::Space];

    /// The character.
    pub const fn as_char(self) -> char {
        match self {
            Self::Dash => '-',
            Self::Underscore => '_',
            Self::Equals => '=',
            Self::At => '@',
            Self::Plus => '+',
            Self::Comma => ',',
            Self::Tilde => '~',
            Self::Space => ' ',
        }
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_char(), f)
    }
}

impl TryFrom<char> for Separator {
    type Error = KeyError;

    fn try_from(c: char) -> Result<Self, KeyError> {
        Self::ALL
            .into_iter()
            .find(|separator| separator.as_char() == c)
            .ok_or_else(|| KeyError::Separator { found: c.to_string() })
    }
}

impl FromStr for Separator {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::ALL
            .into_iter()
            .find(|separator| text.strip_prefix(separator.as_char()) == Some(""))
            .ok_or_else(|| KeyError::Separator { found: text.to_owned() })
    }
}
