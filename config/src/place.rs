//! From the text of a key to the setting that it means.
//!
//! Dubbo's keys are `dubbo.<section>.<key>`, `dubbo.<sections>.<id>.<key>`, and for services and
//! references `dubbo.service.<interface>[.<method>].<key>`; dubbo-go writes
//! `dubbo.provider.services.<id>.<key>`. Interface names hold dots themselves, so the longest end
//! of the text that is a known key is the key, and what stands before it names the entry.

use crate::{
    key::{Key, Section, squash},
    names::nearest,
    unsupported,
};

/// The greatest number of dotted parts of a key, as in `enable.empty.protection`.
const KEY_PARTS_MAX: usize = 5;

/// The setting that a key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whose setting it is.
    pub(crate) owner: Owner,
    /// Which setting.
    pub(crate) name: Name,
}

/// Whose setting it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The one entry of a section, or what holds for all of its named entries.
    Section(Section),
    /// A named registry or protocol.
    Entry(Section, EntryName),
    /// A service or a reference, or a method of one.
    Target {
        section: Section,
        name: EntryName,
        /// The method, if the key says that it is one. Without it the name may still end in one:
        /// `com.acme.Orders.create` is a method where `com.acme.Orders` is a service.
        method: Option<String>,
    },
}

/// The name of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryName {
    /// As it is.
    Exact(String),
    /// As an environment variable holds it, in upper case and with `_` for `.` and `-`.
    Environment(String),
}

/// Which setting of an owner.
#[derive(Clone, Debug)]
pub(crate) enum Name {
    /// A key that has an effect.
    Key(&'static Key),
    /// A free parameter.
    Parameter(String),
}

/// What a key turned out to be.
#[derive(Debug)]
pub(crate) enum Located {
    /// A setting.
    Setting(Place),
    /// A whole section or entry, which holds keys and no value.
    Holder,
    /// Known to Dubbo, without effect here. The text names it without entry names.
    Unsupported(String),
    /// Not known.
    Unknown {
        /// What is not known.
        what: String,
        /// Where one would look for it.
        within: String,
        /// What may have been meant.
        hint: Option<String>,
    },
}

impl EntryName {
    /// Whether this is the name `name`.
    pub(crate) fn is(&self, name: &str) -> bool {
        match self {
            Self::Exact(own) => own == name,
            Self::Environment(own) => *own == environment_form(name),
        }
    }

    /// The method `m`, if this is the name `<name>.m`.
    pub(crate) fn method_of<'a>(&'a self, name: &str) -> Option<&'a str> {
        let (own, name, separator) = match self {
            Self::Exact(own) => (own, name.to_owned(), '.'),
            Self::Environment(own) => (own, environment_form(name), '_'),
        };
        let method = own.strip_prefix(&name)?.strip_prefix(separator)?;
        (!method.is_empty() && !method.contains('.')).then_some(method)
    }

    /// The name as it may be shown and used for an entry of its own.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Exact(own) => own.clone(),
            Self::Environment(own) => own.to_lowercase(),
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key(own), Self::Key(other)) => own.name == other.name,
            (Self::Parameter(own), Self::Parameter(other)) => own == other,
            _ => false,
        }
    }
}

impl Eq for Name {}

/// Finds what a dotted key means; `key` stands without the leading `dubbo.`.
pub(crate) fn locate(key: &str) -> Located {
    Finder {
        from_environment: false,
    }
    .locate(&key.split('.').collect::<Vec<_>>())
}

/// Finds what an environment variable means; `name` stands without the leading `DUBBO_`.
pub(crate) fn locate_variable(name: &str) -> Located {
    let lower = name.to_lowercase();
    let mut parts: Vec<&str> = lower.split('_').collect();
    // `CONFIG_CENTER` is one section name of two words.
    let joined = parts.get(..2).map(|words| words.join("-"));
    if let Some(section) = joined
        .as_deref()
        .filter(|name| unsupported::is_section(name))
    {
        parts.splice(..2, [section]);
    }
    Finder {
        from_environment: true,
    }
    .locate(&parts)
}

/// The form that a name has within an environment variable.
fn environment_form(name: &str) -> String {
    name.replace(['.', '-'], "_").to_uppercase()
}

