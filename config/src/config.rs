//! The configuration of a process: collected by [`ConfigBuilder`], read from [`Config`].

use std::{io::Read, path::Path, sync::Arc};

use crate::{
    ApplicationConfig, ConfigError, ConsumerConfig, Explanation, Origin, Problem, ProblemKind,
    ProtocolConfig, ProviderConfig, RegistryConfig, Warning,
    key::Section,
    layers::{self, Chosen, Layers, Setting},
    origin::Position,
    place::{EntryName, Owner},
    sections::Settings,
    source::{
        AddressOverrides, Entries, FILE_BYTES_MAX, read_arguments, read_environment,
        read_properties, read_yaml,
    },
};

/// The name of a registry that has none.
const DEFAULT_REGISTRY: &str = "default";
/// The protocol that is served when nothing is said.
const DEFAULT_PROTOCOL: &str = "dubbo";

/// Collects the sources of a [`Config`].
///
/// Nothing here reads the process or its files by itself: texts, arguments and variables are
/// handed in. [`ConfigBuilder::load_file`] is the one door to the disk.
#[derive(Clone, Debug, Default)]
pub struct ConfigBuilder {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    files: Vec<Source>,
    properties: Vec<Source>,
    application: ApplicationConfig,
    registries: Vec<RegistryConfig>,
    protocols: Vec<ProtocolConfig>,
    provider: ProviderConfig,
    consumer: ConsumerConfig,
}

/// The configuration of a process.
///
/// What concerns the process as a whole is resolved; services and references are resolved when
/// they are asked for ([`Config::service`], [`Config::reference`]), because the code that serves
/// and refers them has its say too.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) layers: Layers,
    pub(crate) application: Resolved<ApplicationConfig>,
    pub(crate) registries: Vec<Resolved<RegistryConfig>>,
    pub(crate) protocols: Vec<Resolved<ProtocolConfig>>,
    pub(crate) provider: Resolved<ProviderConfig>,
    pub(crate) consumer: Resolved<ConsumerConfig>,
    pub(crate) overrides: AddressOverrides,
}

/// A section with the values that hold.
#[derive(Clone, Debug)]
pub(crate) struct Resolved<S> {
    pub(crate) section: S,
    pub(crate) chosen: Vec<Chosen>,
}

/// The name and the text of a file.
#[derive(Clone)]
struct Source {
    name: String,
    text: String,
}

