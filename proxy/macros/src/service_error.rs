//! `#[derive(ServiceError)]`: an enum whose variants are Java exception classes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Field, Fields, Ident, LitStr, Path, Result, Variant,
    spanned::Spanned,
};

/// What `#[exception(…)]` says on a variant.
enum Role {
    Class(LitStr),
    Other,
    Rpc,
}

/// Expands the derive; an error points at what is wrong in the user's text.
pub(crate) fn expand(item: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let krate = krate(&input.attrs)?;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "a service error is an enum with a variant for each exception class",
        ));
    };
    let mut from_arms = Vec::new();
    let mut into_arms = Vec::new();
    let mut other = None;
    let mut rpc = None;
    for variant in &data.variants {
        let role = role(variant)?;
        match role {
            Role::Class(class) => {
                let (from, into) = class_variant(&krate, variant, &class)?;
                from_arms.push(from);
                into_arms.push(into);
            }
            Role::Other | Role::Rpc => {
                if !matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1)
                {
                    return Err(Error::new(
                        variant.span(),
                        "expected `#[exception(class = \"…\")]`, or one unnamed field that holds \
                         an `RpcError` (or, with `#[exception(other)]`, an `Exception`)",
                    ));
                }
                let slot = if matches!(role, Role::Other) {
                    &mut other
                } else {
                    &mut rpc
                };
                if slot.replace(variant.ident.clone()).is_some() {
                    return Err(Error::new(variant.span(), "a second variant of this kind"));
                }
            }
        }
    }
    let Some(rpc) = rpc else {
        return Err(Error::new(
            input.ident.span(),
            "a variant for `RpcError` is missing, such as `Rpc(#[from] RpcError)`: every call can \
             fail outside the method",
        ));
    };
    let unknown = match &other {
        Some(other) => quote!(Self::#other(exception)),
        None => quote!(::core::convert::From::from(#krate::RpcError::from_exception(exception))),
    };
    let other_arm = other
        .map(|other| quote!(Self::#other(exception) => ::core::result::Result::Ok(exception),));
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics #krate::ServiceError for #name #type_generics #where_clause {
            fn from_exception(exception: #krate::Exception) -> Self {
                match exception.class.as_str() {
                    #(#from_arms)*
                    _ => #unknown,
                }
            }

            fn into_exception(self) -> ::core::result::Result<#krate::Exception, #krate::RpcError> {
                let message = ::std::string::ToString::to_string(&self);
                match self {
                    #(#into_arms)*
                    #other_arm
                    Self::#rpc(error) => #krate::RpcError::into_exception(error),
                }
            }
        }
    })
}

fn krate(attributes: &[Attribute]) -> Result<Path> {
    let mut krate = syn::parse_quote!(::tenfold);
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("exception"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                krate = meta.value()?.parse::<LitStr>()?.parse::<Path>()?;
                Ok(())
            } else {
                Err(meta.error("unknown key; an error type knows `crate`"))
            }
        })?;
    }
    Ok(krate)
}

fn role(variant: &Variant) -> Result<Role> {
    let mut role = Role::Rpc;
    for attribute in variant
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("exception"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("class") {
                role = Role::Class(meta.value()?.parse()?);
            } else if meta.path.is_ident("other") {
                role = Role::Other;
            } else {
                return Err(meta.error("unknown key; expected `class` or `other`"));
            }
            Ok(())
        })?;
    }
    Ok(role)
}

/// The two arms of a variant with a class.
fn class_variant(
    krate: &Path,
    variant: &Variant,
    class: &LitStr,
) -> Result<(TokenStream, TokenStream)> {
    let name = &variant.ident;
    match &variant.fields {
        Fields::Unit => Ok((
            quote!(#class => Self::#name,),
            quote!(Self::#name =>
                ::core::result::Result::Ok(#krate::__private::exception(#class, message)),),
        )),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok((
            quote!(#class => Self::#name(
                ::core::convert::From::from(exception.message.unwrap_or_default())),),
            quote!(Self::#name(message) => ::core::result::Result::Ok(
                #krate::__private::exception(#class, ::core::convert::Into::into(message))),),
        )),
        Fields::Unnamed(fields) => Err(Error::new(
            fields.span(),
            "a variant with a class has one unnamed field, its message, or named fields",
        )),
        Fields::Named(fields) => {
            let mut from = Vec::new();
            let mut into = Vec::new();
            let mut own_message = quote!(message);
            let mut bindings = Vec::new();
            for field in &fields.named {
                let Some(ident) = &field.ident else { continue };
                let binding = format_ident!("field_{}", ident);
                bindings.push(quote!(#ident: #binding));
                if ident == "message" {
                    from.push(quote!(message: #krate::__private::ExceptionMessage::read(
                        exception.message.clone())));
                    own_message =
                        quote!(#krate::__private::ExceptionMessage::write(#binding, message));
                } else {
                    let java = java_field_name(field, ident)?;
                    from.push(
                        quote!(#ident: #krate::__private::read_exception_field(&exception, #java)),
                    );
                    into.push(quote!(#krate::__private::write_exception_field(
                        &mut exception, #java, &#binding);));
                }
            }
            Ok((
                quote!(#class => Self::#name { #(#from),* },),
                quote!(Self::#name { #(#bindings),* } => {
                    #[allow(unused_mut)]
                    let mut exception = #krate::__private::exception(#class, #own_message);
                    #(#into)*
                    ::core::result::Result::Ok(exception)
                }),
            ))
        }
    }
}

fn java_field_name(field: &Field, ident: &Ident) -> Result<String> {
    let mut name = crate::service::camel_case(ident);
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("exception"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                name = meta.value()?.parse::<LitStr>()?.value();
                Ok(())
            } else {
                Err(meta.error("unknown key; a field knows `name`"))
            }
        })?;
    }
    Ok(name)
}
