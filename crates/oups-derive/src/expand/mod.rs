//! Expands a checked input to code.

mod choice;
mod filter;
mod text;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Field, Kind, Level};

pub(crate) use choice::choice;

/// The items of a level: its trait, its filter and, for a top level, its text.
pub(crate) fn level(level: &Level) -> TokenStream {
    let Level { ident, filter, krate, separator, .. } = level;
    let (describe, write, read) = (describe(level), write(level), read(level));
    let (trait_name, separator) = match level.kind {
        Kind::Top => {
            let separator = quote!(const SEPARATOR: #krate::key::Separator = #krate::key::Separator::#separator;);
            (quote!(TopLevel), separator)
        }
        Kind::Sub => (quote!(SubLevel), TokenStream::new()),
    };
    let text = match level.kind {
        Kind::Top => text::impls(ident, krate),
        Kind::Sub => TokenStream::new(),
    };
    let filter_items = filter::items(level);
    quote! {
        #[automatically_derived]
        impl #krate::key::#trait_name for #ident {
            type Filter = #filter;

            #separator

            fn describe(schema: &mut #krate::key::SchemaBuilder) {
                #describe
            }

            fn write(&self, writer: &mut #krate::key::KeyWriter) {
                #write
            }

            fn read(
                reader: &mut #krate::key::KeyReader<'_>,
            ) -> ::core::result::Result<Self, #krate::key::KeyError> {
                #read
            }
        }

        #text

        #filter_items
    }
}

/// The body that describes the fields, in order.
fn describe(level: &Level) -> TokenStream {
    let krate = &level.krate;
    let fields = level.fields.iter().map(|field| {
        let (name, field_trait) = (&field.name, as_field(level, field));
        quote!(#field_trait::describe_field(schema, #name);)
    });
    let sublevel = level.sublevel.iter().map(|field| {
        let (name, level_trait) = (&field.name, as_level(level, field));
        quote! {
            #krate::key::SchemaBuilder::level(schema, #name);
            #level_trait::describe(schema);
        }
    });
    quote!(#(#fields)* #(#sublevel)*)
}

/// The body that writes the fields, in order.
fn write(level: &Level) -> TokenStream {
    let krate = &level.krate;
    let fields = level.fields.iter().map(|field| {
        let (ident, field_trait) = (&field.ident, as_field(level, field));
        quote!(#field_trait::write_field(&self.#ident, writer);)
    });
    let sublevel = level.sublevel.iter().map(|field| {
        let (ident, level_trait) = (&field.ident, as_level(level, field));
        quote! {
            #krate::key::KeyWriter::level(writer);
            #level_trait::write(&self.#ident, writer);
        }
    });
    quote!(#(#fields)* #(#sublevel)*)
}

/// The body that reads the fields. The fields of a struct expression are evaluated in the order in which they are
/// written, which is that of the path.
fn read(level: &Level) -> TokenStream {
    let krate = &level.krate;
    let fields = level.fields.iter().map(|field| {
        let (ident, name, field_trait) = (&field.ident, &field.name, as_field(level, field));
        quote!(#ident: #field_trait::read_field(reader, #name)?,)
    });
    let sublevel = level.sublevel.iter().map(|field| {
        let (ident, level_trait) = (&field.ident, as_level(level, field));
        quote! {
            #ident: {
                #krate::key::KeyReader::level(reader)?;
                #level_trait::read(reader)?
            },
        }
    });
    quote!(::core::result::Result::Ok(Self { #(#fields)* #(#sublevel)* }))
}

/// `<T as KeyField>`, with the span of the field's type. All uses are the same to the compiler, so that a type that is
/// not a `KeyField` gives one message.
fn as_field(level: &Level, field: &Field) -> TokenStream {
    let (krate, field_type) = (&level.krate, &field.field_type);
    quote_spanned!(field_type.span()=> <#field_type as #krate::key::KeyField>)
}

/// `<T as SubLevel>`, with the span of the field's type.
fn as_level(level: &Level, field: &Field) -> TokenStream {
    let (krate, field_type) = (&level.krate, &field.field_type);
    quote_spanned!(field_type.span()=> <#field_type as #krate::key::SubLevel>)
}
