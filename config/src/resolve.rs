//! Services and references: what code, sources and the defaults of the process say of them.
//!
//! Between the levels Dubbo's order holds for each setting apart: method, then service or
//! reference, then provider or consumer. Within a level the order of the sources holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Config, ConfigError, Explanation, MethodConfig, Origin, Problem, ProblemKind, ProtocolConfig,
    ReferenceConfig, RegistryConfig, ServiceConfig,
    key::Section,
    layers::{self, Chosen, Setting},
    place::{EntryName, Owner},
    sections::Settings,
};

/// The id that stands for no registry.
const NO_REGISTRY: &str = "N/A";

/// A service or a reference with what was chosen for it.
struct Target<S> {
    section: S,
    chosen: Vec<Chosen>,
    methods: BTreeMap<String, (MethodConfig, Vec<Chosen>)>,
}

/// What tells one service or reference from another.
struct Identity<'a> {
    section: Section,
    id: Option<&'a str>,
    interface: &'a str,
    group: Option<&'a str>,
    version: Option<&'a str>,
}

impl Config {
    /// The settings in force for a service that the code serves.
    ///
    /// An entry of a file belongs to it if it has the service's id, or if it is for the interface
    /// and says nothing else of group and version.
    ///
    /// # Errors
    ///
    /// A value of the code outside the bounds of its key, the name of a registry or a protocol
    /// that does not exist, or a token that anybody could guess.
    pub fn service(&self, code: &ServiceConfig) -> Result<ServiceConfig, ConfigError> {
        let target = self.service_target(code)?;
        let mut service = target.section;
        service.fall_back_to(&self.provider.section);
        service.methods = methods(target.methods);
        service.id.clone_from(&code.id);
        let levels: [&[Chosen]; 2] = [&target.chosen, &self.provider.chosen];
        self.check_registries(service.registry_ids.as_deref(), &levels)?;
        self.check_protocols(service.protocol_ids.as_deref(), &levels)?;
        check_token(&service, &levels)?;
        Ok(service)
    }

    /// The settings in force for a reference that the code makes; see [`Config::service`].
    ///
    /// # Errors
    ///
    /// A value of the code outside the bounds of its key, or the name of a registry that does not
    /// exist.
    pub fn reference(&self, code: &ReferenceConfig) -> Result<ReferenceConfig, ConfigError> {
        let target = self.reference_target(code)?;
        let mut reference = target.section;
        reference.fall_back_to(&self.consumer.section);
        if let Some(shared) = self.consumer.section.shareconnections {
            // It concerns all references together, so a single reference has no key for it.
            reference
                .parameters
                .insert("shareconnections".to_owned(), shared.to_string());
        }
        reference.methods = methods(target.methods);
        reference.id.clone_from(&code.id);
        let levels: [&[Chosen]; 2] = [&target.chosen, &self.consumer.chosen];
        self.check_registries(reference.registry_ids.as_deref(), &levels)?;
        Ok(reference)
    }

    /// The registries that a service or a reference with these ids uses.
    pub fn registries_of(&self, ids: Option<&[String]>) -> Vec<&RegistryConfig> {
        let ids = ids.or(self.application.section.registry_ids.as_deref());
        let all = self.registries.iter().map(|registry| &registry.section);
        match ids {
            None => all.collect(),
            Some(ids) => all.filter(|own| contains(ids, own.id.as_deref())).collect(),
        }
    }

    /// The registries in which a resolved service is registered: none if the service says so, and
    /// never one that is only read from.
    pub fn registers(&self, service: &ServiceConfig) -> Vec<&RegistryConfig> {
        if service.register == Some(false) {
            return Vec::new();
        }
        let mut registries = self.registries_of(service.registry_ids.as_deref());
        registries.retain(|registry| registry.register != Some(false));
        registries
    }

    /// The registries in which a resolved reference looks for its providers: none if it has
    /// addresses of its own, and never one that is only written to.
    pub fn subscribes(&self, reference: &ReferenceConfig) -> Vec<&RegistryConfig> {
        if reference.url.is_some() {
            return Vec::new();
        }
        let mut registries = self.registries_of(reference.registry_ids.as_deref());
        registries.retain(|registry| registry.subscribe != Some(false));
        registries
    }

    /// The protocols that serve a service with these ids.
    pub fn protocols_of(&self, ids: Option<&[String]>) -> Vec<&ProtocolConfig> {
        let all = self.protocols.iter().map(|protocol| &protocol.section);
        match ids {
            None => all.collect(),
            Some(ids) => all
                .filter(|own| {
                    contains(ids, own.id.as_deref()) || contains(ids, own.name.as_deref())
                })
                .collect(),
        }
    }

