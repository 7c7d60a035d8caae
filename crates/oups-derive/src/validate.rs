//! Checks every rule that an input can break. All errors are gathered, each at the offending token.

use proc_macro2::Span;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Fields, Generics, Path, Result, parse_quote};

use crate::attr::{self, Attrs, Place};
use crate::gather::Gather;
use crate::model::{Choice, Field, Kind, Level, Separator, Variant};

/// Checks a struct for a level of a key.
pub(crate) fn level(input: &DeriveInput, kind: Kind) -> Result<Level> {
    let mut gather = Gather::default();
    let (name, place) = match kind {
        Kind::Top => ("TopLevel", Place::TopLevel),
        Kind::Sub => ("SubLevel", Place::SubLevel),
    };
    let attrs = attr::read(&input.attrs, place, &mut gather);
    refuse_generics(&input.generics, &mut gather);
    let separator = separator(&attrs, &mut gather);
    let (fields, sublevel) = fields(input, name, &mut gather);
    gather.finish(Level {
        kind,
        ident: input.ident.clone(),
        visibility: input.vis.clone(),
        filter: attrs.filter.clone().unwrap_or_else(|| format_ident!("{}Filter", input.ident)),
        krate: krate(attrs),
        separator,
        fields,
        sublevel,
    })
}

/// Checks an enum for a field of keys.
pub(crate) fn choice(input: &DeriveInput) -> Result<Choice> {
    let mut gather = Gather::default();
    let attrs = attr::read(&input.attrs, Place::Enum, &mut gather);
    refuse_generics(&input.generics, &mut gather);
    let variants = variants(input, &mut gather);
    gather.finish(Choice { ident: input.ident.clone(), krate: krate(attrs), variants })
}

fn krate(attrs: Attrs) -> Path {
    attrs.krate.unwrap_or_else(|| parse_quote!(::oups))
}

fn refuse_generics(generics: &Generics, gather: &mut Gather) {
    for parameter in &generics.params {
        gather.push(Error::new_spanned(
            parameter,
            "a key has no generic parameters: its schema and paths are those of one concrete type",
        ));
    }
}

fn separator(attrs: &Attrs, gather: &mut Gather) -> Separator {
    let Some(literal) = &attrs.separator else {
        return Separator::DEFAULT;
    };
    Separator::parse(&literal.value()).unwrap_or_else(|| {
        let message = "a separator is one of `-`, `_`, `=`, `@`, `+`, `,`, `~` or a space";
        gather.push(Error::new_spanned(literal, message));
        Separator::DEFAULT
    })
}

/// The fields of the level, and the field that holds the next level.
fn fields(input: &DeriveInput, derive: &str, gather: &mut Gather) -> (Vec<Field>, Option<Field>) {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            Fields::Unnamed(fields) => {
                gather.push(Error::new_spanned(fields, "the fields of a key need names: filters and columns use them"));
                return (Vec::new(), None);
            }
            Fields::Unit => {
                gather.push(Error::new_spanned(&input.ident, "a level of a key needs at least one field"));
                return (Vec::new(), None);
            }
        },
        Data::Enum(data) => {
            let message = format!("`{derive}` is for structs; an enum of unit variants can be a field with `KeyField`");
            gather.push(Error::new(data.enum_token.span, message));
            return (Vec::new(), None);
        }
        Data::Union(data) => {
            gather.push(Error::new(data.union_token.span, format!("`{derive}` is for structs")));
            return (Vec::new(), None);
        }
    };
    if named.is_empty() {
        gather.push(Error::new_spanned(&input.ident, "a level of a key needs at least one field"));
    }

    let mut fields = Vec::new();
    let mut sublevels: Vec<(usize, Span, Field)> = Vec::new();
    for (at, field) in named.iter().enumerate() {
        let attrs = attr::read(&field.attrs, Place::Field, gather);
        let Some(ident) = field.ident.clone() else { continue };
        let field = Field { name: ident.unraw().to_string(), ident, field_type: field.ty.clone() };
        match attrs.sublevel {
            None => fields.push(field),
            Some(mark) => sublevels.push((at, mark, field)),
        }
    }
    (fields, sublevel(sublevels, named.len(), gather))
}

/// The sublevel, if there is one. It must be the last field, and not the only one.
fn sublevel(sublevels: Vec<(usize, Span, Field)>, count: usize, gather: &mut Gather) -> Option<Field> {
    let several = sublevels.len() > 1;
    let mut sublevels = sublevels.into_iter();
    let (at, mark, field) = sublevels.next()?;
    for (_, mark, _) in sublevels {
        gather.push(Error::new(mark, "a level has one sublevel; a further one goes into that"));
    }
    if count == 1 {
        gather.push(Error::new(mark, "a level needs a field of its own beside its sublevel"));
    } else if !several && at + 1 != count {
        gather.push(Error::new(mark, "the sublevel is the last field of its level: move it to the end"));
    }
    Some(field)
}

fn variants(input: &DeriveInput, gather: &mut Gather) -> Vec<Variant> {
    let message = "`KeyField` can be derived for an enum of unit variants; implement the trait for other types";
    let data = match &input.data {
        Data::Enum(data) => data,
        Data::Struct(data) => {
            gather.push(Error::new(data.struct_token.span, message));
            return Vec::new();
        }
        Data::Union(data) => {
            gather.push(Error::new(data.union_token.span, message));
            return Vec::new();
        }
    };
    if data.variants.is_empty() {
        gather.push(Error::new_spanned(&input.ident, "an enum without variants has no values to make a key of"));
    }
    let mut variants: Vec<Variant> = Vec::new();
    for variant in &data.variants {
        let attrs = attr::read(&variant.attrs, Place::Variant, gather);
        if !matches!(variant.fields, Fields::Unit) {
            gather.push(Error::new_spanned(&variant.fields, message));
        }
        let (text, span) = match &attrs.rename {
            Some(literal) => (literal.value(), literal.span()),
            None => (variant.ident.unraw().to_string(), variant.ident.span()),
        };
        if let Some(other) = variants.iter().find(|other| other.text == text) {
            let message = format!("`{}` has the text `{text}` already: two values cannot share a path", other.ident);
            gather.push(Error::new(span, message));
        }
        variants.push(Variant { ident: variant.ident.clone(), text });
    }
    variants
}