impl ConfigBuilder {
    /// No sources: everything has its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds process parameters such as `-Ddubbo.application.name=trade`, with or without `-D`.
    #[must_use]
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds environment variables, such as `std::env::vars()`; only those whose names begin with
    /// `DUBBO_` or `dubbo.` are read.
    #[must_use]
    pub fn environment(
        mut self,
        variables: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, text)| (name.into(), text.into()));
        self.environment.extend(variables);
        self
    }

    /// Adds the text of the application's own file. A name that ends in `.properties` is read as
    /// properties, any other as YAML. A file that is added later stands above an earlier one.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.push(Source {
            name: name.into(),
            text: text.into(),
        });
        self
    }

    /// Reads the application's own file from the disk and adds it as [`ConfigBuilder::file`] does.
    ///
    /// # Errors
    ///
    /// A [`ProblemKind::Unreadable`] when the file cannot be read, is longer than
    /// [`FILE_BYTES_MAX`], or is not UTF-8.
    pub fn load_file(self, path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = read_text(path).map_err(|reason| unreadable(&name, &reason))?;
        Ok(self.file(name, text))
    }

    /// Adds the text of a `dubbo.properties` file, which stands below the code.
    #[must_use]
    pub fn dubbo_properties(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.properties.push(Source {
            name: name.into(),
            text: text.into(),
        });
        self
    }

    /// Says in code what the application is.
    #[must_use]
    pub fn application(mut self, application: ApplicationConfig) -> Self {
        self.application = application;
        self
    }

    /// Adds a registry in code.
    #[must_use]
    pub fn registry(mut self, registry: RegistryConfig) -> Self {
        self.registries.push(registry);
        self
    }

    /// Adds a protocol to serve in code.
    #[must_use]
    pub fn protocol(mut self, protocol: ProtocolConfig) -> Self {
        self.protocols.push(protocol);
        self
    }

    /// Says in code what holds for all services.
    #[must_use]
    pub fn provider(mut self, provider: ProviderConfig) -> Self {
        self.provider = provider;
        self
    }

    /// Says in code what holds for all references.
    #[must_use]
    pub fn consumer(mut self, consumer: ConsumerConfig) -> Self {
        self.consumer = consumer;
        self
    }

    /// Reads all sources and puts them in order.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with everything that is wrong in any of them.
    pub fn build(self) -> Result<Config, ConfigError> {
        let mut overrides = AddressOverrides::default();
        let mut layers = Layers::default();
        layers.add(read_arguments(
            self.arguments.iter().map(String::as_str),
            &mut overrides,
        ));
        let variables = self.environment.iter();
        layers.add(read_environment(
            variables.map(|(name, text)| (name.as_str(), text.as_str())),
            &mut overrides,
        ));
        for source in self.files.iter().rev() {
            layers.add(source.read(Origin::File));
        }
        for source in self.properties.iter().rev() {
            layers.add(source.read_as_properties(Origin::Properties));
        }
        let registries = named(self.registries, Section::Registry);
        let protocols = named(self.protocols, Section::Protocol);
        let layers = layers.finish()?;
        Config::resolve(
            layers,
            overrides,
            Code {
                application: self.application,
                registries,
                protocols,
                provider: self.provider,
                consumer: self.consumer,
            },
        )
    }
}

/// What the code says, with a name for every entry.
struct Code {
    application: ApplicationConfig,
    registries: Vec<(String, RegistryConfig)>,
    protocols: Vec<(String, ProtocolConfig)>,
    provider: ProviderConfig,
    consumer: ConsumerConfig,
}

impl Config {
    /// Starts to collect sources.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::new()
    }

    /// The program as a whole.
    pub fn application(&self) -> &ApplicationConfig {
        &self.application.section
    }

    /// The registries, each with its id.
    pub fn registries(&self) -> impl ExactSizeIterator<Item = &RegistryConfig> {
        self.registries.iter().map(|registry| &registry.section)
    }

    /// The protocols to serve, each with its id and its name; `dubbo` when none is said.
    pub fn protocols(&self) -> impl ExactSizeIterator<Item = &ProtocolConfig> {
        self.protocols.iter().map(|protocol| &protocol.section)
    }

    /// What holds for all services.
    pub fn provider(&self) -> &ProviderConfig {
        &self.provider.section
    }

    /// What holds for all references.
    pub fn consumer(&self) -> &ConsumerConfig {
        &self.consumer.section
    }

    /// The settings that are known to Dubbo and have no effect here, and what stands outside
    /// `dubbo`.
    pub fn warnings(&self) -> &[Warning] {
        &self.layers.warnings
    }

    /// The values in force for the process as a whole, and what the sources say of services and
    /// references, each with its origin.
    pub fn explain(&self) -> Explanation {
        let mut out = Explanation::default();
        out.add("dubbo.application", &self.application.chosen);
        out.add_defaults("dubbo.application", Section::Application);
        for registry in &self.registries {
            let id = registry.section.id.as_deref().unwrap_or_default();
            let prefix = format!("dubbo.registries.{id}");
            out.add(&prefix, &registry.chosen);
            out.add_defaults(&prefix, Section::Registry);
        }
        for protocol in &self.protocols {
            let id = protocol.section.id.as_deref().unwrap_or_default();
            let prefix = format!("dubbo.protocols.{id}");
            out.add(&prefix, &protocol.chosen);
            out.add_defaults(&prefix, Section::Protocol);
        }
        out.add("dubbo.provider", &self.provider.chosen);
        out.add("dubbo.consumer", &self.consumer.chosen);
        for setting in &self.layers.settings {
            if let Owner::Target {
                section,
                name,
                method,
            } = &setting.place.owner
            {
                let method = method
                    .as_ref()
                    .map(|method| format!(".{method}"))
                    .unwrap_or_default();
                let prefix = format!("dubbo.{section}.{}{method}", name.text());
                out.add(&prefix, &[Chosen::of(setting)]);
            }
        }
        out
    }

    fn resolve(
        layers: Layers,
        overrides: AddressOverrides,
        code: Code,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let application = section(&layers, &code.application, &mut problems);
        let provider = section(&layers, &code.provider, &mut problems);
        let consumer = section(&layers, &code.consumer, &mut problems);
        let registries = registries(&layers, &code.registries, &mut problems);
        let protocols = protocols(&layers, &code.protocols, &mut problems);
        if !problems.is_empty() {
            return Err(ConfigError::new(problems));
        }
        Ok(Self {
            layers,
            application,
            registries,
            protocols,
            provider,
            consumer,
            overrides,
        })
    }
}

