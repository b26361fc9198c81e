//! The macro that makes a section, and the groups of keys that sections share.

/// Makes a section: the struct, its builder methods and the table of its keys.
///
/// ```text
/// section! {
///     /// What it is.
///     ExampleConfig for Example { pub id: Option<String>, } ;
///     /// What the setting does.
///     timeout: Duration => "timeout" { param: Some("timeout"), min: 1 };
/// }
/// ```
macro_rules! section {
    (
        $(#[doc = $section_doc:literal])+
        $name:ident for $section:ident {
            $( $(#[doc = $extra_doc:literal])+ pub $extra:ident : $extra_type:ty, )*
        } ;
        $(
            $(#[doc = $doc:literal])+
            $field:ident : $type:ident => $key:literal { $( $property:ident : $value:expr ),* $(,)? } ;
        )*
    ) => {
        $(#[doc = $section_doc])+
        ///
        /// Unset fields fall through to the level below.
        #[derive(Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[doc = $extra_doc])+ pub $extra: $extra_type, )*
            $(
                $(#[doc = $doc])+
                pub $field: Option<$type>,
            )*
            /// Further parameters, which go into the URL as they are.
            pub parameters: std::collections::BTreeMap<String, String>,
        }

        impl $name {
            pub(crate) const KEYS: &'static [$crate::key::Key] = &[
                $(
                    $crate::key::Key {
                        $( $property: $value, )*
                        ..$crate::key::Key::of(
                            $crate::key::Section::$section,
                            $key,
                            $crate::sections::kind_of::<$type>(),
                            concat!($($doc, "\n"),+),
                        )
                    },
                )*
            ];

            $( section! { @setter $(#[doc = $doc])+ $field $type } )*

            /// Adds a parameter that goes into the URL as it is.
            #[must_use]
            pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.parameters.insert(name.into(), value.into());
                self
            }
        }

        impl $crate::sections::Settings for $name {
            const SECTION: $crate::key::Section = $crate::key::Section::$section;

            fn assign(&mut self, key: &$crate::key::Key, text: &str) -> Result<(), String> {
                match key.name {
                    $( $key => $crate::sections::read_into(&mut self.$field, key, text), )*
                    other => Err(format!("`{other}` is no key of this section")),
                }
            }

            fn texts(&self) -> Vec<(&'static $crate::key::Key, String)> {
                let values = [
                    $( $crate::sections::write_from(self.$field.as_ref()), )*
                ];
                Self::KEYS
                    .iter()
                    .zip(values)
                    .filter_map(|(key, value)| value.map(|value| (key, value)))
                    .collect()
            }

            fn parameters(&self) -> &std::collections::BTreeMap<String, String> {
                &self.parameters
            }

            fn parameters_mut(&mut self) -> &mut std::collections::BTreeMap<String, String> {
                &mut self.parameters
            }
        }

        /// Prints what is set, with secrets masked.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut out = f.debug_struct(stringify!($name));
                $( out.field(stringify!($extra), &self.$extra); )*
                $crate::mask::debug_fields(self, &mut out);
                out.finish()
            }
        }
    };

    (@setter $(#[doc = $doc:literal])+ $field:ident String) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $field(mut self, $field: impl Into<String>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@setter $(#[doc = $doc:literal])+ $field:ident List) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $field(mut self, $field: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
    (@setter $(#[doc = $doc:literal])+ $field:ident Port) => {
        $(#[doc = $doc])+
        ///
        /// Here `0` asks for a free port, as it does of the operating system.
        #[must_use]
        pub fn $field(mut self, $field: impl Into<Port>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@setter $(#[doc = $doc:literal])+ $field:ident ByteCount) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $field(mut self, $field: u64) -> Self {
            self.$field = Some(ByteCount($field));
            self
        }
    };
    (@setter $(#[doc = $doc:literal])+ $field:ident $type:ident) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
}

/// Adds the keys that methods, services, references and their defaults share.
macro_rules! section_with_method_keys {
    ($section:ident $($head:tt)*) => {
        section! { $($head)*
            /// How long a call may take.
            timeout: Duration => "timeout" {
                param: Some("timeout"), default: Some("1000"), min: 1, max: 86_400_000,
                aliases: &["request-timeout"],
            };
            /// Tries of `failover` beyond the first.
            retries: u32 => "retries" { param: Some("retries"), default: Some("2"), max: 100 };
            /// How a provider is picked: `random`, `consistenthash`, or the name of an extension.
            loadbalance: String => "loadbalance" {
                param: Some("loadbalance"), default: Some("random"),
            };
            /// Whether running a call twice does no harm, so that `failover` may repeat one whose
            /// outcome is unknown. Tenfold's own.
            idempotent: bool => "idempotent" { param: Some("idempotent"), default: Some("false") };
            /// Which failed calls `failover` repeats: `tenfold`, those that are safe to repeat, or
            /// `dubbo`, every one. Tenfold's own.
            retry_policy: String => "retry-policy" {
                param: Some("retry.policy"), default: Some("tenfold"),
            };
            /// Whether calls stay with one provider as long as it is there.
            sticky: bool => "sticky" { param: Some("sticky"), default: Some("false") };
        }
    };
}

/// Adds the keys that services, references and their defaults share.
macro_rules! section_with_interface_keys {
    ($section:ident $($head:tt)*) => {
        section_with_method_keys! { $section $($head)*
            /// The service group; providers and consumers find each other only within one.
            group: String => "group" { param: Some("group") };
            /// The service version; `0.0.0` counts as none.
            version: String => "version" { param: Some("version") };
            /// What to do when a call fails: `failover`, `failfast`, `failsafe`, or the name of an
            /// extension.
            cluster: String => "cluster" { param: Some("cluster"), default: Some("failover") };
            /// The registries to use, by id; all when unset. `N/A` uses none.
            registry_ids: List => "registry-ids" { aliases: &["registry"] };
            /// The tag by which calls and providers are matched.
            tag: String => "tag" { param: Some("dubbo.tag") };
            /// The connections of a reference to each provider; `0` shares one with the other
            /// references.
            connections: u32 => "connections" {
                param: Some("connections"), default: Some("0"), max: 1_024,
            };
            /// The team or person that answers for it; shown by consoles.
            owner: String => "owner" { param: Some("owner") };
            /// The architectural layer; shown by consoles.
            layer: String => "layer" { param: Some("layer") };
        }
    };
}

/// Adds the keys of a service and of the provider defaults.
macro_rules! section_with_service_keys {
    ($($head:tt)*) => {
        section_with_interface_keys! { service $($head)*
            /// The protocols that serve it, by id; all when unset.
            protocol_ids: List => "protocol-ids" { aliases: &["protocol"] };
            /// Load share in relation to other providers; `0` takes no calls.
            weight: u32 => "weight" {
                param: Some("weight"), default: Some("100"), max: 1_000_000,
            };
            /// How long a fresh provider takes to reach its full weight.
            warmup: Duration => "warmup" {
                param: Some("warmup"), default: Some("600000"), max: 86_400_000,
            };
            /// Whether the registration ends with the process; `false` leaves it behind.
            dynamic: bool => "dynamic" { param: Some("dynamic"), default: Some("true") };
            /// Whether to register at all.
            register: bool => "register" { param: Some("register"), default: Some("true") };
            /// Whether to serve at all.
            export: bool => "export" { default: Some("true") };
            /// Calls that run at once; more are answered as overloaded. `0` is unlimited.
            executes: u32 => "executes" {
                param: Some("executes"), default: Some("0"), max: 1_000_000,
            };
            /// What callers have to present. Dubbo's `true`, which stands for a random one, is
            /// refused: a guessable token is worse than none.
            token: String => "token" { param: Some("token"), secret: true };
            /// Marks it as deprecated; shown by consoles, logged by Java consumers.
            deprecated: bool => "deprecated" { param: Some("deprecated"), default: Some("false") };
            /// Where its documentation is; shown by consoles.
            document: String => "document" { param: Some("document") };
            /// The greatest request or response body.
            payload: ByteCount => "payload" {
                param: Some("payload"), default: Some("8388608"), min: 1, max: 2_147_483_647,
            };
        }
    };
}

/// Adds the keys of a reference and of the consumer defaults.
macro_rules! section_with_reference_keys {
    ($($head:tt)*) => {
        section_with_interface_keys! { reference $($head)*
            /// Whether a missing provider is an error when the reference is made.
            check: bool => "check" { param: Some("check"), default: Some("true") };
            /// Whether to connect at the first call.
            lazy: bool => "lazy" { param: Some("lazy"), default: Some("false") };
            /// The routers that choose among the providers, by name; `-name` leaves a built-in one
            /// out.
            router: List => "router" { param: Some("router") };
            /// The protocol to call by, when providers offer several.
            protocol: String => "protocol" { param: Some("protocol") };
            /// How a generic call carries its values, such as `true`.
            generic: String => "generic" { param: Some("generic") };
        }
    };
}