    /// Every value in force for a service, with its origin.
    ///
    /// # Errors
    ///
    /// As [`Config::service`].
    pub fn explain_service(&self, code: &ServiceConfig) -> Result<Explanation, ConfigError> {
        let target = self.service_target(code)?;
        let interface = code.interface.as_deref().unwrap_or_default();
        let prefix = format!("dubbo.service.{interface}");
        Ok(explain(
            &prefix,
            Section::Service,
            &target.chosen,
            &self.provider.chosen,
            &target.methods,
        ))
    }

    /// Every value in force for a reference, with its origin.
    ///
    /// # Errors
    ///
    /// As [`Config::reference`].
    pub fn explain_reference(&self, code: &ReferenceConfig) -> Result<Explanation, ConfigError> {
        let target = self.reference_target(code)?;
        let interface = code.interface.as_deref().unwrap_or_default();
        let prefix = format!("dubbo.reference.{interface}");
        Ok(explain(
            &prefix,
            Section::Reference,
            &target.chosen,
            &self.consumer.chosen,
            &target.methods,
        ))
    }

    fn service_target(&self, code: &ServiceConfig) -> Result<Target<ServiceConfig>, ConfigError> {
        let identity = Identity {
            section: Section::Service,
            id: code.id.as_deref(),
            interface: code.interface.as_deref().unwrap_or_default(),
            group: code.group.as_deref(),
            version: code.version.as_deref(),
        };
        self.target(&identity, code, &code.methods)
    }

    fn reference_target(
        &self,
        code: &ReferenceConfig,
    ) -> Result<Target<ReferenceConfig>, ConfigError> {
        let identity = Identity {
            section: Section::Reference,
            id: code.id.as_deref(),
            interface: code.interface.as_deref().unwrap_or_default(),
            group: code.group.as_deref(),
            version: code.version.as_deref(),
        };
        self.target(&identity, code, &code.methods)
    }

    fn target<S: Settings>(
        &self,
        identity: &Identity<'_>,
        code: &S,
        code_methods: &BTreeMap<String, MethodConfig>,
    ) -> Result<Target<S>, ConfigError> {
        let owner = Owner::Target {
            section: identity.section,
            name: EntryName::Exact(identity.interface.to_owned()),
            method: None,
        };
        let own = layers::code_settings(&owner, code);
        let mut found: Vec<(u8, &Setting)> = own.iter().map(|setting| (0, setting)).collect();
        let mut of_methods: BTreeMap<String, Vec<(u8, &Setting)>> = BTreeMap::new();
        for setting in &self.layers.settings {
            match self.belongs(setting, identity) {
                Some((specific, None)) => found.push((specific, setting)),
                Some((specific, Some(method))) => {
                    let method = spelled(method, code_methods);
                    of_methods
                        .entry(method)
                        .or_default()
                        .push((specific, setting));
                }
                None => {}
            }
        }
        let mut problems = Vec::new();
        let chosen = layers::choose(found.into_iter());
        let mut section = S::default();
        problems.extend(
            layers::fill(&mut section, &chosen)
                .err()
                .unwrap_or_default(),
        );
        let mut methods = BTreeMap::new();
        let code_only = code_methods.keys().cloned().map(|name| (name, Vec::new()));
        let mut all: BTreeMap<String, Vec<(u8, &Setting)>> = code_only.collect();
        all.append(&mut of_methods);
        for (name, mut candidates) in all {
            let own = code_methods.get(&name);
            let owner = Owner::Target {
                section: identity.section,
                name: EntryName::Exact(identity.interface.to_owned()),
                method: Some(name.clone()),
            };
            let own = own.map(|own| layers::code_settings(&owner, own));
            let own = own.unwrap_or_default();
            candidates.extend(own.iter().map(|setting| (0, setting)));
            let chosen = layers::choose(candidates.into_iter());
            let mut method = MethodConfig::default();
            problems.extend(layers::fill(&mut method, &chosen).err().unwrap_or_default());
            methods.insert(name, (method, chosen));
        }
        if !problems.is_empty() {
            return Err(ConfigError::new(problems));
        }
        Ok(Target {
            section,
            chosen,
            methods,
        })
    }

