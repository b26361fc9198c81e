//! `cargo xtask interop`: the suites against foreign programs, by their own driver.
//!
//! The driver is a package of its own (`tests/interop`), because it and its lock file have nothing
//! to do with what users build.

use crate::run;

const MANIFEST: &str = "tests/interop/Cargo.toml";

/// What the foreign programs need, with the argument that makes each tell its version.
const TOOLS: [(&str, &str); 4] = [
    ("java", "-version"),
    ("mvn", "--version"),
    ("go", "version"),
    ("python3", "--version"),
];

/// Runs the named suites, or all of them.
pub(crate) fn run(suites: &[String]) -> Result<(), String> {
    if !run::root().join(MANIFEST).is_file() {
        return Err(format!(
            "{MANIFEST} is not there: this tree has no interop suites"
        ));
    }
    let missing: Vec<&str> = TOOLS
        .iter()
        .filter(|(program, argument)| !run::is_installed(program, argument))
        .map(|(program, _)| *program)
        .collect();
    if !missing.is_empty() {
        // A suite that needs none of them still runs; one that does fails and says so.
        eprintln!(
            "!! not installed: {}; suites that need them fail",
            missing.join(", ")
        );
    }
    let mut command = run::cargo(&["run", "--locked", "--manifest-path", MANIFEST, "--"]);
    run::run(command.args(suites))
}