impl Source {
    fn read(&self, origin: impl Fn(Position) -> Origin) -> Entries {
        if self.name.ends_with(".properties") {
            self.read_as_properties(origin)
        } else if self.text.len() > FILE_BYTES_MAX {
            self.too_long(origin)
        } else {
            read_yaml(&self.name, &self.text)
        }
    }

    fn read_as_properties(&self, origin: impl Fn(Position) -> Origin) -> Entries {
        if self.text.len() > FILE_BYTES_MAX {
            self.too_long(origin)
        } else {
            read_properties(&self.name, &self.text, origin)
        }
    }

    fn too_long(&self, origin: impl Fn(Position) -> Origin) -> Entries {
        let message = format!("{} bytes exceed {FILE_BYTES_MAX}", self.text.len());
        let origin = origin(start_of(&self.name));
        Entries {
            problems: vec![Problem::new(ProblemKind::Unreadable, &origin, message)],
            ..Entries::default()
        }
    }
}

/// Prints the name alone: the text may hold secrets.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({}, {} bytes)", self.name, self.text.len())
    }
}

impl Chosen {
    fn of(setting: &Setting) -> Self {
        Self {
            name: setting.place.name.clone(),
            text: setting.text.clone(),
            origin: setting.origin.clone(),
            overrides: Vec::new(),
        }
    }
}

/// Entries that the code adds, each with its name: its id, a protocol's name, or `default`.
fn named<S: Entry>(entries: Vec<S>, section: Section) -> Vec<(String, S)> {
    let mut out: Vec<(String, S)> = Vec::new();
    for entry in entries {
        let wish = entry.wish().unwrap_or(match section {
            Section::Registry => DEFAULT_REGISTRY,
            _ => DEFAULT_PROTOCOL,
        });
        // A name that is taken gets a number, as Dubbo's own generated names do.
        let mut name = wish.to_owned();
        let mut number = 2u32;
        while out.iter().any(|(taken, _)| *taken == name) {
            name = format!("{wish}-{number}");
            number = number.saturating_add(1);
        }
        out.push((name, entry));
    }
    out
}

/// A registry or a protocol.
trait Entry: Settings {
    fn wish(&self) -> Option<&str>;
    fn set_id(&mut self, id: &str);
}

impl Entry for RegistryConfig {
    fn wish(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn set_id(&mut self, id: &str) {
        self.id = Some(id.to_owned());
    }
}

impl Entry for ProtocolConfig {
    fn wish(&self) -> Option<&str> {
        self.id.as_deref().or(self.name.as_deref())
    }

