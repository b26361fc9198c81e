//! Structs: Java classes with fields.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{DataStruct, DeriveInput, Error, Fields, GenericArgument, Ident, PathArguments, Type};

use super::attributes::{self, Container};
use super::{bounded, java_type};

struct Field<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    java: String,
    default: bool,
}

struct Shape<'a> {
    /// In wire order.
    own: Vec<Field<'a>>,
    parent: Option<(&'a Ident, &'a Type)>,
    skipped: Vec<&'a Ident>,
}

pub(crate) fn expand(
    input: &DeriveInput,
    data: &DataStruct,
    container: &Container,
) -> Result<TokenStream, Error> {
    let Some(class) = &container.class else {
        return Err(Error::new_spanned(
            &input.ident,
            "which Java class is this? add `#[wire(class = \"com.acme.Order\")]`",
        ));
    };
    let shape = Shape::of(data)?;
    let ident = &input.ident;
    let generics = bounded(&input.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let names: Vec<&str> = shape.own.iter().map(|field| field.java.as_str()).collect();
    let definition = definition(class, &names, shape.parent.map(|(_, ty)| ty));
    let partial = partial(&shape, &generics);
    let encode = encode_fields(&shape);
    let decode = decode_fields(&shape, class);
    let accept = accept(&shape, class);
    let finish = finish(&shape, class);
    let java = container.java.as_ref().unwrap_or(class).value();
    let java_type = java_type(input, &java);
    Ok(quote! {
        #partial

        #[automatically_derived]
        impl #impl_generics __hessian2::Class for #ident #ty_generics #where_clause {
            const CLASS: &'static __hessian2::ClassDef = #definition;
            type Partial = __Partial #ty_generics;
            #encode
            #decode
            #accept
            #finish
        }

        #[automatically_derived]
        impl #impl_generics __hessian2::Encode for #ident #ty_generics #where_clause {
            #[inline]
            fn encode(
                &self,
                e: &mut __hessian2::Encoder<'_>,
            ) -> ::core::result::Result<(), __hessian2::EncodeError> {
                e.write_object(self)
            }
        }

        #[automatically_derived]
        impl #impl_generics __hessian2::Decode for #ident #ty_generics #where_clause {
            #[inline]
            fn decode(
                d: &mut __hessian2::Decoder<'_>,
            ) -> ::core::result::Result<Self, __hessian2::DecodeError> {
                __hessian2::decode_object(d)
            }
        }

        #java_type
    })
}

impl<'a> Shape<'a> {
    fn of(data: &'a DataStruct) -> Result<Self, Error> {
        let fields = match &data.fields {
            Fields::Named(fields) => Some(&fields.named),
            Fields::Unit => None,
            Fields::Unnamed(fields) => {
                return Err(Error::new_spanned(
                    fields,
                    "Java fields have names: give these ones",
                ));
            }
        };
        let (mut simple, mut compound, mut parent, mut skipped) = (vec![], vec![], None, vec![]);
        let mut seen = HashSet::new();
        for field in fields.into_iter().flatten() {
            let Some(ident) = &field.ident else { continue };
            let attributes = attributes::Field::parse(&field.attrs)?;
            if attributes.skip {
                skipped.push(ident);
            } else if attributes.parent {
                if parent.replace((ident, &field.ty)).is_some() {
                    return Err(Error::new_spanned(ident, "a Java class has one parent"));
                }
            } else {
                let java = match &attributes.name {
                    Some(name) => name.value(),
                    None => camel_case(&ident.unraw().to_string()),
                };
                if !seen.insert(java.clone()) {
                    let message = format!("another field has the Java name `{java}`");
                    return Err(match &attributes.name {
                        Some(name) => Error::new_spanned(name, message),
                        None => Error::new_spanned(ident, message),
                    });
                }
                let own = Field {
                    ident,
                    ty: &field.ty,
                    java,
                    default: attributes.default,
                };
                match is_simple(&field.ty) {
                    true => simple.push(own),
                    false => compound.push(own),
                }
            }
        }
        // Java's own order: compound fields before simple ones, each in reverse. With it the
        // definitions of both sides are the same bytes, and the fast path serves Java too.
        let own = compound
            .into_iter()
            .rev()
            .chain(simple.into_iter().rev())
            .collect();
        Ok(Shape {
            own,
            parent,
            skipped,
        })
    }
}

