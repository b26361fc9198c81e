//! `cargo xtask bench`: lists the benches, runs one, keeps what it printed.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write as _},
    process::{Command, Stdio},
};

use crate::{
    metadata::{self, Member},
    run,
};

/// The package whose programs are benches of the system as a whole.
const PACKAGE: &str = "tenfold-bench";
/// Where the output is kept, from the root.
const RESULTS: &str = "benches/results";

/// A bench that can be run.
#[derive(Debug, PartialEq, Eq)]
struct Bench {
    package: String,
    name: String,
    is_program: bool,
}

/// Lists the benches, or runs the named one with the further arguments.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let all = benches(&metadata::members()?);
    let Some((wanted, rest)) = arguments.split_first() else {
        for bench in &all {
            println!("{}  ({})", bench.name, bench.package);
        }
        return Ok(());
    };
    let bench = all
        .iter()
        .find(|bench| bench.name == *wanted)
        .ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|bench| bench.name.as_str()).collect();
            format!("unknown bench `{wanted}`; known: {}", names.join(", "))
        })?;
    let printed = tee(&mut command(bench, rest))?;
    keep(bench, rest, &printed)
}

fn benches(members: &[Member]) -> Vec<Bench> {
    let mut out = Vec::new();
    for member in members {
        let of = |name: &String, is_program| Bench {
            package: member.name.clone(),
            name: name.clone(),
            is_program,
        };
        out.extend(member.benches.iter().map(|name| of(name, false)));
        if member.name == PACKAGE {
            out.extend(member.programs.iter().map(|name| of(name, true)));
        }
    }
    out
}

fn command(bench: &Bench, rest: &[String]) -> Command {
    let package = bench.package.as_str();
    let name = bench.name.as_str();
    let mut command = if bench.is_program {
        run::cargo(&[
            "run",
            "--release",
            "--locked",
            "-p",
            package,
            "--bin",
            name,
            "--",
        ])
    } else {
        run::cargo(&["bench", "--locked", "-p", package, "--bench", name, "--"])
    };
    command.args(rest);
    command
}

/// Runs a command, shows its output as it comes, and returns it.
fn tee(command: &mut Command) -> Result<String, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run the bench: {error}"))?;
    let mut printed = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| format!("the bench printed no text: {error}"))?;
            println!("{line}");
            printed.push_str(&line);
            printed.push('\n');
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("the bench is lost: {error}"))?;
    if status.success() {
        Ok(printed)
    } else {
        Err(format!("the bench failed: {status}"))
    }
}

/// Writes the output down, under a head that says what was measured and on what.
fn keep(bench: &Bench, rest: &[String], printed: &str) -> Result<(), String> {
    let folder = run::root().join(RESULTS);
    let path = folder.join(format!("{}.txt", bench.name));
    let mut text = String::new();
    let _ = writeln!(text, "# {} {}", bench.name, rest.join(" "));
    let _ = writeln!(
        text,
        "# commit {}",
        said("git", &["describe", "--always", "--dirty"])
    );
    let _ = writeln!(text, "# {}", said("rustc", &["--version"]));
    let _ = writeln!(text, "# {}", processor());
    text.push_str(printed);
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::File::create(&path))
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("{RESULTS}/{}.txt: {error}", bench.name))?;
    println!("kept in {RESULTS}/{}.txt", bench.name);
    Ok(())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.current_dir(run::root()).args(arguments);
    run::output(&mut command).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// The processor's name and number of threads.
fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |name| {
            name.trim_start_matches(['\t', ' ', ':'])
        });
    let threads = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {threads} threads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_of_crates_and_programs_of_the_bench_package_are_found() {
        let member = |name: &str, benches: &[&str], programs: &[&str]| Member {
            name: name.to_owned(),
            benches: benches.iter().map(|name| (*name).to_owned()).collect(),
            programs: programs.iter().map(|name| (*name).to_owned()).collect(),
            ..Member::default()
        };
        let members = [
            member("tenfold-cluster", &["pick"], &["no-bench"]),
            member(PACKAGE, &[], &["calls"]),
        ];
        let found: Vec<(String, bool)> = benches(&members)
            .into_iter()
            .map(|bench| (bench.name, bench.is_program))
            .collect();
        assert_eq!(
            found,
            [("pick".to_owned(), false), ("calls".to_owned(), true)]
        );
    }
}
