//! `cargo xtask check` and `cargo xtask fix`.
//!
//! `check` goes on after a failure, so that one run tells everything; the cheap steps come first.

use std::time::Instant;

use crate::{layers, run, scan};

/// One step of the check.
type Step = (&'static str, fn() -> Result<(), String>);

const STEPS: [Step; 6] = [
    ("format", format),
    ("layers", layers::run),
    ("text", scan::run),
    ("clippy", clippy),
    ("rustdoc", rustdoc),
    ("licences", deny),
];

/// The packages that stand outside of the workspace, as its manifest lists them under `exclude`.
const OUTSIDE: [&str; 3] = [
    "benches/peers/Cargo.toml",
    "fuzz/Cargo.toml",
    "tests/interop/Cargo.toml",
];

/// Checks everything, or the named steps, and writes nothing.
pub(crate) fn check(wanted: &[String]) -> Result<(), String> {
    let known = STEPS.map(|(name, _)| name);
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "unknown step `{unknown}`; known: {}",
            known.join(", ")
        ));
    }
    let chosen: Vec<Step> = STEPS
        .into_iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|own| own == name))
        .collect();
    let mut failed = Vec::new();
    for (name, step) in &chosen {
        eprintln!("\n== {name}");
        let start = Instant::now();
        let outcome = step();
        if let Err(message) = &outcome {
            eprintln!("{message}");
            failed.push(*name);
        }
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        eprintln!(
            "== {name}: {verdict} ({:.1} s)",
            start.elapsed().as_secs_f64()
        );
    }
    if failed.is_empty() {
        println!("check: {} steps passed", chosen.len());
        Ok(())
    } else {
        Err(format!("check failed: {}", failed.join(", ")))
    }
}

/// Repairs what a machine can repair.
pub(crate) fn fix() -> Result<(), String> {
    run::run(&mut run::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--fix",
        "--allow-dirty",
        "--allow-staged",
    ]))?;
    run::run(&mut run::cargo(&["fmt", "--all"]))
}

/// Formats of the workspace and of the packages that stand outside of it.
fn format() -> Result<(), String> {
    run::run(&mut run::cargo(&["fmt", "--all", "--check"]))?;
    for manifest in OUTSIDE {
        if run::root().join(manifest).is_file() {
            run::run(&mut run::cargo(&[
                "fmt",
                "--manifest-path",
                manifest,
                "--check",
            ]))?;
        }
    }
    Ok(())
}

fn clippy() -> Result<(), String> {
    run::run(&mut run::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn rustdoc() -> Result<(), String> {
    let mut command = run::cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    run::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn deny() -> Result<(), String> {
    if !run::is_installed("cargo-deny", "--version") {
        // The rule that no banned crate comes in is kept by `scan` all the same.
        eprintln!("!! cargo-deny is not installed: licences were NOT checked");
        eprintln!("!! install it with `cargo install --locked cargo-deny`");
        return Ok(());
    }
    // Advisories need the network; licences and bans do not.
    run::run(&mut run::cargo(&[
        "deny",
        "--workspace",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}
