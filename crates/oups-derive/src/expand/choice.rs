//! Expands an enum of unit variants to a field of keys.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Choice;

/// The impl of `KeyField`.
pub(crate) fn choice(choice: &Choice) -> TokenStream {
    let Choice { ident, krate, variants } = choice;
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let texts: Vec<_> = variants.iter().map(|variant| &variant.text).collect();
    let quoted: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
    let expected = match quoted.as_slice() {
        [only] => only.clone(),
        all => format!("one of {}", all.join(", ")),
    };
    quote! {
        #[automatically_derived]
        impl #krate::key::KeyField for #ident {
            fn to_text(&self) -> ::std::borrow::Cow<'_, ::core::primitive::str> {
                ::std::borrow::Cow::Borrowed(match self {
                    #(Self::#idents => #texts,)*
                })
            }

            fn from_text(text: &::core::primitive::str) -> ::core::option::Option<Self> {
                match text {
                    #(#texts => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn expected() -> ::std::string::String {
                ::std::string::String::from(#expected)
            }
        }
    }
}
