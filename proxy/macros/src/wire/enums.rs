//! Enums: Java enums (unit variants) and choices between classes (one value each).

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{DataEnum, DeriveInput, Error, Fields, LitStr, Type};

use super::attributes::{Container, Variant};
use super::{bounded, java_type};

pub(crate) fn expand(
    input: &DeriveInput,
    data: &DataEnum,
    container: &Container,
) -> Result<TokenStream, Error> {
    let Some(first) = data.variants.first() else {
        return Err(Error::new_spanned(
            &input.ident,
            "an enum without variants has no values",
        ));
    };
    match first.fields {
        Fields::Unit => constants(input, data, container),
        _ => choice(input, data, container),
    }
}

/// A Java enum.
fn constants(
    input: &DeriveInput,
    data: &DataEnum,
    container: &Container,
) -> Result<TokenStream, Error> {
    let Some(class) = &container.class else {
        return Err(Error::new_spanned(
            &input.ident,
            "which Java enum is this? add `#[wire(class = \"com.acme.Status\")]`",
        ));
    };
    let (mut names, mut idents, mut seen) = (vec![], vec![], HashSet::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                &variant.fields,
                "the variants are either all constants or all hold a class",
            ));
        }
        let attributes = Variant::parse(&variant.attrs)?;
        if let Some(class) = &attributes.class {
            return Err(Error::new_spanned(
                class,
                "a constant has a `name`, not a `class`",
            ));
        }
        if attributes.other {
            return Err(Error::new_spanned(
                variant,
                "only a variant that holds a value can be `other`",
            ));
        }
        let name = match &attributes.name {
            Some(name) => name.value(),
            None => screaming_snake_case(&variant.ident.unraw().to_string()),
        };
        if !seen.insert(name.clone()) {
            let message = format!("another variant has the Java name `{name}`");
            return Err(Error::new_spanned(&variant.ident, message));
        }
        names.push(name);
        idents.push(&variant.ident);
    }
    let ident = &input.ident;
    let java = container.java.as_ref().unwrap_or(class).value();
    let java_type = java_type(input, &java);
    Ok(quote! {
        #[automatically_derived]
        impl __hessian2::class::Constant for #ident {
            const CLASS: &'static __hessian2::ClassDef = __hessian2::class_def!(#class, ["name"]);

            #[inline]
            fn name(&self) -> &'static ::core::primitive::str {
                match self {
                    #(#ident::#idents => #names,)*
                }
            }

            fn from_name(name: &::core::primitive::str) -> ::core::option::Option<Self> {
                match name {
                    #(#names => ::core::option::Option::Some(#ident::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl __hessian2::Encode for #ident {
            #[inline]
            fn encode(
                &self,
                e: &mut __hessian2::Encoder<'_>,
            ) -> ::core::result::Result<(), __hessian2::EncodeError> {
                __hessian2::class::encode_constant(self, e)
            }
        }

        #[automatically_derived]
        impl __hessian2::Decode for #ident {
            #[inline]
            fn decode(
                d: &mut __hessian2::Decoder<'_>,
            ) -> ::core::result::Result<Self, __hessian2::DecodeError> {
                __hessian2::decode_constant(d)
            }
        }

        #java_type
    })
}

/// A field that holds one class or another.
fn choice(
    input: &DeriveInput,
    data: &DataEnum,
    container: &Container,
) -> Result<TokenStream, Error> {
    let (mut idents, mut arms, mut other) = (vec![], vec![], None);
    for variant in &data.variants {
        let ident = &variant.ident;
        let ty = held(&variant.fields).ok_or_else(|| {
            Error::new_spanned(
                variant,
                "this variant holds exactly one value: `Name(Type)`",
            )
        })?;
        let attributes = Variant::parse(&variant.attrs)?;
        if let Some(name) = &attributes.name {
            return Err(Error::new_spanned(
                name,
                "a class has a `class`, not a `name`",
            ));
        }
        idents.push(ident);
        let read = quote!(__hessian2::Decode::decode(d).map(Self::#ident));
        if attributes.other {
            if other.replace(read).is_some() {
                return Err(Error::new_spanned(variant, "there is another `other`"));
            }
            continue;
        }
        let class = match attributes.class {
            Some(class) => quote!(#class),
            None => quote!(<#ty as __hessian2::JavaType>::NAME),
        };
        arms.push(quote!(::core::option::Option::Some(class) if class == #class => #read,));
    }
    let generics = bounded(&input.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let ident = &input.ident;
    let target = ident.to_string();
    let otherwise = other.unwrap_or_else(
        || quote!(::core::result::Result::Err(__hessian2::class::no_variant(d, #target, class.as_deref()))),
    );
    let java = container.java.as_ref().or(container.class.as_ref());
    let java_type = java_type(
        input,
        &java.map_or("java.lang.Object".to_owned(), LitStr::value),
    );
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics __hessian2::Encode for #ident #ty_generics #where_clause {
            #[inline]
            fn encode(
                &self,
                e: &mut __hessian2::Encoder<'_>,
            ) -> ::core::result::Result<(), __hessian2::EncodeError> {
                match self {
                    #(Self::#idents(value) => __hessian2::Encode::encode(value, e),)*
                }
            }
        }

        #[automatically_derived]
        impl #impl_generics __hessian2::Decode for #ident #ty_generics #where_clause {
            fn decode(
                d: &mut __hessian2::Decoder<'_>,
            ) -> ::core::result::Result<Self, __hessian2::DecodeError> {
                let class = d.peek_class()?;
                match class.as_deref() {
                    #(#arms)*
                    _ => #otherwise,
                }
            }
        }

        #java_type
    })
}

fn held(fields: &Fields) -> Option<&Type> {
    match fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            fields.unnamed.first().map(|field| &field.ty)
        }
        _ => None,
    }
}

/// `PaidInFull` → `PAID_IN_FULL`.
fn screaming_snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(letter.to_uppercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::screaming_snake_case;

    #[test]
    fn variants_become_constant_names() {
        for (rust, java) in [
            ("Active", "ACTIVE"),
            ("PaidInFull", "PAID_IN_FULL"),
            ("HTTPError", "HTTP_ERROR"),
            ("ACTIVE", "ACTIVE"),
            ("Level2Done", "LEVEL2_DONE"),
        ] {
            assert_eq!(screaming_snake_case(rust), java);
        }
    }
}
