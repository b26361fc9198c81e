//! The repository's own checks and chores: `cargo xtask help`.
//!
//! `check` writes nothing and is what has to pass before a change is done; `fix` repairs what a
//! machine can repair. Each command stands in its own file.

mod bench;
mod check;
mod fuzz;
mod interop;
mod layers;
mod metadata;
mod run;
mod scan;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  check [step...]           format, layers, text, clippy, rustdoc, licences; writes nothing
  fix                       format, and the lints that clippy can repair
  layers                    compare the table of ranks in ARCHITECTURE.md with the crates
  interop [suite...]        run the suites against foreign programs; without a name all of them
  bench [name [args...]]    list the benches, or run one and keep its output in benches/results/
  fuzz [target [seconds]]   list the fuzz targets, or run one (60 s), or `all` of them
  corpus                    run every fuzz target once over its committed corpus
  help                      this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    let outcome = match command {
        "check" => check::check(rest),
        "fix" => check::fix(),
        "layers" => layers::run(),
        "interop" => interop::run(rest),
        "bench" => bench::run(rest),
        "fuzz" => fuzz::run(rest),
        "corpus" => fuzz::corpus(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("unknown command `{other}`\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