    fn set_id(&mut self, id: &str) {
        self.id = Some(id.to_owned());
    }
}

fn section<S: Settings>(layers: &Layers, code: &S, problems: &mut Vec<Problem>) -> Resolved<S> {
    let code = layers::code_settings(&Owner::Section(S::SECTION), code);
    let candidates =
        layers::of_section(layers, S::SECTION).chain(code.iter().map(|setting| (0, setting)));
    filled(S::default(), layers::choose(candidates), problems)
}

fn filled<S: Settings>(
    mut section: S,
    chosen: Vec<Chosen>,
    problems: &mut Vec<Problem>,
) -> Resolved<S> {
    if let Err(found) = layers::fill(&mut section, &chosen) {
        problems.extend(found);
    }
    Resolved { section, chosen }
}

fn entry<S: Entry>(
    layers: &Layers,
    id: &str,
    name: Option<&str>,
    code: Option<&S>,
    problems: &mut Vec<Problem>,
) -> Resolved<S> {
    let owner = Owner::Entry(S::SECTION, EntryName::Exact(id.to_owned()));
    let code = code.map(|code| layers::code_settings(&owner, code));
    let code = code.unwrap_or_default();
    let candidates = layers::of_entry(layers, S::SECTION, id, name)
        .chain(code.iter().map(|setting| (0, setting)));
    let mut resolved = filled(S::default(), layers::choose(candidates), problems);
    resolved.section.set_id(id);
    resolved
}

fn registries(
    layers: &Layers,
    code: &[(String, RegistryConfig)],
    problems: &mut Vec<Problem>,
) -> Vec<Resolved<RegistryConfig>> {
    entry_ids(layers, code, Section::Registry, Some(DEFAULT_REGISTRY))
        .iter()
        .map(|id| entry(layers, id, None, code_of(code, id), problems))
        .collect()
}

fn protocols(
    layers: &Layers,
    code: &[(String, ProtocolConfig)],
    problems: &mut Vec<Problem>,
) -> Vec<Resolved<ProtocolConfig>> {
    let mut ids = entry_ids(layers, code, Section::Protocol, None);
    if ids.is_empty() {
        let general = layers::choose(layers::of_section(layers, Section::Protocol));
        let name = general.iter().find(|chosen| chosen.name.text() == "name");
        ids.push(
            name.map_or(DEFAULT_PROTOCOL, |chosen| &chosen.text)
                .to_owned(),
        );
    }
    let mut out = Vec::new();
    for id in &ids {
        let code = code_of(code, id);
        // The name has to be known before it can be used to find further settings.
        let first: Resolved<ProtocolConfig> = entry(layers, id, None, code, &mut Vec::new());
        let name = first.section.name.as_deref();
        let mut protocol: Resolved<ProtocolConfig> = entry(layers, id, name, code, problems);
        if protocol.section.name.is_none() {
            // `protocols.dubbo.port` alone says which protocol is meant.
            protocol.section.name = Some(id.clone());
        }
        out.push(protocol);
    }
    out
}

/// The names of all entries: those of the code, those of the sources, or the one that a section
/// without names stands for.
fn entry_ids<S>(
    layers: &Layers,
    code: &[(String, S)],
    section: Section,
    unnamed: Option<&str>,
) -> Vec<String> {
    let mut ids: Vec<String> = code.iter().map(|(id, _)| id.clone()).collect();
    for name in layers::entry_names(layers, section) {
        if !ids.iter().any(|id| name.is(id)) {
            ids.push(name.text());
        }
    }
    let general = layers::of_section(layers, section).next().is_some();
    if let Some(unnamed) = unnamed.filter(|_| ids.is_empty() && general) {
        ids.push(unnamed.to_owned());
    }
    ids
}

fn code_of<'a, S>(code: &'a [(String, S)], id: &str) -> Option<&'a S> {
    code.iter().find(|(own, _)| own == id).map(|(_, code)| code)
}

fn start_of(file: &str) -> Position {
    Position {
        file: Arc::from(file),
        line: 1,
        column: 1,
    }
}

fn unreadable(file: &str, reason: &str) -> ConfigError {
    let origin = Origin::File(start_of(file));
    Problem::new(
        ProblemKind::Unreadable,
        &origin,
        format!("cannot be read: {reason}"),
    )
    .into()
}

/// Reads at most one byte more than is allowed, so that a huge file costs no more than that.
fn read_text(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(format!("it is longer than {FILE_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}
