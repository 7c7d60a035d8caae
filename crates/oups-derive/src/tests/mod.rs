//! Snapshots of the generated code, for reviews. Its behaviour is tested through the library.

use proc_macro2::TokenStream;
use syn::{DeriveInput, parse_quote};

/// The generated code, formatted.
fn pretty(tokens: TokenStream) -> String {
    let file = syn::parse2(tokens).expect("generated code parses");
    prettyplease::unparse(&file)
}

#[test]
fn top_level_with_a_sublevel() {
    let input: DeriveInput = parse_quote! {
        #[oups(separator = "_")]
        pub struct Measure {
            pub quantity: String,
            r#type: u8,
            #[oups(sublevel)]
            sampling: Sampling,
        }
    };
    insta::assert_snapshot!(pretty(crate::derive_top_level(&input)));
}

#[test]
fn sub_level() {
    let input: DeriveInput = parse_quote! {
        #[oups(crate = "store")]
        struct Sampling {
            frequency: Frequency,
            // Because of this field, `frequency` does not get a method `frequency_in`.
            frequency_in: std::string::String,
        }
    };
    insta::assert_snapshot!(pretty(crate::derive_sub_level(&input)));
}

#[test]
fn key_field() {
    let input: DeriveInput = parse_quote! {
        enum Frequency {
            Hourly,
            #[oups(rename = "1D")]
            Daily,
        }
    };
    insta::assert_snapshot!(pretty(crate::derive_key_field(&input)));
}

#[test]
fn errors_come_with_stubs() {
    let input: DeriveInput = parse_quote! {
        struct Bad<T> {
            #[oups(sublevel, rename = "x")]
            first: T,
            last: String,
        }
    };
    insta::assert_snapshot!(pretty(crate::derive_top_level(&input)));
    let input: DeriveInput = parse_quote! {
        struct NoChoice;
    };
    insta::assert_snapshot!(pretty(crate::derive_key_field(&input)));
}
