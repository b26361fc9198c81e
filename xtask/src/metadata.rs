//! What cargo says of the workspace, in the few types that the commands need.

use serde_json::Value;

use crate::run;

/// A crate of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The folder, from the root; `.` for the root itself.
    pub(crate) folder: String,
    /// What it is built from; dev-dependencies are left out.
    pub(crate) dependencies: Vec<String>,
    /// The names of its benches.
    pub(crate) benches: Vec<String>,
    /// The names of its programs.
    pub(crate) programs: Vec<String>,
}

/// The crates of the workspace.
pub(crate) fn members() -> Result<Vec<Member>, String> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--locked"];
    let text = run::output(&mut run::cargo(&arguments))?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let root = value["workspace_root"].as_str().unwrap_or_default();
    let packages = value["packages"].as_array();
    let packages = packages.ok_or("cargo metadata lists no packages")?;
    Ok(packages
        .iter()
        .map(|package| member(package, root))
        .collect())
}

fn member(package: &Value, root: &str) -> Member {
    let manifest = package["manifest_path"].as_str().unwrap_or_default();
    let folder = manifest
        .strip_prefix(root)
        .and_then(|path| path.strip_suffix("Cargo.toml"))
        .map(|path| path.trim_matches(['/', '\\']).replace('\\', "/"))
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| ".".to_owned());
    let dependencies = list(&package["dependencies"])
        .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
        .map(|dependency| text(&dependency["name"]))
        .collect();
    let targets = |kind: &str| {
        list(&package["targets"])
            .filter(|target| list(&target["kind"]).any(|own| own.as_str() == Some(kind)))
            .map(|target| text(&target["name"]))
            .collect()
    };
    Member {
        name: text(&package["name"]),
        folder,
        dependencies,
        benches: targets("bench"),
        programs: targets("bin"),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
