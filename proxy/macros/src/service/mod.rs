//! `#[service]`: reads the trait ([`parse`]), checks it, and writes what stands beside it
//! ([`emit`]).

mod emit;
mod parse;

pub(crate) use parse::camel_case;

use proc_macro2::TokenStream;
use syn::Result;

/// Expands the attribute; an error points at what is wrong in the user's text.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let service = parse::Service::parse(arguments, item)?;
    Ok(emit::service(&service))
}
