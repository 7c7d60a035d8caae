//! Expands the typed filter of a level: a struct with one or two methods for each field.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Path, Type};

use super::as_field;
use crate::model::{Field, Kind, Level};

/// The struct, its methods and its conversion.
pub(super) fn items(level: &Level) -> TokenStream {
    let Level { ident, visibility, filter, krate, .. } = level;
    let methods = level.fields.iter().enumerate().map(|(at, field)| field_methods(level, at, field));
    let sublevel = level.sublevel.iter().map(|field| sublevel_method(level, field));
    let target = match level.kind {
        Kind::Top => quote!(#krate::key::KeyFilter),
        Kind::Sub => quote!(#krate::key::LevelFilter<#ident>),
    };
    let summary = format!("Which values of [`{}`] pass, field by field.", ident.unraw());
    quote! {
        #[doc = #summary]
        #[allow(dead_code, non_camel_case_types)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::default::Default)]
        #[must_use]
        #visibility struct #filter(#krate::key::LevelFilter<#ident>);

        // A field's name can be one that lints reserve for other signatures, and its type more private than the key.
        #[allow(dead_code, non_snake_case, private_bounds, private_interfaces, clippy::all, clippy::pedantic)]
        impl #filter {
            #(#methods)*
            #(#sublevel)*
        }

        #[automatically_derived]
        impl ::core::convert::From<#filter> for #target {
            fn from(filter: #filter) -> Self {
                ::core::convert::Into::into(filter.0)
            }
        }
    }
}

/// `city(value)` and `city_in(values)`.
fn field_methods(level: &Level, at: usize, field: &Field) -> TokenStream {
    let Level { visibility, krate, .. } = level;
    let Field { ident, name, field_type } = field;
    let field_trait = as_field(level, field);
    let one = format!("Lets `{name}` be this value only.");
    let several = format!("Lets `{name}` be one of these values.");
    let (argument, convert) = if is_string(field_type) {
        // A string literal is accepted, too.
        let convert = quote!(let value: #field_type = ::core::convert::Into::into(value););
        (quote!(impl ::core::convert::Into<#field_type>), convert)
    } else {
        (quote!(#field_type), TokenStream::new())
    };
    let text = quote!(::std::borrow::Cow::into_owned(#field_trait::to_text(&value)));
    let one_of = quote!(#krate::key::LevelFilter::one_of);
    let method = quote! {
        #[doc = #one]
        #visibility fn #ident(self, value: #argument) -> Self {
            #convert
            Self(#one_of(self.0, #at, [#text]))
        }
    };
    let in_name = format!("{name}_in");
    if level.fields.iter().chain(&level.sublevel).any(|other| other.name == in_name) {
        return method;
    }
    let in_ident = Ident::new(&in_name, ident.span());
    quote! {
        #method

        #[doc = #several]
        #visibility fn #in_ident(self, values: impl ::core::iter::IntoIterator<Item = #argument>) -> Self {
            let texts = ::core::iter::Iterator::map(
                ::core::iter::IntoIterator::into_iter(values),
                |value| {
                    #convert
                    #text
                },
            );
            Self(#one_of(self.0, #at, texts))
        }
    }
}

/// `sampling(filter)`.
fn sublevel_method(level: &Level, field: &Field) -> TokenStream {
    let Level { visibility, krate, .. } = level;
    let Field { ident, name, field_type } = field;
    let at = level.fields.len();
    let summary = format!("Lets `{name}` be what this filter lets pass.");
    quote! {
        #[doc = #summary]
        #visibility fn #ident(
            self,
            filter: impl ::core::convert::Into<#krate::key::LevelFilter<#field_type>>,
        ) -> Self {
            Self(#krate::key::LevelFilter::level(self.0, #at, ::core::convert::Into::into(filter)))
        }
    }
}

/// Whether the type is written as `String`, with any path. If another crate's type has this name, the code is right
/// too: every type converts into itself.
fn is_string(field_type: &Type) -> bool {
    let path: Option<&Path> = match field_type {
        Type::Path(path) => Some(&path.path),
        _ => None,
    };
    path.and_then(|path| path.segments.last()).is_some_and(|last| last.ident == "String" && last.arguments.is_empty())
}
