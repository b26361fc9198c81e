//! `cargo xtask fuzz` and `cargo xtask corpus`: libFuzzer on the stable compiler.
//!
//! The coverage that libFuzzer steers by comes from an LLVM pass, which stable flags can switch on.
//! The address sanitizer would need a nightly compiler; it would find little here, because the
//! workspace has no `unsafe` of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::run;

const MANIFEST: &str = "fuzz/Cargo.toml";
/// How long one target runs when nothing is said.
const SECONDS: u32 = 60;
/// An input that takes longer than this counts as found.
const INPUT_SECONDS_MAX: u32 = 10;
/// A target that uses more memory than this counts as found.
const MEGABYTES_MAX: u32 = 1024;

const RUSTFLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions=yes",
    "-Coverflow-checks=yes",
];

/// Lists the targets, or runs one or all of them.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let known = targets()?;
    let Some(wanted) = arguments.first() else {
        println!("{}", known.join("\n"));
        return Ok(());
    };
    let seconds = match arguments.get(1) {
        None => SECONDS,
        Some(text) => text
            .parse()
            .map_err(|_| format!("`{text}` is not a number of seconds"))?,
    };
    let chosen: Vec<&String> = known
        .iter()
        .filter(|name| *wanted == **name || wanted == "all")
        .collect();
    if chosen.is_empty() {
        return Err(format!(
            "unknown target `{wanted}`; known: {}",
            known.join(", ")
        ));
    }
    let programs = build()?;
    for name in chosen {
        let time = format!("-max_total_time={seconds}");
        let arguments = [time.as_str(), "-print_final_stats=1"];
        run_target(&programs, name, true, &arguments)?;
    }
    Ok(())
}

/// Runs each target once over every input of its committed corpus.
pub(crate) fn corpus() -> Result<(), String> {
    let known = targets()?;
    let programs = build()?;
    for name in &known {
        run_target(&programs, name, false, &["-runs=0"])?;
    }
    println!("corpus: {} targets", known.len());
    Ok(())
}

/// The names of the targets: one file each.
fn targets() -> Result<Vec<String>, String> {
    let folder = run::root().join("fuzz/fuzz_targets");
    let entries =
        std::fs::read_dir(&folder).map_err(|error| format!("fuzz/fuzz_targets: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Builds all targets and returns the folder that holds them.
fn build() -> Result<PathBuf, String> {
    let host = host()?;
    // With `--target` the flags stay away from build scripts and procedural macros.
    let arguments = [
        "build",
        "--release",
        "--locked",
        "--bins",
        "--manifest-path",
        MANIFEST,
        "--target",
        &host,
    ];
    let mut command = run::cargo(&arguments);
    let target = run::root().join("fuzz/target");
    command
        .env(
            "RUSTFLAGS",
            format!("--cfg fuzzing {}", RUSTFLAGS.join(" ")),
        )
        .env("CARGO_TARGET_DIR", &target);
    run::run(&mut command)?;
    Ok(target.join(host).join("release"))
}

fn host() -> Result<String, String> {
    let text = run::output(Command::new("rustc").arg("-vV"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not say its host".to_owned())
}

/// Runs one target over its committed corpus, which is never written; a target that is to `grow`
/// keeps what it finds below `fuzz/target`, and goes on from there the next time.
fn run_target(programs: &Path, name: &str, grow: bool, arguments: &[&str]) -> Result<(), String> {
    let root = run::root();
    let grown = root.join("fuzz/target/corpus").join(name);
    let found = root.join("fuzz/target/artifacts").join(name);
    for folder in [&grown, &found] {
        std::fs::create_dir_all(folder).map_err(|error| format!("fuzz/target: {error}"))?;
    }
    let mut command = Command::new(programs.join(name));
    command
        .current_dir(&root)
        .args(arguments)
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEGABYTES_MAX}"))
        .arg(format!("-artifact_prefix={}/", found.display()));
    if grow {
        command.arg(grown);
    }
    run::run(command.arg(root.join("fuzz/corpus").join(name)))
}