struct Finder {
    from_environment: bool,
}

impl Finder {
    fn locate(&self, parts: &[&str]) -> Located {
        // Dubbo's property of 2.x for what `application.shutwait` says.
        if parts == ["service", "shutdown", "wait"] {
            return Located::key(Section::Application, "shutwait");
        }
        let (head, rest) = match parts.split_first() {
            None | Some((&"", [])) => return Located::Holder,
            Some(split) => split,
        };
        match squash(head).as_str() {
            "application" => self.in_section(Section::Application, rest),
            "registry" => self.in_section(Section::Registry, rest),
            "protocol" => self.in_section(Section::Protocol, rest),
            "registries" => self.in_entry(Section::Registry, rest),
            "protocols" => self.in_entry(Section::Protocol, rest),
            "provider" => match rest.split_first() {
                Some((&"services", rest)) => self.in_target(Section::Service, rest),
                _ => self.in_section(Section::Provider, rest),
            },
            "consumer" => match rest.split_first() {
                Some((&"references", rest)) => self.in_target(Section::Reference, rest),
                _ => self.in_section(Section::Consumer, rest),
            },
            "providers" => self.in_named_defaults(Section::Provider, rest),
            "consumers" => self.in_named_defaults(Section::Consumer, rest),
            "service" | "services" => self.in_target(Section::Service, rest),
            "reference" | "references" => self.in_target(Section::Reference, rest),
            _ if unsupported::is_section(head) => Located::Unsupported(format!("dubbo.{head}")),
            _ => Located::Unknown {
                what: (*head).to_owned(),
                within: "dubbo".to_owned(),
                hint: nearest(head, section_names()).map(|name| format!("did you mean `{name}`?")),
            },
        }
    }

    /// `dubbo.application.<key>`.
    fn in_section(&self, section: Section, rest: &[&str]) -> Located {
        match rest {
            [] => Located::Holder,
            [head, name @ ..] if is_parameters(head) => {
                self.parameter(Owner::Section(section), name)
            }
            _ => {
                let spelling = rest.join(".");
                match section.key(&spelling) {
                    Some(key) => Located::setting(Owner::Section(section), Name::Key(key)),
                    None if unsupported::is_key(section, &spelling) => {
                        Located::Unsupported(format!("dubbo.{section}.{spelling}"))
                    }
                    None => Located::unknown(section, &spelling),
                }
            }
        }
    }

    /// `dubbo.registries.<id>.<key>`.
    fn in_entry(&self, section: Section, rest: &[&str]) -> Located {
        if rest.len() < 2 {
            return Located::Holder;
        }
        match self.split(rest, |spelling| knows(section, spelling)) {
            Split::Parameter { entry, name } => {
                self.parameter(Owner::Entry(section, self.name(entry)), name)
            }
            Split::Key { entry, spelling } => match section.key(&spelling) {
                Some(key) => {
                    Located::setting(Owner::Entry(section, self.name(entry)), Name::Key(key))
                }
                None => Located::Unsupported(format!("dubbo.{section}.{spelling}")),
            },
            Split::Nothing { last } => Located::unknown(section, last),
        }
    }

    /// `dubbo.providers.<id>.<key>`: the entry `default` is the section itself.
    fn in_named_defaults(&self, section: Section, rest: &[&str]) -> Located {
        match rest {
            [] => Located::Holder,
            ["default", rest @ ..] => self.in_section(section, rest),
            _ => Located::Unsupported(format!("dubbo.{section}s")),
        }
    }

    /// `dubbo.service.<interface>[.<method>].<key>`.
    fn in_target(&self, section: Section, rest: &[&str]) -> Located {
        if rest.len() < 2 {
            return Located::Holder;
        }
        match self.split(rest, |spelling| knows(section, spelling)) {
            Split::Parameter { entry, name } => {
                let (entry, method) = split_method(entry);
                self.parameter(self.target(section, entry, method), name)
            }
            Split::Key { entry, spelling } => self.target_key(section, entry, &spelling),
            Split::Nothing { last } => Located::unknown(section, last),
        }
    }

