//! What `#[service]` writes: the trait, its client, its server, its `dyn` twin.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Path};

use super::parse::{Method, Service};

pub(super) fn service(service: &Service) -> TokenStream {
    let parts = [
        trait_itself(service),
        dyn_twin(service),
        descriptor(service),
        client(service),
        server(service),
    ];
    quote!(#(#parts)*)
}

fn trait_itself(service: &Service) -> TokenStream {
    let Service {
        attributes,
        visibility,
        name,
        ..
    } = service;
    let methods = service.methods.iter().map(|method| {
        let attributes = &method.attributes;
        let signature = signature(method);
        quote!(#(#attributes)* #signature;)
    });
    quote! {
        #(#attributes)*
        #visibility trait #name:
            ::core::marker::Send + ::core::marker::Sync + 'static
        {
            #(#methods)*
        }
    }
}

/// `fn find(&self, cx: &Context, id: String) -> impl Future<Output = …> + Send`
fn signature(method: &Method) -> TokenStream {
    let Method {
        name,
        context,
        context_type,
        returns,
        ..
    } = method;
    let names = method.parameters.iter().map(|parameter| &parameter.name);
    let types = method.parameters.iter().map(|parameter| &parameter.ty);
    quote! {
        fn #name(&self, #context: #context_type, #(#names: #types),*)
            -> impl ::core::future::Future<Output = #returns> + ::core::marker::Send
    }
}

/// `fn find<'a>(&'a self, cx: &'a Context, id: String) -> Pin<Box<dyn Future<…> + Send + 'a>>`
fn boxed_signature(krate: &Path, method: &Method) -> TokenStream {
    let Method {
        context, returns, ..
    } = method;
    let boxed = boxed_name(method);
    let names = method.parameters.iter().map(|parameter| &parameter.name);
    let types = method.parameters.iter().map(|parameter| &parameter.ty);
    quote! {
        fn #boxed<'a>(&'a self, #context: &'a #krate::Context, #(#names: #types),*)
            -> ::core::pin::Pin<::std::boxed::Box<
                dyn ::core::future::Future<Output = #returns> + ::core::marker::Send + 'a>>
    }
}

fn dyn_twin(service: &Service) -> TokenStream {
    let Service {
        krate,
        visibility,
        name,
        ..
    } = service;
    let twin = twin_name(service);
    let signatures: Vec<_> = service
        .methods
        .iter()
        .map(|method| boxed_signature(krate, method))
        .collect();
    let to_static = service.methods.iter().zip(&signatures).map(|(method, signature)| {
        let (method_name, context, names) = call_parts(method);
        quote! {
            #signature {
                ::std::boxed::Box::pin(<Self as #name>::#method_name(self, #context, #(#names),*))
            }
        }
    });
    let to_dyn = service.methods.iter().map(|method| {
        let (_, context, names) = call_parts(method);
        let boxed = boxed_name(method);
        let signature = signature(method);
        quote! {
            #signature {
                async move { <Self as #twin>::#boxed(self, #context, #(#names),*).await }
            }
        }
    });
    let through_arc = service.methods.iter().map(|method| {
        let (method_name, context, names) = call_parts(method);
        let signature = signature(method);
        quote! {
            #signature {
                <Inner as #name>::#method_name(&**self, #context, #(#names),*)
            }
        }
    });
    let docs = format!("[`{name}`] with boxed futures, for `dyn`.");
    let method_docs = service
        .methods
        .iter()
        .map(|method| format!("[`{name}::{}`] with a boxed future.", method.name));
    quote! {
        #[doc = #docs]
        #visibility trait #twin: ::core::marker::Send + ::core::marker::Sync + 'static {
            #(#[doc = #method_docs] #signatures;)*
        }

        impl<Inner: #name> #twin for Inner {
            #(#to_static)*
        }

        impl #name for dyn #twin {
            #(#to_dyn)*
        }

        impl<Inner: #name + ?::core::marker::Sized> #name for ::std::sync::Arc<Inner> {
            #(#through_arc)*
        }
    }
}

