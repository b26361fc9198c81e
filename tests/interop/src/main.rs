//! Runs interoperability suites: `cargo run --manifest-path tests/interop/Cargo.toml -- [suite…]`.
//!
//! Without a name, all that check something are run; `--list` shows the names.

use std::process::ExitCode;

use tenfold_interop::suites;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    if words
        .iter()
        .any(|word| word == "--list" || word == "--help")
    {
        for suite in suites::ALL {
            println!("{:18} {}", suite.name, suite.about);
        }
        return ExitCode::SUCCESS;
    }
    match suites::run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
