//! `#[derive(Wire)]`: a Rust type that stands for a Java class on the wire.
//!
//! The work is `tenfold_hessian2`'s; what is generated here is constants and one line per field.
//! `attributes.rs` reads `#[wire(…)]`, `structs.rs` and `enums.rs` write the code.

mod attributes;
mod enums;
mod structs;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, GenericParam, Generics, parse_quote};

use attributes::Container;

/// The derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Error> {
    if let Some(lifetime) = input.generics.lifetimes().next() {
        return Err(Error::new_spanned(
            lifetime,
            "a Wire type owns its fields, so it cannot have lifetimes",
        ));
    }
    let container = Container::parse(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => structs::expand(input, data, &container)?,
        Data::Enum(data) => enums::expand(input, data, &container)?,
        Data::Union(data) => {
            return Err(Error::new_spanned(
                data.union_token,
                "Wire is for structs and enums, not for unions",
            ));
        }
    };
    let krate = &container.krate;
    Ok(quote! {
        #[doc(hidden)]
        #[allow(unreachable_pub, non_camel_case_types, clippy::all)]
        const _: () = {
            use #krate as __hessian2;
            #body
        };
    })
}

/// `JavaType` for a class of that name.
fn java_type(input: &DeriveInput, name: &str) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let descriptor = format!("L{};", name.replace('.', "/"));
    quote! {
        #[automatically_derived]
        impl #impl_generics __hessian2::JavaType for #ident #ty_generics #where_clause {
            const DESCRIPTOR: &'static str = #descriptor;
            const NAME: &'static str = #name;
        }
    }
}

/// The generics with what each type parameter needs to be written and read.
fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            param.bounds.push(parse_quote!(__hessian2::Encode));
            param.bounds.push(parse_quote!(__hessian2::Decode));
            param.bounds.push(parse_quote!(__hessian2::JavaType));
        }
    }
    generics
}
