//! The layering: all settings of all sources, and which of them holds.
//!
//! Dubbo's order of sources is kept: process parameters, environment, the application's own file,
//! code, `dubbo.properties`. Within the first three a more specific key (`registries.r1.timeout`)
//! stands above a general one (`registry.timeout`) wherever the two come from; whatever they say
//! stands above the code, and the code above `dubbo.properties`.

use std::cmp::Reverse;

use crate::{
    ConfigError, Origin, Problem, ProblemKind, Warning,
    key::{Key, Section},
    mask,
    place::{EntryName, Located, Name, Owner, Place, locate, locate_variable},
    sections::Settings,
    source::{ENTRIES_MAX, Entries, Entry, Spelling},
    value,
};

/// One value of one setting from one source.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) place: Place,
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// All settings, those of the higher sources first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers {
    pub(crate) settings: Vec<Setting>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) problems: Vec<Problem>,
}

/// The value that holds for one setting.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) name: Name,
    pub(crate) text: String,
    pub(crate) origin: Origin,
    /// The sources that said something else and gave way.
    pub(crate) overrides: Vec<Origin>,
}

impl Layers {
    /// Adds what a reader found. Sources of one rank are added from the highest down.
    pub(crate) fn add(&mut self, read: Entries) {
        self.problems.extend(read.problems);
        for (name, origin) in read.foreign {
            let message = format!("`{name}` stands outside `dubbo` and is not read");
            self.warnings.push(Warning { origin, message });
        }
        let count = read.entries.len();
        if let Some(beyond) = read.entries.get(ENTRIES_MAX) {
            let message = format!("{count} keys exceed {ENTRIES_MAX}");
            return self.problem(ProblemKind::Unreadable, &beyond.origin.clone(), message);
        }
        for entry in read.entries {
            self.add_entry(entry);
        }
    }

    /// Ends the collection: the settings of the higher sources come first from here on.
    ///
    /// # Errors
    ///
    /// Everything that is wrong in any source.
    pub(crate) fn finish(mut self) -> Result<Self, ConfigError> {
        if !self.problems.is_empty() {
            return Err(ConfigError::new(self.problems));
        }
        // Stable: sources of one rank, and the entries within them, keep their order.
        self.settings.sort_by_key(|setting| setting.origin.rank());
        Ok(self)
    }

    fn add_entry(&mut self, entry: Entry) {
        let (located, key) = match &entry.key {
            Spelling::Dotted(key) => (locate(key), format!("dubbo.{key}")),
            Spelling::Variable(name) => (locate_variable(name), format!("DUBBO_{name}")),
        };
        match located {
            Located::Setting(place) => self.add_setting(place, entry),
            Located::Holder => {
                if entry.text.is_some_and(|text| !text.trim().is_empty()) {
                    let message = format!("`{key}` holds keys; it has no value of its own");
                    self.problem(ProblemKind::WrongShape, &entry.origin, message);
                }
            }
            Located::Unsupported(what) => {
                let message = format!("`{what}` has no effect in Tenfold");
                let seen = self
                    .warnings
                    .iter()
                    .any(|warning| warning.message == message);
                if !seen {
                    self.warnings.push(Warning {
                        origin: entry.origin,
                        message,
                    });
                }
            }
            Located::Unknown { what, within, hint } => {
                let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                let message = format!("unknown key `{what}` in `{within}`{hint}");
                if matches!(entry.key, Spelling::Variable(_)) {
                    // The environment is shared: a variable may be meant for another program.
                    self.warnings.push(Warning {
                        origin: entry.origin,
                        message,
                    });
                } else {
                    self.problem(ProblemKind::UnknownKey, &entry.origin, message);
                }
            }
        }
    }

    fn add_setting(&mut self, mut place: Place, entry: Entry) {
        place.name = as_key(&place.owner, place.name);
        // An empty value leaves a setting unset, as in Dubbo.
        let Some(text) = entry.text.filter(|text| !text.trim().is_empty()) else {
            return;
        };
        let text = text.trim().to_owned();
        if let Some(first) = self.same_place_in_same_file(&place, &entry.origin) {
            let named_by_reader = self.problems.iter().any(|problem| {
                problem.kind == ProblemKind::Duplicate && problem.origin == entry.origin
            });
            if !named_by_reader {
                let message = format!("`{}` stands twice, first at {first}", place.name.text());
                self.problem(ProblemKind::Duplicate, &entry.origin, message);
            }
            return;
        }
        if let Name::Key(key) = &place.name
            && let Err(expected) = check(key, &text)
        {
            let shown = mask::setting(key, &text);
            let message = format!("`{}` = `{shown}`: {expected}", key.name);
            self.problem(ProblemKind::InvalidValue, &entry.origin, message);
            return;
        }
        self.settings.push(Setting {
            place,
            text,
            origin: entry.origin,
        });
    }

    fn same_place_in_same_file(&self, place: &Place, origin: &Origin) -> Option<Origin> {
        let (Origin::File(own) | Origin::Properties(own)) = origin else {
            return None;
        };
        self.settings
            .iter()
            .find(|setting| {
                let (Origin::File(other) | Origin::Properties(other)) = &setting.origin else {
                    return false;
                };
                other.file == own.file && setting.place == *place
            })
            .map(|setting| setting.origin.clone())
    }

    fn problem(&mut self, kind: ProblemKind, origin: &Origin, message: impl Into<String>) {
        self.problems.push(Problem::new(kind, origin, message));
    }
}

impl Name {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Key(key) => key.name,
            Self::Parameter(name) => name,
        }
    }
}

