//! The model of a checked input. The expansion sees nothing else.

use proc_macro2::{Ident, TokenStream};
use syn::{Path, Type, Visibility};

/// Whether a struct is the top level of a key or one below.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Top,
    Sub,
}

/// A struct that is a level of a key.
pub(crate) struct Level {
    pub(crate) kind: Kind,
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    /// The name of the typed filter.
    pub(crate) filter: Ident,
    pub(crate) krate: Path,
    pub(crate) separator: Separator,
    pub(crate) fields: Vec<Field>,
    pub(crate) sublevel: Option<Field>,
}

/// A field of a level.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The name for users, without `r#`.
    pub(crate) name: String,
    pub(crate) field_type: Type,
}

/// An enum of unit variants.
pub(crate) struct Choice {
    pub(crate) ident: Ident,
    pub(crate) krate: Path,
    pub(crate) variants: Vec<Variant>,
}

/// A variant and its text.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) text: String,
}

/// A separator, by the name of its variant in `oups::key::Separator`.
#[derive(Clone, Copy)]
pub(crate) struct Separator(&'static str);

impl Separator {
    pub(crate) const DEFAULT: Self = Self("Dash");

    const ALL: [(&'static str, &'static str); 8] = [
        ("-", "Dash"),
        ("_", "Underscore"),
        ("=", "Equals"),
        ("@", "At"),
        ("+", "Plus"),
        (",", "Comma"),
        ("~", "Tilde"),
        (" ", "Space"),
    ];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(separator, _)| *separator == text).map(|(_, name)| Self(name))
    }
}

impl quote::ToTokens for Separator {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        Ident::new(self.0, proc_macro2::Span::call_site()).to_tokens(tokens);
    }
}
