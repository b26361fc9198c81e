//! The service attribute and the derives of Tenfold.
//!
//! Only doors stand here; each macro lives in the module of its name.

mod wire;

use proc_macro::TokenStream;

/// Implements `Encode`, `Decode` and `JavaType` for a type that stands for a Java class.
///
/// ```ignore
/// #[derive(Wire)]
/// #[wire(class = "com.acme.Order")]
/// struct Order {
///     id: i64,
///     account_id: i64,                      // Java name: accountId
///     #[wire(name = "lines")] items: Vec<Line>,
///     note: Option<String>,                 // null is None
///     #[wire(default)] currency: Currency,  // null or absent: Default::default()
///     #[wire(skip)] cache: Cache,           // not on the wire
/// }
/// ```
///
/// On a type: `class` (the Java class), `java` (the declared type of parameters, if it is an
/// interface or a superclass), `crate` (the path of `tenfold_hessian2`, `::tenfold::hessian2` by
/// default). On a field: `name`, `default`, `skip`, `parent` (a struct with the fields of the
/// superclass; `flatten` means the same). An enum of plain variants is a Java enum, its constants
/// in `SCREAMING_SNAKE_CASE` unless `name` says otherwise; an enum whose variants hold one value
/// each is a choice between classes, by `class` or by the class of the value held, with `other`
/// for everything else.
///
/// A field that is absent or null becomes zero, empty or `None`; for other types it is an error
/// unless the field is `default`.
#[proc_macro_derive(Wire, attributes(wire))]
pub fn derive_wire(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    wire::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