    fn target_key(&self, section: Section, entry: &[&str], spelling: &str) -> Located {
        let (entry, method) = split_method(entry);
        let within = if method.is_some() {
            Section::Method
        } else {
            section
        };
        match within.key(spelling) {
            Some(key) => Located::setting(self.target(section, entry, method), Name::Key(key)),
            None if knows(within, spelling) => {
                Located::Unsupported(format!("dubbo.{within}.{spelling}"))
            }
            None => Located::unknown(within, spelling),
        }
    }

    fn target(&self, section: Section, entry: &[&str], method: Option<&str>) -> Owner {
        Owner::Target {
            section,
            name: self.name(entry),
            method: method.map(str::to_owned),
        }
    }

    fn name(&self, entry: &[&str]) -> EntryName {
        if self.from_environment {
            EntryName::Environment(entry.join("_").to_uppercase())
        } else {
            EntryName::Exact(entry.join("."))
        }
    }

    fn parameter(&self, owner: Owner, name: &[&str]) -> Located {
        if name.is_empty() {
            return Located::Holder;
        }
        Located::setting(owner, Name::Parameter(name.join(".")))
    }

    /// Splits the name of an entry from the key behind it.
    fn split<'a, 'b>(&self, parts: &'b [&'a str], known: impl Fn(&str) -> bool) -> Split<'a, 'b> {
        if let Some(at) = parts.iter().skip(1).position(|part| is_parameters(part)) {
            let (entry, rest) = parts.split_at(at + 1);
            let name = rest.get(1..).unwrap_or_default();
            return Split::Parameter { entry, name };
        }
        let longest = parts.len().saturating_sub(1).min(KEY_PARTS_MAX);
        for length in (1..=longest).rev() {
            let (entry, key) = parts.split_at(parts.len() - length);
            let spelling = key.join(".");
            if known(&spelling) {
                return Split::Key { entry, spelling };
            }
        }
        Split::Nothing {
            last: parts.last().copied().unwrap_or_default(),
        }
    }
}

enum Split<'a, 'b> {
    Key {
        entry: &'b [&'a str],
        spelling: String,
    },
    Parameter {
        entry: &'b [&'a str],
        name: &'b [&'a str],
    },
    Nothing {
        last: &'a str,
    },
}

impl Located {
    fn setting(owner: Owner, name: Name) -> Self {
        Self::Setting(Place { owner, name })
    }

    fn key(section: Section, name: &str) -> Self {
        match section.key(name) {
            Some(key) => Self::setting(Owner::Section(section), Name::Key(key)),
            None => Self::unknown(section, name),
        }
    }

    fn unknown(section: Section, spelling: &str) -> Self {
        let own = section
            .keys()
            .iter()
            .map(|key| key.name)
            .chain(unsupported::keys(section));
        let hint = nearest(spelling, own)
            .map(|name| format!("did you mean `{name}`?"))
            .or_else(|| {
                Section::ALL
                    .into_iter()
                    .find(|other| other.key(spelling).is_some())
                    .map(|other| format!("`{other}` has a key of this name"))
            });
        Self::Unknown {
            what: spelling.to_owned(),
            within: format!("dubbo.{section}"),
            hint,
        }
    }
}

/// `com.acme.Orders.methods.create` names the method `create` beyond doubt.
fn split_method<'a, 'b>(entry: &'b [&'a str]) -> (&'b [&'a str], Option<&'a str>) {
    match entry {
        [before @ .., "methods", method] if !before.is_empty() => (before, Some(method)),
        _ => (entry, None),
    }
}

fn is_parameters(part: &str) -> bool {
    matches!(part, "parameters" | "params")
}

fn knows(section: Section, spelling: &str) -> bool {
    section.key(spelling).is_some() || unsupported::is_key(section, spelling)
}

