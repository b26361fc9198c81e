//! `#[wire(…)]` on types, fields and variants. Each mistake is reported where it stands.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, LitStr, Path, parse_quote};

/// What stands on the type.
pub(crate) struct Container {
    /// `class = "com.acme.Order"`: the class on the wire.
    pub(crate) class: Option<LitStr>,
    /// `java = "com.acme.Api"`: the declared type, where it is not the class.
    pub(crate) java: Option<LitStr>,
    /// `crate = "::tenfold_hessian2"`: where the codec is.
    pub(crate) krate: Path,
}

impl Container {
    pub(crate) fn parse(attrs: &[Attribute]) -> Result<Self, Error> {
        let mut container = Container {
            class: None,
            java: None,
            krate: parse_quote!(::tenfold::hessian2),
        };
        each(attrs, |meta| {
            if meta.path.is_ident("class") {
                return once(&meta, &mut container.class, class_name(&meta)?);
            }
            if meta.path.is_ident("java") {
                return once(&meta, &mut container.java, class_name(&meta)?);
            }
            if meta.path.is_ident("crate") {
                container.krate = text(&meta)?.parse()?;
                return Ok(());
            }
            Err(meta.error("unknown key; on a type there are `class`, `java` and `crate`"))
        })?;
        Ok(container)
    }
}

/// What stands on a field.
#[derive(Default)]
pub(crate) struct Field {
    /// `name = "accountId"`: the Java name.
    pub(crate) name: Option<LitStr>,
    /// `default`: null and absence become the type's default.
    pub(crate) default: bool,
    /// `skip`: not on the wire.
    pub(crate) skip: bool,
    /// `parent` or `flatten`: the fields of the superclass.
    pub(crate) parent: bool,
}

impl Field {
    pub(crate) fn parse(attrs: &[Attribute]) -> Result<Self, Error> {
        let mut field = Field::default();
        each(attrs, |meta| {
            if meta.path.is_ident("name") {
                return once(&meta, &mut field.name, java_name(&meta)?);
            }
            if meta.path.is_ident("default") {
                field.default = true;
                return Ok(());
            }
            if meta.path.is_ident("skip") {
                field.skip = true;
            } else if meta.path.is_ident("parent") || meta.path.is_ident("flatten") {
                field.parent = true;
            } else {
                return Err(meta.error(
                    "unknown key; on a field there are `name`, `default`, `skip` and `parent`",
                ));
            }
            match (field.skip && field.parent, &field.name) {
                (false, None) => Ok(()),
                _ => Err(meta.error("contradicts another key of this field")),
            }
        })?;
        if let Some(name) = &field.name
            && (field.skip || field.parent)
        {
            return Err(Error::new_spanned(
                name,
                "this field has no name on the wire",
            ));
        }
        Ok(field)
    }
}

/// What stands on an enum variant.
#[derive(Default)]
pub(crate) struct Variant {
    /// `name = "ACTIVE"`: the Java constant.
    pub(crate) name: Option<LitStr>,
    /// `class = "com.acme.Circle"`: the class that this variant holds.
    pub(crate) class: Option<LitStr>,
    /// `other`: the variant for everything else.
    pub(crate) other: bool,
}

impl Variant {
    pub(crate) fn parse(attrs: &[Attribute]) -> Result<Self, Error> {
        let mut variant = Variant::default();
        each(attrs, |meta| {
            if meta.path.is_ident("name") {
                return once(&meta, &mut variant.name, java_name(&meta)?);
            }
            if meta.path.is_ident("class") {
                return once(&meta, &mut variant.class, class_name(&meta)?);
            }
            if meta.path.is_ident("other") {
                variant.other = true;
                return Ok(());
            }
            Err(meta.error("unknown key; on a variant there are `name`, `class` and `other`"))
        })?;
        Ok(variant)
    }
}

fn each(
    attrs: &[Attribute],
    mut take: impl FnMut(ParseNestedMeta<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("wire")) {
        attr.parse_nested_meta(&mut take)?;
    }
    Ok(())
}

fn once(
    meta: &ParseNestedMeta<'_>,
    place: &mut Option<LitStr>,
    value: LitStr,
) -> Result<(), Error> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("given twice")),
    }
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr, Error> {
    meta.value()?.parse()
}

fn java_name(meta: &ParseNestedMeta<'_>) -> Result<LitStr, Error> {
    let name = text(meta)?;
    let value = name.value();
    let first_ok = value.chars().next().is_some_and(|c| !c.is_ascii_digit());
    let rest_ok = value
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    match first_ok && rest_ok && value.len() < 1024 {
        true => Ok(name),
        false => Err(Error::new_spanned(name, "not a Java identifier")),
    }
}

fn class_name(meta: &ParseNestedMeta<'_>) -> Result<LitStr, Error> {
    let name = text(meta)?;
    let value = name.value();
    let part_ok = |part: &str| {
        part.chars().next().is_some_and(|c| !c.is_ascii_digit())
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
    };
    match value.split('.').all(part_ok) && value.len() < 1024 {
        true => Ok(name),
        false => Err(Error::new_spanned(
            name,
            "not a Java class name; write it as `com.acme.Order`, nested classes with `$`",
        )),
    }
}