/// The settings that the program's code made.
pub(crate) fn code_settings(owner: &Owner, section: &impl Settings) -> Vec<Setting> {
    let keys = section
        .texts()
        .into_iter()
        .map(|(key, text)| (Name::Key(key), text));
    let parameters = section.parameters().iter().map(|(name, text)| {
        let name = as_key(owner, Name::Parameter(name.clone()));
        (name, text.clone())
    });
    keys.chain(parameters)
        .map(|(name, text)| Setting {
            place: Place {
                owner: owner.clone(),
                name,
            },
            text,
            origin: Origin::Code,
        })
        .collect()
}

/// A free parameter that is the URL's name of a key is that key, with its bounds and its place in
/// the order: `parameters.payload` is not a way around `payload`.
fn as_key(owner: &Owner, name: Name) -> Name {
    let Name::Parameter(parameter) = &name else {
        return name;
    };
    let section = match owner {
        Owner::Target {
            method: Some(_), ..
        } => Section::Method,
        Owner::Section(section) | Owner::Entry(section, _) | Owner::Target { section, .. } => {
            *section
        }
    };
    let mut keys = section.keys().iter();
    keys.find(|key| key.param == Some(parameter.as_str()))
        .map_or(name, Name::Key)
}

/// Chooses for each setting the value that holds. Each candidate comes with how specific its key
/// is, `0` for the most specific.
pub(crate) fn choose<'a>(candidates: impl Iterator<Item = (u8, &'a Setting)>) -> Vec<Chosen> {
    let mut sorted: Vec<(u8, &Setting)> = candidates.collect();
    sorted.sort_by_key(|(specific, setting)| {
        let rank = setting.origin.rank();
        // Arguments, environment and files are one tier; code and `dubbo.properties` one each.
        (rank.saturating_sub(2), *specific, rank)
    });
    let mut chosen: Vec<Chosen> = Vec::new();
    for (_, setting) in sorted {
        match chosen
            .iter_mut()
            .find(|chosen| chosen.name == setting.place.name)
        {
            Some(chosen) => chosen.overrides.push(setting.origin.clone()),
            None => chosen.push(Chosen {
                name: setting.place.name.clone(),
                text: setting.text.clone(),
                origin: setting.origin.clone(),
                overrides: Vec::new(),
            }),
        }
    }
    chosen
}

/// Fills a section from the values that hold.
///
/// # Errors
///
/// Values from code that do not keep the bounds of their key; those of the other sources were
/// checked when they were read.
pub(crate) fn fill<S: Settings>(section: &mut S, chosen: &[Chosen]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for chosen in chosen {
        match &chosen.name {
            Name::Key(key) => {
                let own = S::SECTION.keys().iter().find(|own| own.name == key.name);
                let Some(own) = own else {
                    // `com.acme.Orders.create.weight` is a key of a service until there is a
                    // service `com.acme.Orders`, which makes `create` a method.
                    let message = format!("`{}` is no key of a {}", key.name, S::SECTION);
                    problems.push(Problem::new(
                        ProblemKind::UnknownKey,
                        &chosen.origin,
                        message,
                    ));
                    continue;
                };
                if let Err(expected) = section.assign(own, &chosen.text) {
                    let shown = mask::setting(own, &chosen.text);
                    let message = format!("`{}` = `{shown}`: {expected}", own.name);
                    problems.push(Problem::new(
                        ProblemKind::InvalidValue,
                        &chosen.origin,
                        message,
                    ));
                }
            }
            Name::Parameter(name) => {
                section
                    .parameters_mut()
                    .insert(name.clone(), chosen.text.clone());
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The settings of one unnamed section.
pub(crate) fn of_section(
    layers: &Layers,
    section: Section,
) -> impl Iterator<Item = (u8, &Setting)> {
    layers.settings.iter().filter_map(move |setting| {
        (setting.place.owner == Owner::Section(section)).then_some((0, setting))
    })
}

/// The settings of one named registry or protocol: by its id, by its protocol's name, for all.
pub(crate) fn of_entry<'a>(
    layers: &'a Layers,
    section: Section,
    id: &'a str,
    name: Option<&'a str>,
) -> impl Iterator<Item = (u8, &'a Setting)> {
    layers
        .settings
        .iter()
        .filter_map(move |setting| match &setting.place.owner {
            Owner::Entry(of, entry) if *of == section && entry.is(id) => Some((0, setting)),
            Owner::Entry(of, entry)
                if *of == section && name.is_some_and(|name| entry.is(name)) =>
            {
                Some((1, setting))
            }
            Owner::Section(of) if *of == section => Some((2, setting)),
            _ => None,
        })
}

/// The names of the entries of a section, in the order of their first setting.
pub(crate) fn entry_names(layers: &Layers, section: Section) -> Vec<&EntryName> {
    let mut names: Vec<&EntryName> = Vec::new();
    for setting in &layers.settings {
        if let Owner::Entry(of, name) = &setting.place.owner
            && *of == section
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    // A variable's name only tells something where no exact name is equal to it.
    names.sort_by_key(|name| Reverse(matches!(name, EntryName::Exact(_))));
    names
}

/// Reads a text as the key wants it and drops the value.
fn check(key: &Key, text: &str) -> Result<(), String> {
    use crate::key::Kind;
    match key.kind {
        Kind::Text => value::read::<String>(key, text).map(drop),
        Kind::Boolean => value::read::<bool>(key, text).map(drop),
        Kind::Integer => value::read::<u32>(key, text).map(drop),
        Kind::Duration => value::read::<std::time::Duration>(key, text).map(drop),
        Kind::Bytes => value::read::<crate::ByteCount>(key, text).map(drop),
        Kind::Port => value::read::<crate::Port>(key, text).map(drop),
        Kind::List => value::read::<Vec<String>>(key, text).map(drop),
    }
}
