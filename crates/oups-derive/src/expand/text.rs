//! Expands `Display` and `FromStr` of a key, which are its path.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Path;

pub(crate) fn impls(ident: &Ident, krate: &Path) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #krate::key::display(self, formatter)
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #ident {
            type Err = #krate::key::KeyError;

            fn from_str(path: &::core::primitive::str) -> ::core::result::Result<Self, #krate::key::KeyError> {
                #krate::key::parse(path)
            }
        }
    }
}
