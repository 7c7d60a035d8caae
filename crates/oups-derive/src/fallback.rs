//! Stub impls after an error. Code that uses the type then compiles, so the user sees the one mistake and not its
//! consequences.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Path, parse_quote};

use crate::attr::{self, Place};
use crate::gather::Gather;
use crate::model::Kind;

/// The errors, and stubs of a level's impls.
pub(crate) fn level(input: &DeriveInput, kind: Kind, error: &Error) -> TokenStream {
    let krate = krate(input, if kind == Kind::Top { Place::TopLevel } else { Place::SubLevel });
    let errors = error.to_compile_error();
    if matches!(input.data, Data::Union(_)) {
        // A union cannot implement the bounds of the traits, so a stub would add errors.
        return errors;
    }
    let ident = &input.ident;
    let (generics, arguments, bounds) = generics(input);
    let (trait_name, separator) = match kind {
        Kind::Top => {
            (quote!(TopLevel), quote!(const SEPARATOR: #krate::key::Separator = #krate::key::Separator::Dash;))
        }
        Kind::Sub => (quote!(SubLevel), TokenStream::new()),
    };
    let text = match kind {
        Kind::Top => quote! {
            impl #generics ::core::fmt::Display for #ident #arguments #bounds {
                fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::unimplemented!()
                }
            }

            impl #generics ::core::str::FromStr for #ident #arguments #bounds {
                type Err = #krate::key::KeyError;

                fn from_str(_: &::core::primitive::str) -> ::core::result::Result<Self, #krate::key::KeyError> {
                    ::core::unimplemented!()
                }
            }
        },
        Kind::Sub => TokenStream::new(),
    };
    quote! {
        #errors

        impl #generics #krate::key::#trait_name for #ident #arguments #bounds {
            type Filter = #krate::key::LevelFilter<Self>;

            #separator

            fn describe(_: &mut #krate::key::SchemaBuilder) {}

            fn write(&self, _: &mut #krate::key::KeyWriter) {}

            fn read(_: &mut #krate::key::KeyReader<'_>) -> ::core::result::Result<Self, #krate::key::KeyError> {
                ::core::unimplemented!()
            }
        }

        #text
    }
}

/// The errors, and a stub of `KeyField`.
pub(crate) fn choice(input: &DeriveInput, error: &Error) -> TokenStream {
    let krate = krate(input, Place::Enum);
    let errors = error.to_compile_error();
    let ident = &input.ident;
    let (generics, arguments, where_clause) = input.generics.split_for_impl();
    quote! {
        #errors

        impl #generics #krate::key::KeyField for #ident #arguments #where_clause {
            fn to_text(&self) -> ::std::borrow::Cow<'_, ::core::primitive::str> {
                ::core::unimplemented!()
            }

            fn from_text(_: &::core::primitive::str) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }
        }
    }
}

/// The library's path, as far as the attributes can be read.
fn krate(input: &DeriveInput, place: Place) -> Path {
    let attrs = attr::read(&input.attrs, place, &mut Gather::default());
    attrs.krate.unwrap_or_else(|| parse_quote!(::oups))
}

/// The generics of the stub. A generic struct meets the bounds of the traits only for some arguments, so the stub's
/// `where` clause has these bounds.
fn generics(input: &DeriveInput) -> (TokenStream, TokenStream, TokenStream) {
    let (generics, arguments, where_clause) = input.generics.split_for_impl();
    if input.generics.params.is_empty() {
        return (quote!(#generics), quote!(#arguments), quote!(#where_clause));
    }
    let mut clause = where_clause.cloned().unwrap_or_else(|| parse_quote!(where));
    clause.predicates.push(parse_quote!(
        Self: ::core::clone::Clone
            + ::core::fmt::Debug
            + ::core::cmp::Ord
            + ::core::hash::Hash
            + ::core::marker::Send
            + ::core::marker::Sync
            + 'static
    ));
    (quote!(#generics), quote!(#arguments), quote!(#clause))
}
