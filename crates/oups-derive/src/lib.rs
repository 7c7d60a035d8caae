//! The derives of oups: [`TopLevel`] and [`SubLevel`] for the levels of a key, [`KeyField`] for an enum in a field.
//!
//! Data flows one way: `attr` reads the attributes, `validate` checks every rule and makes a value of `model`, and
//! `expand` turns that into code. After an error, `fallback` makes stub impls, so that one mistake gives one message.
//! The generated code is thin: it names the fields in order, and the rules of paths are functions of `oups-core`. It
//! uses only absolute paths and qualified calls, so it does not depend on names in scope.

mod attr;
mod expand;
mod fallback;
mod gather;
mod model;
mod validate;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Makes a struct the key of a store: its path and the inverse, its schema and its filter.
///
/// Fields are `String`, integers, `bool`, `char` and types that implement or derive `KeyField`. The last field may be a
/// level of its own, marked `#[oups(sublevel)]`: a struct that derives `SubLevel`. `Display` and `FromStr` (the path) are
/// generated too, and a struct for the typed filter, named after the key: `MeasureFilter` for `Measure`.
///
/// Attributes of the struct: `#[oups(separator = "_")]` sets the separator of all levels, one of `- _ = @ + , ~` or a
/// space; the default is `-`. `#[oups(filter = "Name")]` names the filter's struct. `#[oups(crate = "path")]` is the
/// library's path if it is not `::oups`.
#[proc_macro_derive(TopLevel, attributes(oups))]
pub fn top_level(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    run(input, derive_top_level)
}

/// Makes a struct a level of a key below the outermost: the type of the last field of the level above.
///
/// Takes the same fields and attributes as `TopLevel`, except for the separator, which is the same on all levels.
#[proc_macro_derive(SubLevel, attributes(oups))]
pub fn sub_level(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    run(input, derive_sub_level)
}

/// Makes an enum of unit variants a field of keys. A variant's text is its name, or the one of `#[oups(rename = "…")]`.
#[proc_macro_derive(KeyField, attributes(oups))]
pub fn key_field(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    run(input, derive_key_field)
}

fn run(input: proc_macro::TokenStream, derive: fn(&DeriveInput) -> TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    derive(&input).into()
}

fn derive_top_level(input: &DeriveInput) -> TokenStream {
    match validate::level(input, model::Kind::Top) {
        Ok(level) => expand::level(&level),
        Err(error) => fallback::level(input, model::Kind::Top, &error),
    }
}

fn derive_sub_level(input: &DeriveInput) -> TokenStream {
    match validate::level(input, model::Kind::Sub) {
        Ok(level) => expand::level(&level),
        Err(error) => fallback::level(input, model::Kind::Sub, &error),
    }
}

fn derive_key_field(input: &DeriveInput) -> TokenStream {
    match validate::choice(input) {
        Ok(choice) => expand::choice(&choice),
        Err(error) => fallback::choice(input, &error),
    }
}
