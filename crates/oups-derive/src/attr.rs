//! Reads the `#[oups(…)]` attributes into values that keep their span in the source.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, LitStr, Path, Result};

use crate::gather::Gather;

/// The item that an attribute is on. It decides which settings the attribute may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    TopLevel,
    SubLevel,
    Field,
    Enum,
    Variant,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::TopLevel => "a `TopLevel` struct",
            Self::SubLevel => "a `SubLevel` struct",
            Self::Field => "a field",
            Self::Enum => "a `KeyField` enum",
            Self::Variant => "a variant",
        }
    }

    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::TopLevel => &["separator", "filter", "crate"],
            Self::SubLevel => &["filter", "crate"],
            Self::Enum => &["crate"],
            Self::Field => &["sublevel"],
            Self::Variant => &["rename"],
        }
    }
}

/// The settings in the attributes of one item.
#[derive(Default)]
pub(crate) struct Attrs {
    pub(crate) separator: Option<LitStr>,
    pub(crate) krate: Option<Path>,
    pub(crate) filter: Option<Ident>,
    pub(crate) sublevel: Option<Span>,
    pub(crate) rename: Option<LitStr>,
}

/// Reads all `#[oups(…)]` attributes of an item.
pub(crate) fn read(attributes: &[Attribute], place: Place, gather: &mut Gather) -> Attrs {
    let mut attrs = Attrs::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("oups")) {
        let result = attribute.parse_nested_meta(|meta| {
            // A setting that is only wrong is skipped. One that cannot be parsed ends the reading of this attribute.
            if let Some(error) = refused(&meta, place) {
                gather.push(error);
                return skip_value(&meta);
            }
            attrs.set(&meta, gather)
        });
        gather.ok(result);
    }
    attrs
}

impl Attrs {
    fn set(&mut self, meta: &ParseNestedMeta<'_>, gather: &mut Gather) -> Result<()> {
        let twice = if meta.path.is_ident("separator") {
            self.separator.replace(meta.value()?.parse()?).is_some()
        } else if meta.path.is_ident("rename") {
            self.rename.replace(meta.value()?.parse()?).is_some()
        } else if meta.path.is_ident("filter") {
            let text: LitStr = meta.value()?.parse()?;
            self.filter.replace(text.parse()?).is_some()
        } else if meta.path.is_ident("sublevel") {
            if meta.input.peek(syn::Token![=]) || meta.input.peek(syn::token::Paren) {
                gather.push(Error::new_spanned(&meta.path, "`sublevel` takes no value"));
                skip_value(meta)?;
            }
            self.sublevel.replace(meta.path.span()).is_some()
        } else {
            let text: LitStr = meta.value()?.parse()?;
            self.krate.replace(text.parse_with(Path::parse_mod_style)?).is_some()
        };
        if twice {
            gather.push(Error::new_spanned(&meta.path, format!("`{}` is given twice", name(meta))));
        }
        Ok(())
    }
}

/// The error for a setting that does not exist, or is not allowed on this item.
fn refused(meta: &ParseNestedMeta<'_>, place: Place) -> Option<Error> {
    let settings = place.settings();
    if settings.iter().any(|setting| meta.path.is_ident(setting)) {
        return None;
    }
    let message = if place == Place::SubLevel && meta.path.is_ident("separator") {
        "the separator is the same on all levels: set it on the `TopLevel` struct".to_owned()
    } else {
        let settings: Vec<_> = settings.iter().map(|setting| format!("`{setting}`")).collect();
        format!("unknown setting `{}`: {} takes {}", name(meta), place.name(), settings.join(", "))
    };
    Some(Error::new_spanned(&meta.path, message))
}

/// Skips the value of a refused setting, so that the next one is read too.
fn skip_value(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        meta.input.parse::<proc_macro2::Group>()?;
    }
    Ok(())
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    match meta.path.get_ident() {
        Some(ident) => ident.unraw().to_string(),
        None => meta.path.to_token_stream().to_string(),
    }
}