/// Whether Java counts a field of this type among the simple ones: primitives, boxes, strings.
fn is_simple(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    match last.ident.to_string().as_str() {
        "bool" | "i8" | "u8" | "i16" | "i32" | "i64" | "f32" | "f64" | "char" | "String" => true,
        "Option" | "Box" | "Arc" => match &last.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                Some(GenericArgument::Type(inner)) => is_simple(inner),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

fn definition(class: &syn::LitStr, names: &[&str], parent: Option<&Type>) -> TokenStream {
    match parent {
        None => quote!(__hessian2::class_def!(#class, [#(#names),*])),
        Some(parent) => quote! {{
            const NAMES: &[&str] = &[#(#names),*];
            static STRINGS: [u8; __hessian2::class::strings_len(NAMES)] =
                __hessian2::class::strings(NAMES);
            &__hessian2::ClassDef {
                name: #class,
                fields: &__hessian2::FieldNames {
                    parent: ::core::option::Option::Some(
                        <#parent as __hessian2::Class>::CLASS.fields,
                    ),
                    names: NAMES,
                    bytes: &STRINGS,
                },
                whole: ::core::option::Option::None,
            }
        }},
    }
}

fn partial(shape: &Shape<'_>, generics: &syn::Generics) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let places: Vec<Ident> = places(shape);
    let types: Vec<&Type> = shape.own.iter().map(|field| field.ty).collect();
    let parent = shape.parent.map(|(_, ty)| ty).into_iter();
    let parent_default = shape
        .parent
        .map(|_| quote!(parent: ::core::default::Default::default(),));
    let params = generics.type_params().map(|param| &param.ident);
    quote! {
        pub struct __Partial #impl_generics #where_clause {
            #(parent: <#parent as __hessian2::Class>::Partial,)*
            #(#places: ::core::option::Option<#types>,)*
            marker: ::core::marker::PhantomData<fn() -> (#(#params,)*)>,
        }

        impl #impl_generics ::core::default::Default for __Partial #ty_generics #where_clause {
            fn default() -> Self {
                __Partial {
                    #parent_default
                    #(#places: ::core::option::Option::None,)*
                    marker: ::core::marker::PhantomData,
                }
            }
        }
    }
}

fn encode_fields(shape: &Shape<'_>) -> TokenStream {
    let parent = shape
        .parent
        .map(|(ident, ty)| quote!(<#ty as __hessian2::Class>::encode_fields(&self.#ident, e)?;));
    let idents = shape.own.iter().map(|field| field.ident);
    // The types are named so that one without an implementation is reported where it stands.
    let types = shape.own.iter().map(|field| field.ty);
    quote! {
        #[inline]
        fn encode_fields(
            &self,
            e: &mut __hessian2::Encoder<'_>,
        ) -> ::core::result::Result<(), __hessian2::EncodeError> {
            #parent
            #(<#types as __hessian2::Encode>::encode(&self.#idents, e)?;)*
            ::core::result::Result::Ok(())
        }
    }
}

fn decode_fields(shape: &Shape<'_>, class: &syn::LitStr) -> TokenStream {
    let parent = shape
        .parent
        .map(|(_, ty)| quote!(let parent = <#ty as __hessian2::Class>::decode_fields(d)?;));
    let places = places(shape);
    let reads = shape.own.iter().map(|field| read(field, class));
    let whole = whole(shape, &places);
    quote! {
        #[inline]
        fn decode_fields(
            d: &mut __hessian2::Decoder<'_>,
        ) -> ::core::result::Result<Self, __hessian2::DecodeError> {
            #parent
            #(let #places = #reads;)*
            #whole
        }
    }
}

fn accept(shape: &Shape<'_>, class: &syn::LitStr) -> TokenStream {
    let places = places(shape);
    let names = shape.own.iter().map(|field| &field.java);
    let reads = shape.own.iter().map(|field| read(field, class));
    let accept_parent =
        |ty: &Type| quote!(<#ty as __hessian2::Class>::accept(&mut partial.parent, name, false, d));
    let first = shape.parent.map(|(_, ty)| {
        let accept = accept_parent(ty);
        quote! {
            if again && #accept? {
                return ::core::result::Result::Ok(true);
            }
        }
    });
    let last = match shape.parent {
        Some((_, ty)) => accept_parent(ty),
        None => quote!(::core::result::Result::Ok(false)),
    };
    quote! {
        fn accept(
            partial: &mut Self::Partial,
            name: &::core::primitive::str,
            again: ::core::primitive::bool,
            d: &mut __hessian2::Decoder<'_>,
        ) -> ::core::result::Result<::core::primitive::bool, __hessian2::DecodeError> {
            let _ = (&*partial, again, &*d);
            #first
            match name {
                #(#names => partial.#places = ::core::option::Option::Some(#reads),)*
                _ => return #last,
            }
            #[allow(unreachable_code)]
            ::core::result::Result::Ok(true)
        }
    }
}

fn finish(shape: &Shape<'_>, class: &syn::LitStr) -> TokenStream {
    let parent = shape.parent.map(
        |(_, ty)| quote!(let parent = <#ty as __hessian2::Class>::finish(partial.parent, d)?;),
    );
    let places = places(shape);
    let values = shape.own.iter().zip(&places).map(|(field, place)| {
        let (ty, java) = (field.ty, &field.java);
        match field.default {
            true => quote!(partial.#place.unwrap_or_default()),
            false => quote! {
                match partial.#place.or_else(<#ty as __hessian2::Decode>::absent) {
                    ::core::option::Option::Some(value) => value,
                    ::core::option::Option::None => {
                        return ::core::result::Result::Err(
                            __hessian2::class::missing(#class, #java, d),
                        );
                    }
                }
            },
        }
    });
    let whole = whole(shape, &places);
    quote! {
        fn finish(
            partial: Self::Partial,
            d: &__hessian2::Decoder<'_>,
        ) -> ::core::result::Result<Self, __hessian2::DecodeError> {
            let _ = (&partial.marker, d);
            #parent
            #(let #places = #values;)*
            #whole
        }
    }
}

/// Reads one field; an error says which.
fn read(field: &Field<'_>, class: &syn::LitStr) -> TokenStream {
    let (ty, java) = (field.ty, &field.java);
    match field.default {
        true => quote!(__hessian2::class::field_or_default::<#ty>(d, #class, #java)?),
        false => quote!(__hessian2::class::field::<#ty>(d, #class, #java)?),
    }
}

/// `Ok(Self { … })` from the places.
fn whole(shape: &Shape<'_>, places: &[Ident]) -> TokenStream {
    let parent = shape.parent.map(|(ident, _)| quote!(#ident: parent,));
    let idents = shape.own.iter().map(|field| field.ident);
    let skipped = &shape.skipped;
    quote! {
        ::core::result::Result::Ok(Self {
            #parent
            #(#idents: #places,)*
            #(#skipped: ::core::default::Default::default(),)*
        })
    }
}

/// Names for the fields in generated code that cannot clash with anything.
fn places(shape: &Shape<'_>) -> Vec<Ident> {
    (0..shape.own.len())
        .map(|index| format_ident!("f{index}"))
        .collect()
}

/// `account_id` → `accountId`.
fn camel_case(name: &str) -> String {
    let body = name.trim_start_matches('_');
    let mut camel: String = name.chars().take(name.len() - body.len()).collect();
    for (index, word) in body.split('_').filter(|word| !word.is_empty()).enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => camel.extend(first.to_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn field_names_become_camel_case() {
        for (rust, java) in [
            ("id", "id"),
            ("account_id", "accountId"),
            ("line_2_text", "line2Text"),
            ("_internal_id", "_internalId"),
        ] {
            assert_eq!(camel_case(rust), java);
        }
    }
}
