//! The user's trait, checked: everything that the attribute cannot work with is refused here, at
//! the span of the fault.

use proc_macro2::{Span, TokenStream};
use syn::{
    Attribute, Error, FnArg, Ident, ItemTrait, LitInt, LitStr, Pat, Path, Result, ReturnType,
    Token, TraitItem, TraitItemFn, Type, Visibility, parse::Parser, spanned::Spanned,
};

/// A trait that can become a service.
pub(super) struct Service {
    pub(super) krate: Path,
    pub(super) interface: LitStr,
    pub(super) version: Option<LitStr>,
    pub(super) group: Option<LitStr>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) name: Ident,
    pub(super) methods: Vec<Method>,
}

/// A method of the trait.
pub(super) struct Method {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) java_name: String,
    pub(super) context: Ident,
    pub(super) context_type: Type,
    pub(super) parameters: Vec<Parameter>,
    pub(super) returns: Type,
    pub(super) settings: Settings,
}

/// A parameter after the context.
pub(super) struct Parameter {
    pub(super) name: Ident,
    pub(super) ty: Type,
    pub(super) java: Option<LitStr>,
}

/// What `#[rpc(…)]` says.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) name: Option<String>,
    pub(super) timeout_millis: Option<u64>,
    pub(super) retries: Option<u32>,
    pub(super) idempotent: bool,
    pub(super) one_way: bool,
    pub(super) spawn: bool,
}

