//! The service attribute and the derives of Tenfold.
//!
//! Each macro is a thin door here; its work is in the module of its name. Generated code names
//! everything by way of `::tenfold`, so a user needs that one dependency.

use proc_macro::TokenStream;

mod service;
mod service_error;
mod wire;

/// Makes a trait a Dubbo service.
///
/// ```text
/// #[tenfold::service(interface = "com.acme.OrderService", version = "1.0.0", group = "trade")]
/// pub trait OrderService {
///     /// Finds an order.
///     #[rpc(idempotent, retries = 2, timeout = "800ms")]
///     async fn find(&self, cx: &Context, id: String) -> Result<Option<Order>, OrderError>;
/// }
/// ```
///
/// It writes, beside the trait itself:
///
/// * `OrderServiceClient`: calls a provider; `Clone`, and implements the same trait.
/// * `OrderServiceServer<T>`: serves an implementation `T` of the trait.
/// * `DynOrderService`: the trait with boxed futures, for `dyn`; every implementation of the trait
///   implements it too, and `dyn DynOrderService` implements the trait, so it is called as any
///   other implementation is.
///
/// # Keys of the attribute
///
/// `interface` (needed), `version`, `group`, `crate` (path of the `tenfold` crate).
///
/// # Keys of `#[rpc(…)]` on a method
///
/// * `name = "…"`: the Java method name; the default is the Rust name in camelCase. Two methods
///   with one name are overloads.
/// * `timeout = "800ms"` (also `s`, `m`), `retries = 2`.
/// * `idempotent`: running it twice does no harm, so failover may repeat a call whose outcome is
///   unknown.
/// * `oneway`: the caller waits for no answer; the result type is `Result<(), E>`.
/// * `spawn`: a provider gives each call a task of its own at once; for handlers that compute long.
///
/// A parameter's Java type comes from its Rust type; `#[java("java.lang.Integer")]` before it pins
/// another.
#[proc_macro_attribute]
pub fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    service::expand(arguments.into(), item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes an enum the error type of a service's methods.
///
/// Each variant is one Java exception class, `#[exception(class = "…")]`:
///
/// * a unit variant; the exception's message is the variant's `Display` text,
/// * a variant with one unnamed `String`, which is the message,
/// * a variant with named fields: `message` (`String` or `Option<String>`) is the message, the
///   others are the exception's own fields, in camelCase or as `#[exception(name = "…")]` says.
///
/// One variant without the attribute holds the [`RpcError`](https://docs.rs/tenfold) of a call that
/// the framework could not carry out; `#[exception(other)]` on a variant that holds an `Exception`
/// takes every class that no variant names. The enum must be a `std::error::Error` and
/// `From<RpcError>`.
#[proc_macro_derive(ServiceError, attributes(exception))]
pub fn service_error(item: TokenStream) -> TokenStream {
    service_error::expand(item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `Encode`, `Decode` and `JavaType` for a type that stands for a Java class.
///
/// ```text
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