    /// Whether a setting is for this service or reference, how specific it is, and for which of
    /// the methods.
    fn belongs<'a>(
        &self,
        setting: &'a Setting,
        identity: &Identity<'_>,
    ) -> Option<(u8, Option<&'a str>)> {
        let Owner::Target {
            section,
            name,
            method,
        } = &setting.place.owner
        else {
            return None;
        };
        if *section != identity.section {
            return None;
        }
        let method = method.as_deref();
        if let Some(id) = identity.id {
            if name.is(id) {
                return Some((0, method));
            }
            if let (None, Some(method)) = (method, name.method_of(id)) {
                return Some((0, Some(method)));
            }
        }
        if name.is(identity.interface) {
            return self.agrees(name, identity).then_some((1, method));
        }
        if let (None, Some(method)) = (method, name.method_of(identity.interface)) {
            return Some((1, Some(method)));
        }
        // dubbo-go's entries have a name of their own and say the interface inside.
        let interface = self.entry_text(name, identity.section, "interface")?;
        (interface == identity.interface && self.agrees(name, identity)).then_some((1, method))
    }

    /// Whether what an entry says of group and version is not something else than the code's.
    fn agrees(&self, name: &EntryName, identity: &Identity<'_>) -> bool {
        [("group", identity.group), ("version", identity.version)]
            .into_iter()
            .all(
                |(key, own)| match (self.entry_text(name, identity.section, key), own) {
                    (Some(said), Some(own)) => said == own,
                    _ => true,
                },
            )
    }

    /// What the sources say of a key of an entry, the highest source first.
    fn entry_text(&self, name: &EntryName, section: Section, key: &str) -> Option<&str> {
        self.layers.settings.iter().find_map(|setting| {
            let matches = matches!(
                &setting.place.owner,
                Owner::Target { section: of, name: own, method: None }
                    if *of == section && own == name
            );
            (matches && setting.place.name.text() == key).then_some(setting.text.as_str())
        })
    }

    fn check_registries(
        &self,
        ids: Option<&[String]>,
        levels: &[&[Chosen]],
    ) -> Result<(), ConfigError> {
        let known = self
            .registries()
            .filter_map(|own| own.id.as_deref())
            .collect();
        let general = self.application.section.registry_ids.as_deref();
        let origin = origin_of(
            "registry-ids",
            levels.iter().chain(&[self.application.chosen.as_slice()]),
        );
        check_ids("registry", ids.or(general), known, &origin)
    }

    fn check_protocols(
        &self,
        ids: Option<&[String]>,
        levels: &[&[Chosen]],
    ) -> Result<(), ConfigError> {
        let known = self
            .protocols()
            .flat_map(|own| [own.id.as_deref(), own.name.as_deref()])
            .flatten()
            .collect();
        check_ids("protocol", ids, known, &origin_of("protocol-ids", levels))
    }
}

/// Where the value of a key comes from; the levels stand in their order.
fn origin_of<'a>(key: &str, levels: impl IntoIterator<Item = &'a &'a [Chosen]>) -> Origin {
    levels
        .into_iter()
        .flat_map(|level| level.iter())
        .find(|chosen| chosen.name.text() == key)
        .map_or(Origin::Default, |chosen| chosen.origin.clone())
}

/// A method as the code spells it: a variable's name is in upper case.
fn spelled(method: &str, code: &BTreeMap<String, MethodConfig>) -> String {
    code.keys()
        .find(|own| own.as_str() == method)
        .or_else(|| code.keys().find(|own| own.eq_ignore_ascii_case(method)))
        .cloned()
        .unwrap_or_else(|| method.to_owned())
}

fn methods(
    resolved: BTreeMap<String, (MethodConfig, Vec<Chosen>)>,
) -> BTreeMap<String, MethodConfig> {
    resolved
        .into_iter()
        .map(|(name, (method, _))| (name, method))
        .collect()
}

fn explain(
    prefix: &str,
    section: Section,
    chosen: &[Chosen],
    lower: &[Chosen],
    methods: &BTreeMap<String, (MethodConfig, Vec<Chosen>)>,
) -> Explanation {
    let mut out = Explanation::default();
    for (name, (_, chosen)) in methods {
        out.add(&format!("{prefix}.{name}"), chosen);
    }
    out.add(prefix, chosen);
    let falling: Vec<Chosen> = lower
        .iter()
        .filter(|lower| !chosen.iter().any(|own| own.name == lower.name))
        .cloned()
        .collect();
    out.add(prefix, &falling);
    out.add_defaults(prefix, section);
    out
}

fn contains(ids: &[String], own: Option<&str>) -> bool {
    ids.iter().any(|id| Some(id.as_str()) == own)
}

fn check_ids(
    kind: &str,
    ids: Option<&[String]>,
    known: BTreeSet<&str>,
    origin: &Origin,
) -> Result<(), ConfigError> {
    let names: Vec<&str> = known.iter().copied().collect();
    let problems: Vec<Problem> = ids
        .unwrap_or_default()
        .iter()
        .filter(|id| *id != NO_REGISTRY && !known.contains(id.as_str()))
        .map(|id| {
            let known = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            let message = format!("unknown {kind} `{id}`; known: {known}");
            Problem::new(ProblemKind::UnknownReference, origin, message)
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ConfigError::new(problems))
    }
}

/// Dubbo takes `true` and `default` for a random token. Nothing here makes one, and the words
/// themselves would be tokens that anybody can guess.
fn check_token(service: &ServiceConfig, levels: &[&[Chosen]]) -> Result<(), ConfigError> {
    match service.token.as_deref() {
        Some("true" | "default") => {
            let message = "`token` = `true` is no secret; set the token itself";
            let origin = origin_of("token", levels);
            Err(Problem::new(ProblemKind::InvalidValue, &origin, message).into())
        }
        _ => Ok(()),
    }
}