impl Service {
    pub(super) fn parse(arguments: TokenStream, item: TokenStream) -> Result<Self> {
        let item: ItemTrait = syn::parse2(item)?;
        let mut interface = None;
        let mut version = None;
        let mut group = None;
        let mut krate = None;
        let keys = syn::meta::parser(|meta| {
            if meta.path.is_ident("interface") {
                interface = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("version") {
                version = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("group") {
                group = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("crate") {
                krate = Some(meta.value()?.parse::<LitStr>()?.parse::<Path>()?);
            } else {
                return Err(
                    meta.error("unknown key; expected `interface`, `version`, `group` or `crate`")
                );
            }
            Ok(())
        });
        let call_site = Span::call_site();
        keys.parse2(arguments)?;
        let interface = interface.ok_or_else(|| {
            Error::new(
                call_site,
                "the Java interface is missing: `#[service(interface = \"com.acme.OrderService\")]`",
            )
        })?;
        if interface.value().is_empty() {
            return Err(Error::new(
                interface.span(),
                "the Java interface name is empty",
            ));
        }

        if !item.generics.params.is_empty() {
            return Err(Error::new(
                item.generics.span(),
                "a service trait cannot be generic: peers know it by one interface name",
            ));
        }
        let mut methods = Vec::new();
        for member in &item.items {
            match member {
                TraitItem::Fn(method) => methods.push(Method::parse(method)?),
                other => {
                    return Err(Error::new(
                        other.span(),
                        "a service trait holds methods only",
                    ));
                }
            }
        }
        if let Some(first) = item.supertraits.first() {
            return Err(Error::new(
                first.span(),
                "a service trait has no supertraits; `Send + Sync + 'static` is added by itself",
            ));
        }
        Ok(Self {
            krate: krate.unwrap_or_else(|| syn::parse_quote!(::tenfold)),
            interface,
            version,
            group,
            attributes: item.attrs,
            visibility: item.vis,
            name: item.ident,
            methods,
        })
    }
}

impl Method {
    fn parse(method: &TraitItemFn) -> Result<Self> {
        let signature = &method.sig;
        if signature.asyncness.is_none() {
            return Err(Error::new(
                signature.fn_token.span(),
                "a service method is an `async fn`",
            ));
        }
        if let Some(body) = &method.default {
            return Err(Error::new(
                body.span(),
                "a service method has no default body",
            ));
        }
        if !signature.generics.params.is_empty() {
            return Err(Error::new(
                signature.generics.span(),
                "a service method cannot be generic",
            ));
        }
        let mut inputs = signature.inputs.iter();
        match inputs.next() {
            Some(FnArg::Receiver(receiver))
                if receiver.reference.is_some()
                    && receiver.mutability.is_none()
                    && receiver.colon_token.is_none() => {}
            other => {
                let span = other.map_or_else(|| signature.paren_token.span.join(), Spanned::span);
                return Err(Error::new(span, "a service method takes `&self`"));
            }
        }
        let (context, context_type) = Self::context(signature, inputs.next())?;
        let parameters = inputs.map(Parameter::parse).collect::<Result<Vec<_>>>()?;
        let returns = match &signature.output {
            ReturnType::Type(_, returns) => (**returns).clone(),
            ReturnType::Default => {
                return Err(Error::new(
                    signature.paren_token.span.close(),
                    "a service method returns `Result<T, E>`: every call can fail",
                ));
            }
        };
        let (settings, attributes) = Settings::take(&method.attrs)?;
        Ok(Self {
            attributes,
            name: signature.ident.clone(),
            java_name: settings
                .name
                .clone()
                .unwrap_or_else(|| camel_case(&signature.ident)),
            context,
            context_type,
            parameters,
            returns,
            settings,
        })
    }

    fn context(signature: &syn::Signature, argument: Option<&FnArg>) -> Result<(Ident, Type)> {
        let missing = "the first parameter after `&self` is the context: `cx: &Context`";
        match argument {
            Some(FnArg::Typed(typed)) => match (&*typed.pat, &*typed.ty) {
                (Pat::Ident(name), Type::Reference(reference))
                    if reference.mutability.is_none() =>
                {
                    Ok((name.ident.clone(), (*typed.ty).clone()))
                }
                _ => Err(Error::new(typed.span(), missing)),
            },
            Some(other) => Err(Error::new(other.span(), missing)),
            None => Err(Error::new(signature.ident.span(), missing)),
        }
    }
}

impl Parameter {
    fn parse(argument: &FnArg) -> Result<Self> {
        let FnArg::Typed(typed) = argument else {
            return Err(Error::new(argument.span(), "`self` stands first"));
        };
        let Pat::Ident(name) = &*typed.pat else {
            return Err(Error::new(
                typed.pat.span(),
                "a parameter of a service is a plain name",
            ));
        };
        if let Type::Reference(reference) = &*typed.ty {
            return Err(Error::new(
                reference.span(),
                "a parameter is owned: it is read from the wire, so there is nothing to borrow from",
            ));
        }
        let mut java = None;
        for attribute in &typed.attrs {
            if attribute.path().is_ident("java") {
                java = Some(attribute.parse_args::<LitStr>()?);
            } else {
                return Err(Error::new(
                    attribute.span(),
                    "unknown attribute; a parameter knows `#[java(\"java.lang.Integer\")]`",
                ));
            }
        }
        Ok(Self {
            name: name.ident.clone(),
            ty: (*typed.ty).clone(),
            java,
        })
    }
}

impl Settings {
    /// Takes `#[rpc(…)]` out of a method's attributes.
    fn take(attributes: &[Attribute]) -> Result<(Self, Vec<Attribute>)> {
        let mut settings = Self::default();
        let mut others = Vec::new();
        for attribute in attributes {
            if !attribute.path().is_ident("rpc") {
                others.push(attribute.clone());
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    let name: LitStr = meta.value()?.parse()?;
                    if name.value().is_empty() {
                        return Err(Error::new(name.span(), "the Java method name is empty"));
                    }
                    settings.name = Some(name.value());
                } else if meta.path.is_ident("timeout") {
                    settings.timeout_millis = Some(duration_millis(&meta.value()?.parse()?)?);
                } else if meta.path.is_ident("retries") {
                    settings.retries = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
                } else if meta.path.is_ident("idempotent") {
                    settings.idempotent = true;
                } else if meta.path.is_ident("oneway") {
                    settings.one_way = true;
                } else if meta.path.is_ident("spawn") {
                    settings.spawn = true;
                } else {
                    return Err(meta.error(
                        "unknown key; expected `name`, `timeout`, `retries`, `idempotent`, \
                         `oneway` or `spawn`",
                    ));
                }
                if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                    return Err(meta.input.error("expected `,`"));
                }
                Ok(())
            })?;
        }
        Ok((settings, others))
    }
}

/// `800ms`, `2s`, `1m`.
fn duration_millis(text: &LitStr) -> Result<u64> {
    let value = text.value();
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &value[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => 0,
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|millis| *millis > 0)
        .ok_or_else(|| {
            Error::new(
                text.span(),
                "expected a time such as `\"800ms\"`, `\"2s\"` or `\"1m\"`",
            )
        })
}

/// `find_all` → `findAll`, as a Java method is named.
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = name.to_string();
    let name = name.trim_start_matches("r#");
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = !out.is_empty();
        } else if upper {
            out.extend(character.to_uppercase());
            upper = false;
        } else {
            out.push(character);
        }
    }
    out
}
