//! An interface as data: what the proxy room generates and the other rooms read.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use tenfold_common::{ServiceKey, Url, keys};
use tenfold_serialization::{Arguments, Body, Reader, SerializationError};

/// An interface: its identity and its methods.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceDescriptor {
    /// The Java interface name.
    pub interface: Cow<'static, str>,
    /// The service group, if any.
    pub group: Option<Cow<'static, str>>,
    /// The service version, if any.
    pub version: Option<Cow<'static, str>>,
    /// The methods in order of declaration; [`MethodDescriptor::index`] counts them.
    pub methods: Vec<Arc<MethodDescriptor>>,
    /// For a service that takes calls of methods which it does not name: describes one by its name
    /// and its parameter descriptor.
    pub open: Option<DescribeMethod>,
}

/// Describes a method that a service does not name; `None` refuses it.
pub type DescribeMethod = fn(name: &str, parameters: &str) -> Option<Arc<MethodDescriptor>>;

/// A method: its name and types as Java sees them, and how its values are read.
#[non_exhaustive]
pub struct MethodDescriptor {
    /// Place in [`ServiceDescriptor::methods`].
    pub index: usize,
    /// The Java method name.
    pub name: Cow<'static, str>,
    /// JVM descriptor of each parameter, such as `Ljava/lang/String;`.
    pub parameters: Vec<Cow<'static, str>>,
    /// [`Self::parameters`] in one string, as the request carries it.
    pub parameter_descriptor: String,
    /// JVM descriptor of the result; `V` for none.
    pub returns: Cow<'static, str>,
    /// What the interface says about calls of this method.
    pub settings: MethodSettings,
    codec: Box<dyn MethodCodec>,
}

/// What an interface says about calls of a method; configuration stands above it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodSettings {
    /// How long a call may take.
    pub timeout: Option<Duration>,
    /// Tries beyond the first that failover may make.
    pub retries: Option<u32>,
    /// Whether running it twice does no harm, so that failover may repeat a call whose outcome is
    /// unknown.
    pub idempotent: bool,
    /// Whether the caller waits for no answer.
    pub one_way: bool,
    /// Whether a provider gives each call a task of its own at once, for handlers that compute
    /// for long without waiting.
    pub always_spawn: bool,
}

/// How the values of one method are read from a stream.
pub trait MethodCodec: Send + Sync {
    /// Reads the arguments of a request.
    ///
    /// # Errors
    ///
    /// [`SerializationError`] when the bytes do not fit the parameter types.
    fn read_arguments(
        &self,
        reader: &mut Reader<'_>,
    ) -> Result<Arc<dyn Arguments>, SerializationError>;

    /// Reads the value of a response.
    ///
    /// # Errors
    ///
    /// [`SerializationError`] when the bytes do not fit the result type.
    fn read_value(&self, reader: &mut Reader<'_>) -> Result<Box<dyn Body>, SerializationError>;

    /// The value of a method that returns nothing, for an answer that carries none.
    fn no_value(&self) -> Option<Box<dyn Body>>;

    /// For a generic call the method that its arguments name.
    fn named_method<'a>(&self, arguments: &'a dyn Arguments) -> Option<&'a str> {
        let _ = arguments;
        None
    }
}

impl ServiceDescriptor {
    /// An interface without methods; add them with [`Self::method`].
    pub fn new(interface: impl Into<Cow<'static, str>>) -> Self {
        Self {
            interface: interface.into(),
            group: None,
            version: None,
            methods: Vec::new(),
            open: None,
        }
    }

    /// Sets the group; an empty one is none.
    #[must_use]
    pub fn group(mut self, group: impl Into<Cow<'static, str>>) -> Self {
        self.group = Some(group.into()).filter(|group| !group.is_empty());
        self
    }

    /// Sets the version; an empty one and `0.0.0` are none.
    #[must_use]
    pub fn version(mut self, version: impl Into<Cow<'static, str>>) -> Self {
        self.version = Some(version.into())
            .filter(|version| !version.is_empty() && *version != keys::NO_VERSION);
        self
    }

    /// Adds a method; its index becomes its place.
    #[must_use]
    pub fn method(mut self, mut method: MethodDescriptor) -> Self {
        method.index = self.methods.len();
        self.methods.push(Arc::new(method));
        self
    }

    /// The same interface under the group and version that `url` names.
    #[must_use]
    pub fn with_identity_of(&self, url: &Url) -> Self {
        let identity = |value: Option<&str>| value.map(|value| Cow::Owned(value.to_owned()));
        Self {
            interface: self.interface.clone(),
            group: identity(url.param(keys::GROUP)),
            version: identity(url.param(keys::VERSION)).filter(|v| *v != keys::NO_VERSION),
            methods: self.methods.clone(),
            open: self.open,
        }
    }

    /// The service's key.
    pub fn key(&self) -> ServiceKey {
        ServiceKey::new(
            &self.interface,
            self.group.as_deref(),
            self.version.as_deref(),
        )
    }

    /// The names of the methods in byte order without repetition, joined by commas, as the
    /// `methods` parameter of a URL holds them.
    pub fn method_names(&self) -> String {
        let mut names: Vec<&str> = self.methods.iter().map(|method| &*method.name).collect();
        names.sort_unstable();
        names.dedup();
        names.join(",")
    }
}

impl MethodDescriptor {
    /// A method with the Java name `name`.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        parameters: Vec<Cow<'static, str>>,
        returns: impl Into<Cow<'static, str>>,
        codec: Box<dyn MethodCodec>,
    ) -> Self {
        Self {
            index: 0,
            name: name.into(),
            parameter_descriptor: parameters.concat(),
            parameters,
            returns: returns.into(),
            settings: MethodSettings::default(),
            codec,
        }
    }

    /// The same method with these settings.
    #[must_use]
    pub fn with_settings(mut self, settings: MethodSettings) -> Self {
        self.settings = settings;
        self
    }

    /// How long a try may take by what `url` says about this method and about the service
    /// (`<method>.timeout`, `timeout`), else by the interface, else a second. Zero and negative
    /// values count as unset, as dubbo-go sends them.
    pub fn timeout_by(&self, url: &Url) -> Duration {
        url.method_param(&self.name, keys::TIMEOUT)
            .and_then(|millis| millis.trim().parse().ok())
            .filter(|millis| *millis > 0)
            .map(Duration::from_millis)
            .or(self.settings.timeout)
            .unwrap_or(MethodSettings::DEFAULT_TIMEOUT)
    }

    /// How its values are read.
    pub fn codec(&self) -> &dyn MethodCodec {
        &*self.codec
    }

    /// The method that is really called: for a generic call the one that `arguments` name.
    pub fn real_name<'a>(&'a self, arguments: Option<&'a dyn Arguments>) -> &'a str {
        arguments
            .and_then(|arguments| self.codec.named_method(arguments))
            .unwrap_or(&self.name)
    }
}

impl fmt::Debug for MethodDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}({}){}",
            self.name, self.parameter_descriptor, self.returns
        )
    }
}

impl MethodSettings {
    /// How long a try may take when neither an interface nor a URL says so, as in Dubbo.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);

    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }
}