/// A free function that builds the descriptor once.
fn descriptor(service: &Service) -> TokenStream {
    let Service {
        krate, interface, ..
    } = service;
    let function = descriptor_name(service);
    let version = service
        .version
        .as_ref()
        .map(|version| quote!(.version(#version)));
    let group = service.group.as_ref().map(|group| quote!(.group(#group)));
    let methods = service.methods.iter().map(|method| {
        let java_name = &method.java_name;
        let types = method.parameters.iter().map(|parameter| &parameter.ty);
        let returns = &method.returns;
        let pins = method.parameters.iter().map(|parameter| match &parameter.java {
            Some(java) => quote!(::core::option::Option::Some(#java)),
            None => quote!(::core::option::Option::None),
        });
        let settings = settings(krate, method);
        quote! {
            .method(
                #krate::__private::typed_method::<(#(#types,)*), #returns>(#java_name, &[#(#pins),*])
                    .with_settings(#settings),
            )
        }
    });
    quote! {
        #[doc(hidden)]
        #[allow(non_snake_case)]
        fn #function() -> &'static ::std::sync::Arc<#krate::__private::ServiceDescriptor> {
            static DESCRIPTOR: ::std::sync::LazyLock<
                ::std::sync::Arc<#krate::__private::ServiceDescriptor>,
            > = ::std::sync::LazyLock::new(|| ::std::sync::Arc::new(
                #krate::__private::ServiceDescriptor::new(#interface)
                    #version
                    #group
                    #(#methods)*
            ));
            &DESCRIPTOR
        }
    }
}

fn settings(krate: &Path, method: &Method) -> TokenStream {
    let settings = &method.settings;
    let timeout = settings.timeout_millis.map(|millis| {
        quote!(settings.timeout =
            ::core::option::Option::Some(::core::time::Duration::from_millis(#millis));)
    });
    let retries = settings
        .retries
        .map(|retries| quote!(settings.retries = ::core::option::Option::Some(#retries);));
    let (idempotent, one_way, spawn) = (settings.idempotent, settings.one_way, settings.spawn);
    quote! {{
        let mut settings = #krate::__private::MethodSettings::new();
        #timeout
        #retries
        settings.idempotent = #idempotent;
        settings.one_way = #one_way;
        settings.always_spawn = #spawn;
        settings
    }}
}

fn client(service: &Service) -> TokenStream {
    let Service {
        krate,
        visibility,
        name,
        interface,
        ..
    } = service;
    let client = format_ident!("{name}Client");
    let descriptor = descriptor_name(service);
    let methods = service.methods.iter().enumerate().map(|(index, method)| {
        let signature = signature(method);
        let (_, context, names) = call_parts(method);
        let types = method.parameters.iter().map(|parameter| &parameter.ty);
        let returns = &method.returns;
        quote! {
            #signature {
                self.stub.call::<(#(#types,)*), #returns>(#index, #context, (#(#names,)*))
            }
        }
    });
    let docs = format!(
        "Calls providers of `{}`; implements [`{name}`].",
        interface.value()
    );
    quote! {
        #[doc = #docs]
        ///
        /// Cheap to clone; clones share their connections.
        #[derive(Clone, Debug)]
        #visibility struct #client {
            stub: #krate::__private::Stub,
        }

        impl #client {
            /// The same client with settings for its calls.
            #[must_use]
            #visibility fn with(&self, options: #krate::CallOptions) -> Self {
                Self { stub: self.stub.with(options) }
            }
        }

        impl #krate::Client for #client {
            fn descriptor() -> &'static ::std::sync::Arc<#krate::__private::ServiceDescriptor> {
                #descriptor()
            }

            fn from_stub(stub: #krate::__private::Stub) -> Self {
                Self { stub }
            }
        }

        impl #name for #client {
            #(#methods)*
        }
    }
}

fn server(service: &Service) -> TokenStream {
    let Service {
        krate,
        visibility,
        name,
        interface,
        ..
    } = service;
    let server = format_ident!("{name}Server");
    let descriptor = descriptor_name(service);
    let arms = service.methods.iter().enumerate().map(|(index, method)| {
        let (method_name, _, names) = call_parts(method);
        let names: Vec<_> = names.collect();
        let types = method.parameters.iter().map(|parameter| &parameter.ty);
        let returns = &method.returns;
        quote! {
            #index => {
                let service = ::std::sync::Arc::clone(&self.service);
                ::std::boxed::Box::pin(async move {
                    let (context, (#(#names,)*)) =
                        #krate::__private::unpack::<(#(#types,)*)>(invocation)?;
                    let result: #returns =
                        <Inner as #name>::#method_name(&*service, &context, #(#names),*).await;
                    #krate::__private::answer(result, context)
                })
            }
        }
    });
    let docs = format!(
        "Serves an implementation of [`{name}`] as `{}`.",
        interface.value()
    );
    quote! {
        #[doc = #docs]
        #visibility struct #server<Inner: ?::core::marker::Sized> {
            service: ::std::sync::Arc<Inner>,
        }

        impl<Inner: #name> #server<Inner> {
            /// Serves `service`.
            #visibility fn new(service: Inner) -> Self {
                Self { service: ::std::sync::Arc::new(service) }
            }
        }

        impl<Inner: #name + ?::core::marker::Sized> #server<Inner> {
            /// Serves a service that others hold too.
            #visibility fn shared(service: ::std::sync::Arc<Inner>) -> Self {
                Self { service }
            }
        }

        impl<Inner: ?::core::marker::Sized> ::core::clone::Clone for #server<Inner> {
            fn clone(&self) -> Self {
                Self { service: ::std::sync::Arc::clone(&self.service) }
            }
        }

        impl<Inner: #name + ?::core::marker::Sized> #krate::Skeleton for #server<Inner> {
            fn descriptor(&self) -> ::std::sync::Arc<#krate::__private::ServiceDescriptor> {
                ::std::sync::Arc::clone(#descriptor())
            }

            fn dispatch(
                &self,
                method: usize,
                invocation: #krate::__private::Invocation,
            ) -> #krate::__private::BoxFuture<
                ::core::result::Result<#krate::__private::Response, #krate::RpcError>,
            > {
                match method {
                    #(#arms)*
                    _ => #krate::__private::no_such_method(&invocation),
                }
            }
        }
    }
}

/// The twin's methods have names of their own: both traits are in scope where the interface is
/// declared, and a call must mean one of them.
fn boxed_name(method: &Method) -> Ident {
    format_ident!("boxed_{}", method.name)
}

/// Method name, name of the context, names of the parameters.
fn call_parts(method: &Method) -> (&Ident, &Ident, impl Iterator<Item = &Ident>) {
    (
        &method.name,
        &method.context,
        method.parameters.iter().map(|parameter| &parameter.name),
    )
}

fn twin_name(service: &Service) -> Ident {
    format_ident!("Dyn{}", service.name)
}

fn descriptor_name(service: &Service) -> Ident {
    format_ident!("__tenfold_descriptor_of_{}", service.name)
}
