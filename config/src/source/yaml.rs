//! YAML: the tree with its positions, flattened to dotted keys.
//!
//! The text of a scalar is taken from the source, not from what YAML makes of it, so that
//! `version: 1.0` stays `1.0`; what a text means is for the setting's own type to say.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{DuplicateKeyPolicy, Location, Options, Spanned};

use crate::{
    Origin, Problem, ProblemKind,
    origin::Position,
    source::{ENTRIES_MAX, Entries, Entry, Spelling},
};

/// Dubbo's deepest key has six levels; the bound keeps a hostile file from using up the stack.
const DEPTH_MAX: usize = 24;
/// Two events for each key and two for each mapping: as many as [`ENTRIES_MAX`] keys need.
const EVENTS_MAX: usize = 4 * ENTRIES_MAX;
/// The copies that aliases may make.
const ALIAS_EVENTS_MAX: usize = 20_000;

/// A node and where it stands.
type Located = Spanned<Node>;

/// A node of the document.
enum Node {
    /// No value.
    Null,
    /// A quoted or plain text that YAML takes for a string.
    Text(String),
    /// A text that YAML takes for a number or a boolean; it is looked up in the source.
    Plain,
    /// Keys and values, in order.
    Mapping(Vec<(Spanned<String>, Located)>),
    /// Values, in order.
    Sequence(Vec<Located>),
}

/// Reads a YAML file.
pub(crate) fn read_yaml(file: &str, text: &str) -> Entries {
    let mut reader = Reader {
        file: Arc::from(file),
        text,
        out: Entries::default(),
    };
    match serde_saphyr::from_str_with_options::<Option<Located>>(text, options()) {
        Ok(None) => {}
        Ok(Some(root)) => reader.root(root),
        Err(error) => reader.syntax(&error),
    }
    reader.out
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            max_events: EVENTS_MAX,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: ALIAS_EVENTS_MAX,
        },
        // Duplicates are reported here, with both places.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
    }
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    out: Entries,
}