fn section_names() -> impl Iterator<Item = &'static str> {
    [
        "application",
        "registry",
        "registries",
        "protocol",
        "protocols",
        "provider",
        "consumer",
        "service",
        "reference",
    ]
    .into_iter()
    .chain(unsupported::sections())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `owner | name`, in short.
    fn found(located: Located) -> String {
        match located {
            Located::Setting(Place { owner, name }) => {
                let owner = match owner {
                    Owner::Section(section) => section.to_string(),
                    Owner::Entry(section, name) => format!("{section} {}", name.text()),
                    Owner::Target {
                        section,
                        name,
                        method,
                    } => format!(
                        "{section} {}{}",
                        name.text(),
                        method
                            .map(|method| format!(" #{method}"))
                            .unwrap_or_default()
                    ),
                };
                match name {
                    Name::Key(key) => format!("{owner} | {}", key.name),
                    Name::Parameter(name) => format!("{owner} | parameter {name}"),
                }
            }
            Located::Holder => "holder".to_owned(),
            Located::Unsupported(what) => format!("unsupported {what}"),
            Located::Unknown { what, within, hint } => {
                format!("unknown {what} in {within} {}", hint.unwrap_or_default())
            }
        }
    }

    #[test]
    fn dotted_keys_are_found_in_every_spelling() {
        for (key, place) in [
            ("application.name", "application | name"),
            ("application.registryIds", "application | registry-ids"),
            ("application.registry.ids", "application | registry-ids"),
            ("application.parameters.a.b", "application | parameter a.b"),
            (
                "application.qos.port",
                "unsupported dubbo.application.qos.port",
            ),
            ("application", "holder"),
            ("registry.address", "registry | address"),
            ("registries.r1.address", "registry r1 | address"),
            (
                "registries.r1.enable-empty-protection",
                "registry r1 | enable-empty-protection",
            ),
            ("registries.r1.parameters.x", "registry r1 | parameter x"),
            ("registries.r1", "holder"),
            ("registries.p2.extraKeys", "registry p2 | extra-keys"),
            (
                "protocols.p2.triple.max-body-size",
                "unsupported dubbo.protocol.triple.max-body-size",
            ),
            ("providers.default.timeout", "provider | timeout"),
            ("providers.slow.timeout", "unsupported dubbo.providers"),
            (
                "service.com.acme.Orders.timeout",
                "service com.acme.Orders | timeout",
            ),
            (
                "service.com.acme.Orders.create.timeout",
                "service com.acme.Orders.create | timeout",
            ),
            (
                "service.com.acme.Orders.create.return",
                "unsupported dubbo.service.return",
            ),
            (
                "provider.services.G.methods.create.retries",
                "service G #create | retries",
            ),
            (
                "consumer.references.R.methods.m.parameters.hash.nodes",
                "reference R #m | parameter hash.nodes",
            ),
            (
                "reference.com.acme.Orders.check",
                "reference com.acme.Orders | check",
            ),
            (
                "metadata-report.address",
                "unsupported dubbo.metadata-report",
            ),
            ("service.shutdown.wait", "application | shutwait"),
        ] {
            assert_eq!(found(locate(key)), place, "{key}");
        }
    }

    #[test]
    fn unknown_keys_come_with_what_was_meant() {
        for (key, place) in [
            (
                "aplication.name",
                "unknown aplication in dubbo did you mean `application`?",
            ),
            (
                "registries.r1.adress",
                "unknown adress in dubbo.registry did you mean `address`?",
            ),
            (
                "service.com.acme.Orders.timout",
                "unknown timout in dubbo.service did you mean `timeout`?",
            ),
            (
                "application.payload",
                "unknown payload in dubbo.application `protocol` has a key of this name",
            ),
            ("consumer.flavour", "unknown flavour in dubbo.consumer "),
        ] {
            assert_eq!(found(locate(key)), place, "{key}");
        }
    }

    #[test]
    fn environment_names_are_found() {
        for (key, place) in [
            ("APPLICATION_NAME", "application | name"),
            ("APPLICATION_REGISTRY_IDS", "application | registry-ids"),
            ("REGISTRIES_MY_REG_ADDRESS", "registry my_reg | address"),
            ("CONFIG_CENTER_ADDRESS", "unsupported dubbo.config-center"),
            (
                "SERVICE_COM_ACME_ORDERS_TIMEOUT",
                "service com_acme_orders | timeout",
            ),
        ] {
            assert_eq!(found(locate_variable(key)), place, "{key}");
        }
        let name = EntryName::Environment("COM_ACME_ORDERS_CREATE".to_owned());
        assert_eq!(name.method_of("com.acme.Orders"), Some("CREATE"));
        assert!(!name.is("com.acme.Orders"));
    }
}
