//! What stands beside the tree: interface definitions for Dubbo Admin, and the mapping from
//! interfaces to applications for Dubbo 3 consumers.
//!
//! ```text
//!   /dubbo/metadata/<interface>/<version>/<group>/<side>/<application>   JSON, persistent
//!   /dubbo/mapping/<interface>                                          a,b,c    persistent
//! ```

use std::time::Duration;

use serde_json::{Value, json};
use tenfold_common::{Url, encode, keys};
use tenfold_zk::{Acl, CreateMode};

use crate::client::{ZkClient, ZkError, ZkErrorKind};

/// Whose interface definition it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataKey {
    /// Interface name.
    pub interface: String,
    /// Version, if any.
    pub version: Option<String>,
    /// Group, if any.
    pub group: Option<String>,
    /// `provider` or `consumer`.
    pub side: String,
    /// Application name.
    pub application: String,
}

/// An interface as Dubbo Admin shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceDefinition {
    /// Interface name.
    pub canonical_name: String,
    /// Its methods.
    pub methods: Vec<MethodDefinition>,
    /// The parameters of the registered URL.
    pub parameters: Vec<(String, String)>,
}

/// A method of a [`ServiceDefinition`], with Java type names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodDefinition {
    /// Name.
    pub name: String,
    /// Types of the parameters in order, such as `java.lang.String`.
    pub parameter_types: Vec<String>,
    /// Type of the result.
    pub return_type: String,
}

impl MetadataKey {
    /// The key of a provider's or consumer's own URL.
    pub fn of(url: &Url) -> Self {
        Self {
            interface: url.interface().to_owned(),
            version: url
                .param(keys::VERSION)
                .filter(|version| *version != keys::NO_VERSION)
                .map(str::to_owned),
            group: url.param(keys::GROUP).map(str::to_owned),
            side: url.param(keys::SIDE).unwrap_or("provider").to_owned(),
            application: url.param(keys::APPLICATION).unwrap_or_default().to_owned(),
        }
    }

    /// The node; empty parts are left out.
    pub fn path(&self, root: &str) -> String {
        let interface = encode::encode(&self.interface);
        let parts = [
            interface.as_str(),
            self.version.as_deref().unwrap_or_default(),
            self.group.as_deref().unwrap_or_default(),
            &self.side,
            &self.application,
        ];
        let mut path = format!("{root}/metadata");
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            path.push('/');
            path.push_str(part);
        }
        path
    }
}