impl Reader<'_> {
    fn root(&mut self, root: Located) {
        let origin = self.origin(&root.referenced);
        let Node::Mapping(entries) = root.value else {
            if !matches!(root.value, Node::Null) {
                self.problem(
                    ProblemKind::WrongShape,
                    &origin,
                    "expected a mapping with the key `dubbo` at the top",
                );
            }
            return;
        };
        self.report_duplicates("", &entries);
        let mut found = false;
        for (key, value) in entries {
            let name = key.value.as_str();
            if name == "dubbo" {
                found = true;
                self.flatten(String::new(), value, &key.referenced);
            } else if let Some(rest) = name.strip_prefix("dubbo.") {
                found = true;
                self.flatten(rest.to_owned(), value, &key.referenced);
            } else {
                let origin = self.origin(&key.referenced);
                self.out.foreign.push((key.value, origin));
            }
        }
        if !found {
            self.problem(
                ProblemKind::WrongShape,
                &origin,
                "there is no `dubbo` at the top; settings stand below it",
            );
        }
    }

    /// Turns a node into entries whose keys begin with `path`.
    fn flatten(&mut self, path: String, node: Located, key_at: &Location) {
        let origin = self.origin(key_at);
        match node.value {
            Node::Null => self.entry(path, None, origin),
            Node::Text(text) => self.entry(path, Some(text), origin),
            Node::Plain => {
                let text = self.source_of(&node.defined);
                self.entry(path, Some(text), origin);
            }
            Node::Mapping(entries) if entries.is_empty() => self.entry(path, None, origin),
            Node::Mapping(entries) => {
                self.report_duplicates(&path, &entries);
                for (key, value) in entries {
                    let path = join(&path, &key.value);
                    self.flatten(path, value, &key.referenced);
                }
            }
            Node::Sequence(items) => self.sequence(path, items, &origin),
        }
    }

    /// A sequence is a list of texts or, as in dubbo-go's files, the methods of a service, each
    /// with its name inside.
    fn sequence(&mut self, path: String, items: Vec<Located>, origin: &Origin) {
        let mut texts = Vec::new();
        for item in items {
            match item.value {
                Node::Text(text) => texts.push(text),
                Node::Plain => texts.push(self.source_of(&item.defined)),
                Node::Mapping(entries) => {
                    self.named_mapping(&path, entries, &item.referenced);
                    continue;
                }
                Node::Null | Node::Sequence(_) => {
                    let at = self.origin(&item.referenced);
                    let message = format!("an item of `dubbo.{path}` is not a text");
                    self.problem(ProblemKind::WrongShape, &at, message);
                    continue;
                }
            }
            // A comma inside an item would come out as two items.
            if texts.last().is_some_and(|text| text.contains(',')) {
                let at = self.origin(&item.referenced);
                let message = format!("an item of `dubbo.{path}` holds a comma");
                self.problem(ProblemKind::InvalidValue, &at, message);
            }
        }
        if !texts.is_empty() {
            self.entry(path, Some(texts.join(",")), origin.clone());
        }
    }

    fn named_mapping(
        &mut self,
        path: &str,
        entries: Vec<(Spanned<String>, Located)>,
        at: &Location,
    ) {
        self.report_duplicates(path, &entries);
        let name = entries.iter().find_map(|(key, value)| match &value.value {
            Node::Text(text) if key.value == "name" => Some(text.clone()),
            _ => None,
        });
        let (Some(name), true) = (name, path.ends_with("methods")) else {
            let origin = self.origin(at);
            let message = if path.ends_with("methods") {
                format!("an item of `dubbo.{path}` has no `name`")
            } else {
                format!(
                    "`dubbo.{path}` holds a sequence of mappings; expected one mapping, by name"
                )
            };
            return self.problem(ProblemKind::WrongShape, &origin, message);
        };
        let path = join(path, &name);
        for (key, value) in entries {
            if key.value != "name" {
                self.flatten(join(&path, &key.value), value, &key.referenced);
            }
        }
    }

    fn report_duplicates(&mut self, path: &str, entries: &[(Spanned<String>, Located)]) {
        let mut seen: BTreeMap<&str, &Location> = BTreeMap::new();
        for (key, _) in entries {
            if let Some(first) = seen.insert(&key.value, &key.referenced) {
                let origin = self.origin(&key.referenced);
                let message = format!(
                    "`{}` stands twice, first in line {}",
                    join(if path.is_empty() { "" } else { path }, &key.value),
                    first.line()
                );
                self.problem(ProblemKind::Duplicate, &origin, message);
            }
        }
    }

    fn entry(&mut self, path: String, text: Option<String>, origin: Origin) {
        self.out.entries.push(Entry {
            key: Spelling::Dotted(path),
            text,
            origin,
        });
    }

    fn problem(&mut self, kind: ProblemKind, origin: &Origin, message: impl Into<String>) {
        self.out.problems.push(Problem::new(kind, origin, message));
    }

    fn syntax(&mut self, error: &serde_saphyr::Error) {
        let origin = error
            .location()
            .map_or_else(|| self.position(1, 1), |location| self.origin(&location));
        let message = error.without_snippet().to_string();
        self.problem(ProblemKind::Syntax, &origin, message);
    }

    /// The text of a scalar as it stands in the file.
    fn source_of(&self, location: &Location) -> String {
        let span = location.span();
        let range = span.byte_offset().zip(span.byte_len());
        range
            .and_then(|(start, length)| {
                let start = usize::try_from(start).ok()?;
                let end = start.checked_add(usize::try_from(length).ok()?)?;
                self.text.get(start..end)
            })
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    fn origin(&self, location: &Location) -> Origin {
        self.position(location.line(), location.column())
    }

    fn position(&self, line: u64, column: u64) -> Origin {
        Origin::File(Position {
            file: Arc::clone(&self.file),
            line: line.max(1),
            column: column.max(1),
        })
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping, a sequence or a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Mapping(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::Sequence(items))
    }
}