impl ServiceDefinition {
    /// A definition without methods.
    pub fn new(canonical_name: &str) -> Self {
        Self {
            canonical_name: canonical_name.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a method with Java type names.
    #[must_use]
    pub fn method(mut self, name: &str, parameter_types: &[&str], return_type: &str) -> Self {
        self.methods.push(MethodDefinition {
            name: name.to_owned(),
            parameter_types: parameter_types
                .iter()
                .map(|&kind| kind.to_owned())
                .collect(),
            return_type: return_type.to_owned(),
        });
        self
    }

    /// Takes over the parameters of a registered URL.
    #[must_use]
    pub fn parameters_of(mut self, url: &Url) -> Self {
        self.parameters = url
            .params()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        self
    }

    /// The JSON of Dubbo's `FullServiceDefinition`.
    pub fn to_json(&self) -> String {
        let methods: Vec<Value> = self
            .methods
            .iter()
            .map(|method| {
                json!({
                    "name": method.name,
                    "parameterTypes": method.parameter_types,
                    "returnType": method.return_type,
                    "parameters": [],
                    "annotations": [],
                })
            })
            .collect();
        let parameters: serde_json::Map<String, Value> = self
            .parameters
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
            .collect();
        json!({
            "parameters": parameters,
            "canonicalName": self.canonical_name,
            "codeSource": "",
            "methods": methods,
            "types": [],
            "annotations": [],
        })
        .to_string()
    }
}

/// Writes an interface definition where Dubbo Admin looks for it, over what was there.
pub(super) async fn write_definition(
    client: &ZkClient,
    root: &str,
    folder_data: &str,
    key: &MetadataKey,
    definition: &ServiceDefinition,
) -> Result<(), ZkError> {
    let path = key.path(root);
    let json = definition.to_json();
    loop {
        match client.set_data(&path, json.clone(), None).await {
            Err(error) if *error.kind() == ZkErrorKind::NoNode => {}
            other => return other.map(|_| ()),
        }
        if let Some(parent) = tenfold_zk::path::parent(&path) {
            client.ensure_path(parent, folder_data.to_owned()).await?;
        }
        match client
            .create(&path, json.clone(), Acl::open(), CreateMode::Persistent)
            .await
        {
            Err(error) if *error.kind() == ZkErrorKind::NodeExists => {}
            other => return other.map(|_| ()),
        }
    }
}

/// Adds an application to the list of those that serve an interface.
///
/// Writers of several applications take turns by the node's version, in up to 10 tries with a
/// random pause below 100 ms, as Java's do.
pub(super) async fn map_interface(
    client: &ZkClient,
    root: &str,
    folder_data: &str,
    interface: &str,
    application: &str,
) -> Result<(), ZkError> {
    let folder = format!("{root}/mapping");
    let path = format!("{folder}/{interface}");
    let mut tries = 1;
    loop {
        let written = match client.data(&path).await {
            Ok((data, stat)) => {
                let text =
                    String::from_utf8_lossy(data.as_deref().unwrap_or_default()).into_owned();
                let Some(text) = with_application(&text, application) else {
                    return Ok(());
                };
                client
                    .set_data(&path, text, Some(stat.version))
                    .await
                    .map(|_| ())
            }
            Err(error) if *error.kind() == ZkErrorKind::NoNode => {
                client.ensure_path(&folder, folder_data.to_owned()).await?;
                let mode = CreateMode::Persistent;
                client
                    .create(&path, application.to_owned(), Acl::open(), mode)
                    .await
                    .map(|_| ())
            }
            Err(error) => Err(error),
        };
        let met_another = matches!(
            written.as_ref().map_err(ZkError::kind),
            Err(ZkErrorKind::BadVersion | ZkErrorKind::NodeExists | ZkErrorKind::NoNode)
        );
        if !met_another || tries == MAPPING_TRIES {
            return written;
        }
        tries += 1;
        tokio::time::sleep(MAPPING_PAUSE_MAX.mul_f64(rand::random())).await;
    }
}

/// The list with the application in it; `None` when it is there already.
fn with_application(list: &str, application: &str) -> Option<String> {
    if list.split(',').any(|name| name.trim() == application) {
        return None;
    }
    if list.trim().is_empty() {
        return Some(application.to_owned());
    }
    Some(format!("{list},{application}"))
}

const MAPPING_TRIES: u32 = 10;
const MAPPING_PAUSE_MAX: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_leaves_out_what_is_empty() {
        let url = Url::parse("dubbo://h:1/a.B?application=app&version=1.0.0&side=provider");
        let key = MetadataKey::of(&url.expect("a url"));
        assert_eq!(key.path("/dubbo"), "/dubbo/metadata/a.B/1.0.0/provider/app");
        let url = Url::parse("dubbo://h:1/a.B?application=app&group=g&version=0.0.0");
        let key = MetadataKey::of(&url.expect("a url"));
        assert_eq!(key.path("/dubbo"), "/dubbo/metadata/a.B/g/provider/app");
    }

    #[test]
    fn the_json_has_the_members_that_admin_reads() {
        let url = Url::parse("dubbo://h:1/a.B?side=provider").expect("a url");
        let json = ServiceDefinition::new("a.B")
            .method("hello", &["java.lang.String"], "java.lang.String")
            .parameters_of(&url)
            .to_json();
        assert_eq!(
            json,
            r#"{"parameters":{"side":"provider"},"canonicalName":"a.B","codeSource":"","methods":[{"name":"hello","parameterTypes":["java.lang.String"],"returnType":"java.lang.String","parameters":[],"annotations":[]}],"types":[],"annotations":[]}"#
        );
    }

    #[test]
    fn an_application_stands_once_in_the_list() {
        assert_eq!(with_application("", "a").as_deref(), Some("a"));
        assert_eq!(with_application("a,b", "c").as_deref(), Some("a,b,c"));
        assert_eq!(with_application("a, b", "b"), None);
        assert_eq!(with_application("ab", "a").as_deref(), Some("ab,a"));
    }
}
